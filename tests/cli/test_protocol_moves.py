"""`backbone protocol move` and `try --case` on a real broker: what they read, what is appended, and what they refuse."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner, Result

from backbone import definitions
from backbone.casework import LEDGER
from backbone.cli.main import app
from backbone.kafka.names import LEDGER_PARTITIONS
from schakel.case_state import Effect
from schakel.definitions import PROTOCOL
from schakel.events.report import ProtocolMoveRequested
from schakel.history import partition_of, read_case
from schakel.ids import OPERATOR, new_case_id
from tests.cli.test_errors import sentence
from tests.support.broker import Broker
from tests.support.copies import Copies, copies_in

ROOT = Path(__file__).parents[2]
FRAMEWORK = "amsterdam-handelingskader"
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    made = copies_in(tmp_path_factory.mktemp("cluster"))
    yield made
    made.cluster.close()


@pytest.fixture
def online(kafka: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """As the operator, with a next version of the framework among the files."""
    for name in [name for name in os.environ if name.startswith("SCHAKEL_")]:
        monkeypatch.delenv(name)
    shutil.copytree(ROOT / "protocols", tmp_path / "protocols")
    folder = tmp_path / "protocols" / FRAMEWORK
    text = (folder / "2023.4.yaml").read_text(encoding="utf-8").replace('"2023.4"', '"2026.1"')
    (folder / "2026.1.yaml").write_text(text, encoding="utf-8")
    who = kafka.service("operator")
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SCHAKEL_PROTOCOLS_DIR", str(tmp_path / "protocols"))
    monkeypatch.setenv("SCHAKEL_CHAINS_DIR", str(ROOT / "chains"))
    monkeypatch.setenv("SCHAKEL_BOOTSTRAP", kafka.bootstrap)
    monkeypatch.setenv("SCHAKEL_SASL_USERNAME", who.username)
    monkeypatch.setenv("SCHAKEL_SASL_PASSWORD_FILE", str(kafka.secrets.directory / who.username))
    return lambda *words: CliRunner().invoke(app, ["protocol", *map(str, words)])


@pytest.fixture(scope="module")
def case(kafka: Broker, copies: Copies) -> str:
    case = copies.whole_story()
    with KafkaProducer(**kafka.connect(), acks="all") as producer:
        for raw in copies.records(case):
            place = partition_of(case, LEDGER_PARTITIONS)
            producer.send(LEDGER, key=raw.key, value=raw.value, headers=list(raw.headers), partition=place)
    return case


@pytest.mark.kafka
def test_a_case_is_moved_by_one_record_with_its_reason(kafka: Broker, online: Run, case: str) -> None:
    """Only to what the services know: they pass over a request for a version that they did not read at their start."""
    before = len(read_case(kafka.connect(), case).steps)
    asked = ("move", case, "--to", f"{FRAMEWORK}@2026.1", "--reason", "corrected_term")
    definitions.put(kafka.connect(), {f"{PROTOCOL}{FRAMEWORK}@2023.4": {}})
    said = sentence(online(*asked))
    assert f"the services that run do not know {FRAMEWORK}@2026.1" in said
    assert "'backbone up'" in said
    assert len(read_case(kafka.connect(), case).steps) == before
    definitions.put(kafka.connect(), {f"{PROTOCOL}{FRAMEWORK}@2026.1": {}})
    result = online(*asked)
    assert result.exit_code == 0, result.output
    found = read_case(kafka.connect(), case)
    assert len(found.steps) == before + 1
    last = found.steps[-1]
    assert (last.entry.envelope.source, last.effect) == (OPERATOR, Effect.EFFECTIVE)
    assert last.entry.event == ProtocolMoveRequested(protocol=FRAMEWORK, version="2026.1", reason="corrected_term")
    assert found.state.protocols == [f"{FRAMEWORK}@2023.4"], "routing moves it, when it has read that"


@pytest.mark.kafka
def test_what_cannot_be_moved_leaves_no_record(kafka: Broker, online: Run, case: str) -> None:
    before = len(read_case(kafka.connect(), case).steps)
    why = ("--reason", "corrected_term")
    assert "there is no such version" in sentence(online("move", case, "--to", f"{FRAMEWORK}@1999.1", *why))
    assert "already" in sentence(online("move", case, "--to", f"{FRAMEWORK}@2023.4", *why))
    assert "does not run under" in sentence(online("move", case, "--to", "groningen-protocolkaart@2017.1", *why))
    said = sentence(online("move", case, "--to", f"{FRAMEWORK}@2026.1", "--reason", "Because I say so"))
    assert "expected a short code" in said
    assert "has no case" in sentence(online("move", new_case_id(), "--to", f"{FRAMEWORK}@2026.1", *why))
    assert "is no case id" in sentence(online("move", "7", "--to", f"{FRAMEWORK}@2026.1", *why))
    assert len(read_case(kafka.connect(), case).steps) == before


@pytest.mark.kafka
def test_a_real_case_is_tried_and_nothing_is_written(kafka: Broker, online: Run, case: str) -> None:
    before = len(read_case(kafka.connect(), case).steps)
    result = online("try", f"{FRAMEWORK}@2026.1", "--case", case, "--against", f"{FRAMEWORK}@2023.4")
    assert result.exit_code == 0, result.output
    assert "Geen verschil." in result.stdout
    whole = online("try", f"{FRAMEWORK}@2026.1", "--case", case)
    assert "> Voorstel: naar Slachtofferhulp Nederland" in whole.stdout
    assert len(read_case(kafka.connect(), case).steps) == before
    assert "has no case" in sentence(online("try", FRAMEWORK, "--case", new_case_id()))
