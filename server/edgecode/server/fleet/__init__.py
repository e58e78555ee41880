"""The fleet: who is alive."""
