"""Benchmarks: each prints a ratio to a named baseline of the same run, and whether the goal is met."""
