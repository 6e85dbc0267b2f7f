"""What makes evidence: trees that grow, keys that sign heads, bundles, and the ledger carried off and put back."""
