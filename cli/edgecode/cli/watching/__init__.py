"""A job's events and progress as they come."""
