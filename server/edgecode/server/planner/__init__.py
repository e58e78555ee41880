"""Deciding: pure plans, and the leader that appends them and keeps TASKS."""
