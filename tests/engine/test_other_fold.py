"""What a database keeps was folded by one version of the fold; a worker of another goes on with none of it, and says what to do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backbone.engine.errors import Exit
from tests.engine.test_rebuild import lose_the_database
from tests.engine.test_stops import change, send
from tests.engine.workers import Counting
from tests.support.broker import Broker, wait_until

pytestmark = pytest.mark.kafka
FIRST, SECOND = {"COUNTER_FOLD": "1"}, {"COUNTER_FOLD": "2"}


@pytest.fixture
def counting(kafka: Broker, tmp_path: Path) -> Iterator[Counting]:
    service = Counting(kafka, tmp_path, partitions=2)
    try:
        yield service
    finally:
        service.end_all()


def worked(service: Counting, **fold: str) -> None:
    worker = service.start("a", **fold)
    send(service, 50)
    wait_until(lambda: worker.ready, 40)
    service.wait_until_caught_up()
    worker.stop()


def refused(service: Counting, **fold: str) -> str:
    """A worker of this fold that will not go on; what it says."""
    before = service.positions()
    worker = service.start("a", **fold)
    assert worker.wait() == Exit.SAYS_WHY
    assert service.positions() == before
    sentence = str(worker.run_file()["sentence"])
    assert sentence in worker.said().splitlines()[-1]
    return sentence


def test_a_newer_program_asks_for_an_empty_database_and_rebuilds(counting: Counting) -> None:
    worked(counting, **FIRST)
    said = refused(counting, **SECOND)
    assert "what version 1 of the fold made of the ledger, and this program folds by version 2" in said
    assert "empty database and let it rebuild" in said
    assert "newer program" not in said
    lose_the_database(counting)
    worked(counting, **SECOND)
    counting.check_state()
    said = refused(counting, **FIRST)
    assert "what version 2 of the fold" in said
    assert "run the newer program, or give" in said


def test_what_was_kept_before_versions_were_noted_is_of_the_first(counting: Counting) -> None:
    worked(counting, **FIRST)
    change(counting, "DELETE FROM note WHERE name = 'fold_version'")
    assert "what version 1 of the fold" in refused(counting, **SECOND)
    worked(counting, **FIRST)


def test_a_running_worker_looks_again_when_partitions_change_hands(counting: Counting) -> None:
    """Somebody gave the service another database, and a newer program began with it, while an older one still ran."""
    old = counting.start("a", **FIRST)
    send(counting, 50)
    wait_until(lambda: old.ready, 40)
    counting.wait_until_caught_up()
    change(counting, "UPDATE note SET value = '2' WHERE name = 'fold_version'")
    new = counting.start("b", **SECOND)
    assert old.wait(40) == Exit.SAYS_WHY
    assert "what version 2 of the fold" in str(old.run_file()["sentence"])
    wait_until(lambda: new.ready, 40)
