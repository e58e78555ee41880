"""Webhooks: events of jobs, sent signed to whoever asked for them."""
