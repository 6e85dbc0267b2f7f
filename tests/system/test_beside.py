"""While everything works, and after kills: each projection is built once more beside the live one and is equal; each conclusion is drawn
again on its own prefix and is the same."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backbone.kafka.connection import connection
from backbone.kafka.names import LEDGER
from backbone.supervisor.up import SERVICES
from schakel.events import Derived
from schakel.history import collect
from schakel.ledger import understand
from schakel.reading import read_between
from schakel.record import Raw
from services.hindsight.around import Around
from services.hindsight.beside import processors, rebuild
from services.hindsight.retrace import Retrace, rules_of
from tests.support.partners import Partners
from tests.support.realcluster import RealCluster
from tests.system.conftest import SOAK, check

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
REPORTS = round(8 * SOAK)


def beside(cluster: RealCluster, directory: Path) -> dict[str, int]:
    """Every service, compared while it works. How far each was, all partitions together."""
    assert cluster.embedded.admin
    how = connection(cluster.embedded.bootstrap, cluster.embedded.admin)

    def read(partition: int, start: int, end: int) -> Iterator[Raw]:
        return read_between(how, LEDGER, partition, start, end)

    directory.mkdir()
    positions = {}
    for name, make in processors(cluster.chains, cluster.protocols).items():
        with cluster.store(name) as live:
            found = rebuild(name, make, live, read, directory)
        assert [str(one) for one in found.differences] == [], name
        positions[name] = sum(found.positions.values())
    return positions


def test_it_is_equal_while_they_work_and_after_kills(
    cluster: RealCluster, partners: Callable[[int], Partners], tmp_path: Path
) -> None:
    cluster.up()
    at_work, rng = partners(37), random.Random(37)
    for _ in range(REPORTS):
        at_work.report()
    at_work.play(0.05)
    beside(cluster, tmp_path / "at-work")
    for service in rng.sample(SERVICES, len(SERVICES)):
        at_work.report()
        worker = cluster.workers[f"{service}-0"]
        worker.kill()
        worker.start()
    check(cluster, at_work)
    ends = sum(end for place, end in cluster.wire.ends().items() if place[0] == LEDGER)
    assert set(beside(cluster, tmp_path / "after").values()) == {ends}


def test_each_conclusion_is_drawn_again_the_same(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    cluster.up()
    at_work = partners(38)
    for _ in range(REPORTS):
        at_work.report()
    check(cluster, at_work)
    rules = rules_of(cluster.chains, cluster.protocols)
    ledger = {place[1]: raws for place, raws in cluster.wire.records.items() if place[0] == LEDGER}
    seen = 0
    for raws in ledger.values():
        around = Around.of(entry for entry in map(understand, raws) if not entry.event.IN_CASE)
        for case_id, history in collect(raws).items():
            found = Retrace(case_id, history.entries, rules, around).run()
            for entry in history.entries:
                event = entry.event
                if isinstance(event, Derived) and event.IN_CASE and event.OWNER in rules:
                    seen += 1
                    decision = found.get(entry.id)
                    assert decision is not None, f"{entry.envelope.type} at {entry.partition}/{entry.offset}"
                    assert decision.same, (entry.envelope.type, decision.differs)
    assert seen >= 5 * REPORTS
