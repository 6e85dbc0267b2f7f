"""The newest shipped version of a protocol's file, found by its name: a test that plays it plays a new version at once.

In files of the tests' own `NAME@newest` stands for it (`filled_in`). A test about one particular version names that version.
"""

import re

from backbone.protocols import Protocol, Protocols
from backbone.protocols.versions import by_age
from tests.support.casebook import repository

NEWEST = re.compile(r"([a-z0-9-]+)@newest\b")


def newest_of(name: str, protocols: Protocols | None = None) -> Protocol:
    """The file itself: of the repository's protocols, or of these."""
    versions = [one for one in protocols or repository()[1] if one.protocol == name]
    return max(versions, key=lambda one: by_age(one.version))


def newest(name: str) -> str:
    """`name@version`, as a chain's file names it."""
    return str(newest_of(name).ref)


def filled_in(text: str) -> str:
    """Text of a chain's file, with a version for each `NAME@newest`."""
    return NEWEST.sub(lambda found: newest(found[1]), text)
