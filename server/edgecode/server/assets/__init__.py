"""Assets: uploads and what became of them."""
