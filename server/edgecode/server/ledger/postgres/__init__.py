"""The ledger in PostgreSQL, 13 or newer; imported only where a URL names one."""
