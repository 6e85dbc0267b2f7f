"""The keys of sealed data: what partners seal to, and keys for each person in a case.

`service` says what a KeyService does and which part of it each service gets: `sealing` intake, `opening` the gateway, `destroying`
consent; `sql` is the whole. Keys stand wrapped in a database of their own (`databases`, `tables`), what wraps them in `files` outside
it (`wrapping`); `rotation` replaces those, `door` those of the door. `parts` is the form of a sealed field on the ledger. Who may read
what is not decided here.
"""

from backbone.keys.databases import KeysAway
from backbone.keys.destroying import SqlDestroyer, open_destroyer
from backbone.keys.files import KeyFiles, KeysUnusable
from backbone.keys.opening import SqlOpener, open_reader
from backbone.keys.parts import Place
from backbone.keys.rotation import Rotation
from backbone.keys.sealing import SqlSealer, open_sealer
from backbone.keys.service import Destroyer, KeyService, NoKey, Opener, ResealRequest, Sealer
from backbone.keys.sql import SqlKeyService, open_keys

__all__ = [
    "Destroyer",
    "KeyFiles",
    "KeyService",
    "KeysAway",
    "KeysUnusable",
    "NoKey",
    "Opener",
    "Place",
    "ResealRequest",
    "Rotation",
    "Sealer",
    "SqlDestroyer",
    "SqlKeyService",
    "SqlOpener",
    "SqlSealer",
    "open_destroyer",
    "open_keys",
    "open_reader",
    "open_sealer",
]
