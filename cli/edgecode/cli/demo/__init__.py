"""One real video through real processes, and everything that is known of it."""
