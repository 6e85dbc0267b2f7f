"""What proves a ledger: leaves, trees, signed heads and the heads that somebody outside keeps. The formats: docs/evidence.md."""
