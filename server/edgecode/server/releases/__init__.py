"""Releases as release tooling reports them, and declared deployments."""
