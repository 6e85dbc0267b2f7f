"""The regions of the scheme scenarios: chains of the tests' own (`regions/`, `north/`) over the repository's protocols and rights.

They bind `NAME@newest`: the newest version that ships of a scheme's file.
"""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from backbone.chains import Chains, load_chains
from backbone.protocols import Protocols
from tests.scenarios.stories import given
from tests.support.casebook import Story, repository
from tests.support.newest import filled_in, put_shipped
from tests.support.telling import Ask, Tell, Watermark

REGIONS = Path(__file__).with_name("regions")
NORTH = Path(__file__).with_name("north")
SHIPPED = Path(__file__).parents[2] / "chains"
RIGHTS = SHIPPED / "rights.yaml"


@cache
def region(name: str) -> tuple[Chains, Protocols]:
    """The region alone, so that a partner of several regions has one chain."""
    return _region(name, repository()[1])


def _region(name: str, protocols: Protocols) -> tuple[Chains, Protocols]:
    with TemporaryDirectory() as folder:
        for path in (REGIONS / "partners.yaml", REGIONS / f"{name}.yaml", RIGHTS):
            _put(path, Path(folder))
        return load_chains(Path(folder), protocols), protocols


@cache
def north() -> tuple[Chains, Protocols]:
    """This repository's own chains, and beside them the two other regions of the north: one register, one police for all three."""
    protocols = repository()[1]
    with TemporaryDirectory() as folder:
        put_shipped(Path(folder))
        shutil.copytree(NORTH, folder, dirs_exist_ok=True)
        for path in NORTH.glob("*.yaml"):
            _put(path, Path(folder))
        with (Path(folder) / "partners.yaml").open("a", encoding="utf-8") as register:
            register.write((NORTH / "more-partners.txt").read_text(encoding="utf-8"))
        return load_chains(Path(folder), protocols), protocols


def _put(path: Path, folder: Path) -> None:
    (folder / path.name).write_text(filled_in(path.read_text(encoding="utf-8")), encoding="utf-8")


def given_in(name: str, *told: Tell | Watermark | Ask, **more: Any) -> Story:
    """A case in this region."""
    chains, protocols = region(name)
    return given(*told, chains=chains, protocols=protocols, **more)
