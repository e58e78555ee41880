"""The ledger: SQL tables folded from the log, behind a port with adapters."""
