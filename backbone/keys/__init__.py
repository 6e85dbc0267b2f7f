"""The keys of sealed data: what partners seal to, and one key for each person in a case.

`service` says what a KeyService does, `sql` is the one that keeps its keys in a database of its own (`databases`), `wrapping` holds the
key-encryption key outside it, `parts` is the form of a sealed field on the ledger. Who may read what is not decided here.
"""

from backbone.keys.databases import KeysAway
from backbone.keys.parts import Place
from backbone.keys.service import KeyService, NoKey, ResealRequest
from backbone.keys.sql import SqlKeyService, open_keys
from backbone.keys.wrapping import KeyEncryptionKeys, KeysUnusable

__all__ = [
    "KeyEncryptionKeys",
    "KeyService",
    "KeysAway",
    "KeysUnusable",
    "NoKey",
    "Place",
    "ResealRequest",
    "SqlKeyService",
    "open_keys",
]
