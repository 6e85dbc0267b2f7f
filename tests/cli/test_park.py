"""`backbone park drop`: what it appends to the ledger of a real broker, and what it says when there is nothing to give up."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from backbone.casework import LEDGER
from backbone.cli.main import app
from backbone.desks import Desk
from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from schakel import codec
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Event
from schakel.events.chain import EventVoided
from schakel.events.contact import ContactMade
from schakel.events.vocab import Channel, Person
from schakel.history import History
from schakel.ids import OPERATOR, new_case_id, new_event_id, partner_source
from schakel.ledger import gives_up
from schakel.reading import read_to_end
from schakel.record import Raw
from tests.cli.test_errors import sentence
from tests.support.broker import Broker
from tests.support.minicluster import START

Run = Callable[..., Result]
GARBAGE = b"\x00\x00\x00\xff\xff what is this?"


@pytest.fixture
def var_dir(tmp_path: Path) -> Path:
    """Where the backbone lives that the command is used on; a test with a broker puts another in its place."""
    return tmp_path


@pytest.fixture
def backbone(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in [name for name in os.environ if name.startswith("SCHAKEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(var_dir))

    def run(*words: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=answer)

    return run


@pytest.fixture
def store(var_dir: Path) -> Iterator[Store]:
    """Routing's database."""
    store = Store(f"sqlite:///{var_dir / 'db' / 'routing.db'}", "routing")
    store.migrate()
    store.take_up([Checkpoint(0, LEDGER, 0, 0, "test")])
    yield store
    store.close()
    (var_dir / "db" / "routing.db").unlink()


def contact() -> ContactMade:
    return ContactMade(whom=Person.VICTIM, at=START, channel=Channel.TELEPHONE)


def park(store: Store, case: str, event: Event, value: bytes | None = None) -> Raw:
    """The record as routing holds it."""
    envelope = Envelope(
        new_event_id(), partner_source("0" * 20), event.TYPE, START, case, logtime=START, partner="coc-amsterdam"
    )
    raw = Raw(LEDGER, 0, 0, 1_000, case.encode(), value or codec.encode(event), envelope.headers())
    with store.transaction(LEDGER, 0) as tx:
        tx.park(case, raw, "value.unknown_schema: a schema of the lock")
    return raw


def drop(backbone: Run, *words: str) -> Result:
    return backbone("park", "drop", *words, "--reason", "cannot_be_read", "--yes")


class TestOnABroker:
    @pytest.fixture
    def var_dir(self, kafka: Broker) -> Path:
        return kafka.var_dir

    @pytest.mark.kafka
    def test_the_ledger_says_it_under_the_operators_name(self, kafka: Broker, store: Store, backbone: Run) -> None:
        case = new_case_id()
        raw = park(store, case, contact(), GARBAGE)
        with store.transaction(LEDGER, 0) as tx:
            tx.save_snapshots({case: _desk(State(id=case, time=START, drill=True))})
        said = [drop(backbone, "routing:1") for _ in range(2)]
        assert [result.exit_code for result in said] == [0, 0], said[0].output
        assert "it may be of a newer version" in said[0].output
        assert "routing:1 is given up: schakel.ledger/0/" in said[0].output
        history = _case(kafka, case)
        first, again = history
        assert (first.id, first.event) == (again.id, EventVoided(event=_id(raw), reason="cannot_be_read"))
        assert (first.envelope.source, first.envelope.time, first.envelope.drill) == (OPERATOR, START, True)
        assert gives_up(first, raw)
        assert store.parked(), "the service lets go of it when it reads that, and nobody before"

    @pytest.mark.kafka
    def test_a_no_leaves_it_as_it_was(self, kafka: Broker, store: Store, backbone: Run) -> None:
        park(store, case := new_case_id(), contact(), GARBAGE)
        result = backbone("park", "drop", "routing:1", "--reason", "cannot_be_read", answer="n\n")
        assert "left as it was" in result.output
        assert not _case(kafka, case)


def _desk(state: State) -> bytes:
    return msgspec.msgpack.encode(Desk(state))


def _id(raw: Raw) -> str:
    return dict(raw.headers)["ce_id"].decode()


def _case(kafka: Broker, case: str) -> list[Entry]:
    """Of partition 0, whatever partition Kafka's hash would name: the word stands where the record stands."""
    history = History(State(id=case))
    for record in read_to_end(kafka.connect(), LEDGER, [0]):
        if record.key == case.encode():
            history.take(record)
    return history.entries


def test_what_is_not_parked(store: Store, backbone: Run) -> None:
    assert "nothing is parked under 'routing:17'" in sentence(drop(backbone, "routing:17"))
    assert "'17' is no id of a parked record" in sentence(drop(backbone, "17"))


def test_a_reason_is_a_code(store: Store, backbone: Run) -> None:
    for reason in ("test-data", "Robin asked for it", ""):
        said = sentence(backbone("park", "drop", "routing:1", "--reason", reason))
        assert "expected a short code" in said


def test_what_can_be_read_only_waits(store: Store, backbone: Run) -> None:
    park(store, new_case_id(), contact())
    said = sentence(drop(backbone, "routing:1"))
    assert "the record at schakel.ledger/0/0 can be read" in said
    assert len(store.parked()) == 1


def test_without_a_broker_nothing_is_given_up(store: Store, backbone: Run) -> None:
    park(store, new_case_id(), contact(), GARBAGE)
    result = drop(backbone, "routing:1")
    assert "'backbone up' starts one" in result.stderr
    assert result.exit_code == 2
