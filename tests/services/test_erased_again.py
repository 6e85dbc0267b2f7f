"""Keys that came back from a backup older than an erasure: the ledger says who is erased, and it is done again."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backbone.casework import LEDGER
from backbone.erasing_again import Who, carry_out, erased_by
from backbone.keys import open_destroyer
from backbone.keys.tables import person, person_key
from schakel.events.base import ce_type
from schakel.events.data import SubjectErased
from schakel.record import Raw
from tests.services.test_erasure import COOLED_OFF, key_lives, reported, request
from tests.support.minicluster import PARTITIONS, MiniCluster

Rows = Sequence[dict[str, Any]]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[MiniCluster]:
    """The keys are what matters here; which database the services have does not."""
    alone = MiniCluster(tmp_path)
    yield alone
    alone.close()


def rows(cluster: MiniCluster) -> tuple[Rows, Rows]:
    """What a backup of people and their keys holds."""
    with cluster.keys._engine.connect() as db:
        people, keys = (db.execute(table.select()).mappings().all() for table in (person, person_key))
    return [dict(row) for row in people], [dict(row) for row in keys]


def bring_back(cluster: MiniCluster, backup: tuple[Rows, Rows]) -> None:
    with cluster.keys._engine.begin() as db:
        for table, kept in zip((person, person_key), backup, strict=True):
            db.execute(table.delete())
            db.execute(table.insert(), kept)


def by_ledger(cluster: MiniCluster) -> list[Who]:
    return [who for number in range(PARTITIONS) for who in erased_by(lambda n=number: cluster.topics[LEDGER, n])]


def test_an_older_backup_of_keys_brings_nobody_back(cluster: MiniCluster, tmp_path: Path) -> None:
    case, kept = reported(cluster), reported(cluster)
    backup = rows(cluster)
    request(cluster, case)
    cluster.advance(COOLED_OFF)
    later = reported(cluster)
    keys = open_destroyer(None, tmp_path, time=cluster.time)
    assert not key_lives(cluster, case)
    bring_back(cluster, backup)
    cluster.settle()
    assert key_lives(cluster, case), "consent has read the erasure, and does not look again"

    assert carry_out(by_ledger(cluster), keys) == [(case, "victim")]
    assert not key_lives(cluster, case)
    assert keys.destroyed_at(case, "victim") == cluster.time.now().replace(microsecond=0), "from now on, not from then"
    assert (key_lives(cluster, case, "accused"), key_lives(cluster, kept)) == (True, True)
    assert carry_out(by_ledger(cluster), keys) == [], "done again it does no more"
    assert keys.destroyed_at(later, "victim") is None


def test_whose_erasure_has_no_effect_keeps_the_key(cluster: MiniCluster) -> None:
    """The same words stand in another case, where nobody asked for it: as whoever may write the ledger could put them there."""
    case, other = reported(cluster), reported(cluster)
    request(cluster, case)
    cluster.advance(COOLED_OFF)
    assert list(erased_by(lambda: list(forged(cluster, case, other)))) == []
    assert by_ledger(cluster) == [(case, "victim")]


def forged(cluster: MiniCluster, case: str, other: str) -> Iterator[Raw]:
    """The records of the other case, and behind them the erasure of this one in its name."""
    raws = [raw for number in range(PARTITIONS) for raw in cluster.topics[LEDGER, number]]
    hers = [raw for raw in raws if raw.key == other.encode()]
    (erasure,) = [raw for raw in raws if ("ce_type", ce_type(SubjectErased.TYPE).encode()) in raw.headers]
    named = tuple((name, other.encode() if name == "ce_subject" else value) for name, value in erasure.headers)
    for offset, raw in enumerate([*hers, replace(erasure, key=other.encode(), headers=named)]):
        yield replace(raw, offset=offset)


def test_what_comes_after_the_erasure_is_not_needed_for_it(cluster: MiniCluster) -> None:
    """A case is folded up to its erasure: records behind that neither take it back nor stand in its way."""
    case = reported(cluster)
    request(cluster, case)
    cluster.advance(COOLED_OFF)
    (place,) = [
        number for number in range(PARTITIONS) if any(r.key == case.encode() for r in cluster.topics[LEDGER, number])
    ]
    whole = cluster.topics[LEDGER, place]
    broken = replace(whole[-1], offset=len(whole), key=case.encode(), value=b"nobody understands this")
    assert erased_by(lambda: [*whole, broken]) == erased_by(lambda: whole) == [(case, "victim")]
