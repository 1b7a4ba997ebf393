"""Use cases: one module per concern. Functions over a session; the entry point opens the transaction."""
