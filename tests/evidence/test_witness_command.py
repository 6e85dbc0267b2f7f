"""`backbone witness`, on a real broker, as the users who may: a partner's key and its cosigned heads, to what stands on the topics."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kafka import KafkaProducer
from typer.testing import CliRunner, Result

from backbone import definitions
from backbone.cli.main import app
from backbone.cli.output import FOUND, UNDOABLE
from backbone.evidence.signing import NOTE_HEADERS
from schakel.definitions import PARTNER
from schakel.evidence.note import Head, origin_of
from schakel.evidence.published import LOG_KEY, WITNESS_KEY, public_entry
from schakel.evidence.vkey import WitnessKey
from schakel.reading import read_to_end
from tests.auditor.writer import witness_line
from tests.support.broker import Broker, unique

LOG, KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
ORIGIN = origin_of("schakel.tried", 0)
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """In this process; on a machine without a broker, unless the fixture `online` says otherwise."""
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    for name in ("SCHAKEL_BOOTSTRAP", "SCHAKEL_SASL_USERNAME", "SCHAKEL_SASL_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> Result:
        result = CliRunner().invoke(app, ["witness", *map(str, arguments)])
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def witness(kafka: Broker, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[WitnessKey]:
    """A partner's, on a broker where the log has signed a head over seven records."""
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(kafka.var_dir))
    partner = unique("coc")
    definitions.put(
        kafka.connect(),
        {f"{PARTNER}{partner}": {"id": partner}, f"{LOG_KEY}{partner}": public_entry(LOG.public_key())},
    )
    producer = KafkaProducer(**kafka.connect(kafka.service("audit")))
    producer.send("schakel.checkpoints", head(7).note().encode(), ORIGIN.encode(), list(NOTE_HEADERS), 0).get(30)
    producer.close()
    name = f"schakel-witness/{partner}"
    yield WitnessKey(name, KEY.public_key())
    gone = (f"{PARTNER}{partner}", f"{LOG_KEY}{partner}", f"{WITNESS_KEY}{partner}")
    definitions.put(kafka.connect(), dict.fromkeys(gone))


def head(size: int) -> Head:
    return Head(ORIGIN, size, bytes(32)).signed(LOG)


def heads(kafka: Broker) -> list[Head]:
    found = [raw for raw in read_to_end(kafka.connect(), "schakel.checkpoints") if raw.key == ORIGIN.encode()]
    assert all(raw.headers == NOTE_HEADERS for raw in found)
    return [Head.parse(raw.value or b"") for raw in found]


@pytest.mark.kafka
def test_a_witness_is_registered_and_what_it_cosigned_stands_on_the_topic(
    kafka: Broker, witness: WitnessKey, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "notes"
    file.write_text(head(7).witnessed(KEY, witness.name, 1_800_000_000).note(), encoding="utf-8")
    before = len(heads(kafka))
    early = run("take", file)
    assert (early.exit_code, "no witness that is registered here" in early.output) == (FOUND, True)

    added, same = run("add", witness.line()), run("add", witness.line())
    assert (added.exit_code, same.exit_code) == (0, 0), added.output + same.output
    assert f"key {witness.kid} is registered" in added.output
    assert "was registered already" in same.output
    other = run("add", witness_line(witness.name, OTHER))
    assert (other.exit_code, "is registered with another key" in other.output) == (UNDOABLE, True)
    stranger = run("add", witness_line("schakel-witness/nobody-of-ours", KEY))
    assert (stranger.exit_code, "'nobody-of-ours' does not stand on" in stranger.output) == (UNDOABLE, True)
    listed = run("list").output
    assert witness.kid in listed

    file.write_text(
        file.read_text(encoding="utf-8")
        + head(8).witnessed(KEY, witness.name, 1_800_000_000).note()
        + "schakel/schakel.tried/0\nseven\n",
        encoding="utf-8",
    )
    done = run("take", file)
    assert done.exit_code == FOUND
    assert f"a head over 7 records: cosigned by {witness.name}" in done.output
    assert "refused: schakel/schakel.tried/0, a head over 8 records: no head of that size stands" in done.output
    assert "refused: note 3: a signed head has three lines" in done.output
    (published,) = heads(kafka)[before:]
    assert published.signed_by(LOG.public_key())
    assert published.witnessed_by(KEY.public_key(), witness.name) == 1_800_000_000
    again = run("take", file)
    assert f"cosigned by {witness.name} already" in again.output
    assert len(heads(kafka)) == before + 1


def test_what_is_no_line_or_no_file_is_said_before_any_broker_is_asked(run: Run, tmp_path: Path) -> None:
    for line in ("", "nonsense", witness_line("coc-amsterdam", KEY), witness_line("schakel-witness/dmg", KEY)[:-4]):
        assert "no Kafka runs" not in run("add", line).output
        assert run("add", line).exit_code == UNDOABLE
    file = tmp_path / "notes"
    for content in (b"", b"\xff\xfe", b"no heads here", b"{}", b'{"logs": 1}'):
        file.write_bytes(content)
        result = run("take", file)
        assert (result.exit_code, "expected the file that the partner's" in result.output) == (UNDOABLE, True)
    assert run("take", tmp_path / "nowhere").exit_code == UNDOABLE
    assert run("take", tmp_path).exit_code == UNDOABLE
    file.write_text(head(7).note(), encoding="utf-8")
    for command in (("take", file), ("add", witness_line("schakel-witness/dmg", KEY)), ("list",)):
        assert "no Kafka runs" in run(*command).output
