"""The newest shipped version of a protocol's file, found by its name: a test that plays it plays a new version at once.

In files of the tests' own `NAME@newest` stands for it (`filled_in`); of this repository's chains whatever version they bind gives way to
it (`shipped`). A test about one particular version names that version.
"""

import re
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from backbone.chains import Chains, load_chains
from backbone.protocols import Protocol, Protocols
from backbone.protocols.versions import by_age
from tests.support.casebook import ROOT, repository

NEWEST = re.compile(r"([a-z0-9-]+)@newest\b")
BOUND = re.compile(r"(?<=use: )([a-z0-9-]+)@[^,} ]+")


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


def put_shipped(folder: Path) -> None:
    """This repository's chains, written into `folder`, each under the newest file of every scheme that it names."""
    shutil.copytree(ROOT / "chains", folder, dirs_exist_ok=True)
    known = {one.protocol for one in repository()[1]}
    for path in folder.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            BOUND.sub(lambda found: newest(found[1]) if found[1] in known else found[0], text), encoding="utf-8"
        )


@cache
def shipped() -> tuple[Chains, Protocols]:
    """The chains of this repository, and its protocols: as they would run when the newest files are bound."""
    with TemporaryDirectory() as folder:
        put_shipped(Path(folder))
        return load_chains(Path(folder), repository()[1]), repository()[1]
