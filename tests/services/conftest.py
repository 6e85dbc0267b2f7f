"""The services on either kind of database: what is asked of them here holds on both alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.minicluster import MiniCluster, make_tables
from tests.support.postgres import Postgres


@pytest.fixture(scope="session")
def migrated(request: pytest.FixtureRequest) -> str:
    """A database with the tables of all services: to copy it takes a tenth of the time that making them takes."""
    server: Postgres = request.getfixturevalue("postgres")
    url = server.database()
    make_tables(url)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MiniCluster]:
    """All services over lists, with databases of their own."""
    if request.param == "sqlite":
        alone = MiniCluster(tmp_path)
        yield alone
        alone.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    made: list[str] = []

    def database() -> str:
        made.append(server.database(like=request.getfixturevalue("migrated")))
        return made[-1]

    cluster = MiniCluster(tmp_path, url=database)
    try:
        yield cluster
    finally:
        cluster.close()
        for url in made:
            server.drop(url)
