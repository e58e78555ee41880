"""Bytes to the server and back, resumed where a connection broke."""
