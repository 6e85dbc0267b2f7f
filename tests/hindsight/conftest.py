"""The case that is looked back on; played once for all tests of a worker, who change nothing in it."""

from collections.abc import Iterator

import pytest

from schakel.entry import Entry
from schakel.history import History
from tests.hindsight.story import groningen, read
from tests.support.copies import Copies


@pytest.fixture(scope="package")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copies, str]]:
    copies, case = groningen(tmp_path_factory.mktemp("story"))
    yield copies, case
    copies.cluster.close()


@pytest.fixture(scope="package")
def told(played: tuple[Copies, str]) -> tuple[History, list[Entry]]:
    """Its records, and what stands beside them."""
    return read(*played)
