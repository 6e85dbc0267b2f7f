"""The protocol files of this repository, loaded once."""

import pytest

from backbone.protocols import Protocols, load_protocols
from tests.protocols.samples import ROOT


@pytest.fixture(scope="session")
def protocols() -> Protocols:
    return load_protocols(ROOT / "protocols")
