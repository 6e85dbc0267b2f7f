"""Groningen as it is, and as it goes on: another version, in another time zone."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from backbone.chains import Chains, load_chains
from tests.support.casebook import ROOT, repository

NOW, LATER = (f"groningen@{version}" for version in (repository()[0].by_name["groningen"].version, "2031.1"))


def write_later(chains: Path, version: str = "2031.1") -> None:
    """Change the chain's file in this folder: another time zone, and this version."""
    path = chains / "groningen.yaml"
    said = path.read_text(encoding="utf-8")
    changed = said.replace("time_zone: Europe/Amsterdam", "time_zone: Europe/Helsinki")
    before = NOW.partition("@")[2]
    assert changed != said
    path.write_text(changed.replace(f'version: "{before}"', f'version: "{version}"'), encoding="utf-8")


@cache
def gone_on() -> Chains:
    """The chains of this repository, with that of Groningen in its later version."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "chains"
        shutil.copytree(ROOT / "chains", folder)
        write_later(folder)
        return load_chains(folder, repository()[1])
