"""What the server, the workers and the client share, and that knows none of them."""
