"""The tests. A package, so that `tests/` itself is not on the import path: `tests/kafka` must not stand before `kafka`."""
