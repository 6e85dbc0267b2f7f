"""`python -m backbone.contract write`: make docs/asyncapi.yaml, docs/vectors/ and the tables of docs/partners.md again."""

import sys

from backbone.contract import asyncapi, tables, vectors

if __name__ == "__main__":
    if sys.argv[1:] != ["write"]:
        sys.exit("usage: python -m backbone.contract write")
    for path in [*vectors.write(), asyncapi.write(), tables.write()]:
        sys.stdout.write(f"{path}\n")
