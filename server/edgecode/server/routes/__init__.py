"""Routes: which builds get new jobs."""
