"""Replies as tables. All pure: a message in, something rich can print out."""
