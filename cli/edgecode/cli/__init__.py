"""The `edgecode` command: a gRPC client like any other."""
