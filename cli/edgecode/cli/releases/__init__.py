"""What release tooling leaves in a checkout: read, checked, and told to a server."""
