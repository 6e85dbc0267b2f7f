"""The protocol and chain files of this repository, loaded once."""

import pytest

from backbone.chains import Chains, load_chains
from backbone.protocols import Protocols, load_protocols
from tests.protocols.samples import ROOT


@pytest.fixture(scope="session")
def protocols() -> Protocols:
    return load_protocols(ROOT / "protocols")


@pytest.fixture(scope="session")
def chains(protocols: Protocols) -> Chains:
    return load_chains(ROOT / "chains", protocols)
