"""The services on either kind of database: what is asked of them here holds on both alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.minicluster import MiniCluster
from tests.support.postgres import Postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MiniCluster]:
    """All services over lists, with databases of their own."""
    if request.param == "sqlite":
        cluster = MiniCluster(tmp_path)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        cluster = MiniCluster(tmp_path, url=server.database)
    try:
        yield cluster
    finally:
        cluster.close()
