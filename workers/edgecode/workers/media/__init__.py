"""All that touches media: probe, ladder, thumbnail and verification, each a child process in one sandbox.

The worker process calls these functions and never opens media itself.
"""
