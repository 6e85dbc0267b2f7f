"""Checking a changed copy of the small protocol, and the protocol and chain files of this repository, loaded once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backbone.chains import Chains, load_chains
from backbone.protocols import Problem, Protocol, Protocols, check_protocol, load_protocols
from tests.protocols.samples import PROTOCOL, ROOT


@pytest.fixture
def checked(tmp_path: Path) -> Callable[..., tuple[Protocol | None, list[Problem]]]:
    """Check the small protocol after replacing texts in it: `checked(("held", "hold"))`."""

    def check(*changes: tuple[str, str], text: str = PROTOCOL) -> tuple[Protocol | None, list[Problem]]:
        for old, new in changes:
            assert old in text, f"{old!r} is not in the protocol"
            text = text.replace(old, new, 1)
        path = tmp_path / "proef" / "1.0.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return check_protocol(path)

    return check


@pytest.fixture(scope="session")
def protocols() -> Protocols:
    """The protocol files of this repository."""
    return load_protocols(ROOT / "protocols")


@pytest.fixture(scope="session")
def chains(protocols: Protocols) -> Chains:
    """The chain files of this repository."""
    return load_chains(ROOT / "chains", protocols)
