"""`python -m backbone.contract write`: make docs/asyncapi.yaml, docs/vectors/, docs/fields.md, the tables of docs/partners.md and
`backbone/person/lists.json` again."""

import sys

from backbone.contract import asyncapi, fields, lists, tables, vectors

if __name__ == "__main__":
    if sys.argv[1:] != ["write"]:
        sys.exit("usage: python -m backbone.contract write")
    for path in [*vectors.write(), asyncapi.write(), tables.write(), lists.write(), fields.write()]:
        sys.stdout.write(f"{path}\n")
