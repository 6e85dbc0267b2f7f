"""`var/chains.json`: which chains ran on this directory, and from which folder.

Nobody decides on the cases of a chain whose file is not there. So `backbone up` asks here before it writes anything: a shell without
SCHAKEL_CHAINS_DIR would run the chains of the demo on another region's ledger.
"""

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from backbone.chains.load import REGISTER, RIGHTS

FILE = "chains.json"


def remember(var_dir: Path, names: Iterable[str], folder: Path) -> None:
    """These run here now. A rename, so that no start finds half of it."""
    path = var_dir / FILE
    new = path.with_suffix(".new")
    new.write_text(
        json.dumps({"chains": sorted(names), "folder": str(folder.absolute())}, indent=1) + "\n", encoding="utf-8"
    )
    new.replace(path)


def missing(var_dir: Path, folder: Path, without: Collection[str] = ()) -> str | None:
    """Why not to start with the chains of this folder: one that ran here is not among them. without: those that are to go.

    None for a first start, and for a folder without chains, of which their reader says more.
    """
    said: dict[str, object] = {}
    with suppress(FileNotFoundError):
        said = json.loads((var_dir / FILE).read_text(encoding="utf-8"))
    ran, before = said.get("chains"), said.get("folder")
    there = sorted(path.stem for path in folder.glob("*.y*ml") if path.name not in (REGISTER, RIGHTS))
    if not isinstance(ran, list) or not there:
        return None
    if not (gone := [name for name in ran if name not in there and name not in without]):
        return None
    go = " ".join(f"--without {name}" for name in gone)
    return (
        f"this backbone ran with {_chains(gone)} (from {before}), and {folder} has {', '.join(there)}; set "
        f"SCHAKEL_CHAINS_DIR={before}, or say {go} when {'it is' if len(gone) == 1 else 'they are'} to go"
    )


def _chains(names: list[str]) -> str:
    return f"the chain{'s' if len(names) > 1 else ''} {', '.join(names)}"
