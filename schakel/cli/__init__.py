"""The command `schakel`: for partners (`publish`, `listen`) and for who may read the ledger (`case`, `replay`)."""
