"""What the system does, shown on real processes; each a make target."""
