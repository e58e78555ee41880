"""Jobs: what a request means, and writing it into the log."""
