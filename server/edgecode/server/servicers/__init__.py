"""Transport: one file per proto service."""
