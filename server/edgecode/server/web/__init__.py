"""Artifacts over HTTP, for browsers, players and curl."""
