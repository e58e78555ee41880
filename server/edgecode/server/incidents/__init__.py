"""Incidents: which build did this."""
