"""The worker host and the media it runs, one file per kind of task."""
