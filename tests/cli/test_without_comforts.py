"""Every command where there is little: a broker that is away, no terminal, no colour, 80 columns."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from typer.testing import CliRunner, Result

from backbone.casework import LEDGER
from backbone.cli.main import app
from backbone.evidence import replacing
from backbone.evidence.archive import Archive
from backbone.evidence.signing import SigningKeys
from backbone.keys import open_keys
from backbone.lists.identity import make_key
from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from backbone.supervisor.runfiles import RunFiles
from tests.auditor.writer import witness_line
from tests.cli.test_help import ALL, COLUMNS
from tests.cli.test_park import GARBAGE, contact, park
from tests.cli.test_reconcile import MAPPING
from tests.evidence.test_witness import KEY, head

ROOT = Path(__file__).parents[2]
PASSWORD = "geheim-van-de-beheerder"
CASE = "5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e"
LOOPS = "ends only when it is told to, or starts everything"
NO_BROKER = {
    ("demo",): LOOPS,
    ("serve",): LOOPS,
    ("import",): "connects as a partner, by its profile, and has an own test",
    **{("consultation", name): "asks the service cases" for name in ("agenda", "list")},
    ("overview",): "asks the service cases",
    ("reconcile",): "asks the service cases",
    **{("deploy", name): "files only" for name in ("handout", "keys", "write")},
    **{("keys", name): "the database of keys only" for name in ("grants", "retire", "rotate", "status")},
    **{("park", name): "a service's database" for name in ("list", "retry")},
    **{("protocol", name): "files only" for name in ("adopt", "check", "draw", "explain", "try", "words")},
    **{(name,): "this machine only" for name in ("down", "status")},
    ("door", "check"): "files only",
    ("partner", "list"): "files only",
    ("partner", "token"): "the partner's profile only",
    ("topics", "show"): "files only",
}
"""Commands that ask no broker, and why."""
LIST = ("lijst.csv", "--mapping", "mapping.yaml", "--as", "politie-amsterdam")
ASKS_THE_BROKER = {
    ("deploy", "apply"): (),
    ("erasure", "again"): (),
    ("erasure", "declaration"): (),
    ("evaluate", "conformance"): ("groningen", "--period", "2026"),
    ("evaluate", "export"): ("groningen", "--period", "2026", "--format", "xes", "--out", "log.xes"),
    ("evaluate", "leadtimes"): ("groningen", "--period", "2026"),
    ("evaluate", "outcomes"): ("groningen", "--period", "2026"),
    ("evaluate", "whatif"): ("groningen", "--period", "2026", "--protocol", "groningen-protocolkaart@2017.1"),
    ("evidence",): (CASE,),
    ("keys", "rotate-door"): (),
    ("ledger", "export"): ("out.zip",),
    ("ledger", "restore"): ("in.zip",),
    ("ledger", "retire-key"): (),
    ("ledger", "rotate-key"): (),
    ("park", "drop"): ("routing:1", "--reason", "cannot_be_read", "--yes"),
    ("partner", "add"): ("coc-amsterdam",),
    ("partner", "remove"): ("coc-amsterdam",),
    ("partner", "restore"): ("coc-amsterdam",),
    ("partner", "rotate"): ("coc-amsterdam",),
    ("partner", "suspend"): ("coc-amsterdam", "--reason", "leaves"),
    ("person", "export"): (CASE, "--to", "copy", "--motive", "her_request"),
    ("protocol", "move"): (CASE, "--to", "amsterdam-handelingskader@2023.4", "--reason", "corrected_term"),
    ("rebuild",): ("--beside", "--service", "routing"),
    ("topics", "create"): (),
    ("topics", "verify"): (),
    ("up",): (),
    ("witness", "add"): (witness_line("schakel-witness/coc-amsterdam", KEY),),
    ("witness", "list"): (),
    ("witness", "take"): ("cosigned.notes",),
}
ASKS_CASES = {
    ("consultation", "agenda"): ("amsterdam", "casusoverleg"),
    ("consultation", "list"): ("rotterdam", "politielijst"),
    ("overview",): ("amsterdam", "--period", "2026-03"),
    ("reconcile",): ("amsterdam", *LIST, "--period", "2026-03"),
}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that name a broker which does not answer; the directory of state, with its keys."""
    for name in [name for name in os.environ if name.startswith("SCHAKEL_")]:
        monkeypatch.delenv(name)
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    var_dir = tmp_path / "var"
    open_keys(None, var_dir).close()
    replacing.make(SigningKeys(var_dir / "keys" / "log.json"))
    settings = {
        "VAR_DIR": var_dir,
        "PROTOCOLS_DIR": ROOT / "protocols",
        "CHAINS_DIR": ROOT / "chains",
        "BOOTSTRAP": "127.0.0.1:1",
        "SASL_USERNAME": "admin",
        "SASL_PASSWORD_FILE": password,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"SCHAKEL_{name}", str(value))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"PL-{number};2026-03-10;Oost;Wies Verzonnen\n" for number in range(6))
    Path("lijst.csv").write_text(f"Zaaknummer;Datum;Wijk;Naam\n{rows}", encoding="utf-8")
    Path("mapping.yaml").write_text(MAPPING, encoding="utf-8")
    make_key(var_dir / "imports" / "politie-amsterdam.key", "politie-amsterdam")
    return var_dir


def parked(var_dir: Path) -> Store:
    """Routing's database with one record in it that cannot be read."""
    (var_dir / "db").mkdir(exist_ok=True)
    store = Store(f"sqlite:///{var_dir / 'db' / 'routing.db'}", "routing")
    store.migrate()
    store.take_up([Checkpoint(0, LEDGER, 0, 0, "test")])
    park(store, CASE, contact(), GARBAGE)
    return store


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of kafka-python's clients is built: each would try for half a minute before it says that nobody answers."""
    for client in (KafkaAdminClient, KafkaConsumer, KafkaProducer):
        monkeypatch.setattr(client, "__init__", _built)


def _built(*_: object, **__: object) -> None:
    raise AssertionError("a client was built before the broker had answered")


def test_every_command_is_looked_at() -> None:
    assert set(ALL) == NO_BROKER.keys() | ASKS_THE_BROKER.keys()
    assert not NO_BROKER.keys() & ASKS_THE_BROKER.keys()
    assert {path for path, why in NO_BROKER.items() if why == "asks the service cases"} == ASKS_CASES.keys()


@pytest.mark.parametrize("path", ASKS_THE_BROKER, ids=" ".join)
@pytest.mark.usefixtures("at_once")
def test_a_broker_that_is_away_is_one_sentence(path: tuple[str, ...], away: Path) -> None:
    with Archive(Path("in.zip")) as archive:
        archive.finish({"kind": "ledger"})
    Path("cosigned.notes").write_text(head(70), encoding="utf-8")
    if path == ("park", "drop"):  # which looks first whether it is still there
        parked(away).close()
    if path == ("rebuild",):  # which looks first whether there is anything to compare with
        (away / "db").mkdir()
        (away / "db" / "routing.db").touch()
    result: Result = CliRunner().invoke(app, [*path, *ASKS_THE_BROKER[path]])
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.output
    assert lines[0].startswith(
        "backbone: no Kafka broker answers at 127.0.0.1:1 (the connection was refused); is it running"
    )
    assert PASSWORD not in result.output
    assert not COLOUR.search(result.output)
    assert not (away / "log" / "cli.log").exists(), "it is no fault of ours"
    assert not Path("out.zip").exists()
    assert not Path("log.xes").exists()
    assert not list(away.glob("beside-*"))
    assert not RunFiles(away).alive()


@pytest.mark.parametrize("path", ASKS_CASES, ids=" ".join)
@pytest.mark.parametrize("state", ["not here", "silent"])
def test_a_service_that_is_away_is_one_sentence(path: tuple[str, ...], state: str, away: Path) -> None:
    if state == "silent":  # killed a moment ago: its file still says where it was
        (away / "run").mkdir()
        (away / "run" / "cases-0.json").write_text(json.dumps({"url": "http://127.0.0.1:1"}), encoding="utf-8")
    result = CliRunner().invoke(app, [*path, *ASKS_CASES[path]])
    assert result.exit_code == 2, result.output
    says = {
        "not here": "does not run here; start it with `backbone up`",
        "silent": "does not answer at http://127.0.0.1:1 (",
    }
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith(f"backbone: the service cases {says[state]}")
    assert "urlopen" not in line
    assert not (away / "log" / "cli.log").exists()


@pytest.mark.parametrize("history", [(), ("--history",)], ids=["as it comes", "history"])
def test_an_import_says_in_one_sentence_that_the_broker_is_away(history: tuple[str, ...], away: Path) -> None:
    """Beside what it says of the list; and no row stands in the errors file, or counts as answered: the same command goes on."""
    profile = away / "partners" / "politie-amsterdam.json"
    profile.parent.mkdir(parents=True)
    said = {"bootstrap": "127.0.0.1:1", "partner": "politie-amsterdam", "oin": "0" * 20}
    profile.write_text(json.dumps(said), encoding="utf-8")
    profile.chmod(0o600)
    result = CliRunner().invoke(app, ["import", *LIST, *history])
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("backbone: no Kafka broker answers at 127.0.0.1:1"), result.output
    assert "Verzonnen" not in result.output
    assert not (away / "log" / "cli.log").exists()
    assert not Path("lijst.csv.errors.csv").exists()


def test_a_backbone_in_the_background_says_it_where_it_was_asked_for(away: Path) -> None:
    """Not only in its log, and nothing of it goes on."""
    result = CliRunner().invoke(app, ["up", "--detach"])
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("backbone: no Kafka broker answers at 127.0.0.1:1"), result.output
    assert not RunFiles(away).alive()


def test_a_record_that_could_not_be_given_up_stays_parked(away: Path) -> None:
    store = parked(away)
    try:
        before = store.parked()
        result = CliRunner().invoke(app, ["park", "drop", *ASKS_THE_BROKER["park", "drop"]])
        assert result.stderr.startswith("backbone: no Kafka broker answers"), result.output
        assert store.parked() == before != []
    finally:
        store.close()


def test_a_key_that_could_not_be_published_is_not_there(away: Path) -> None:
    """Else the next try finds two keys, and the way on from there is to take out the one that the heads so far were signed with."""
    keys = SigningKeys(away / "keys" / "log.json")
    before = keys.path.read_bytes()
    for _ in range(2):
        result = CliRunner().invoke(app, ["ledger", "rotate-key"])
        assert result.stderr.startswith("backbone: no Kafka broker answers"), result.output
    assert keys.path.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ("topics", "show"),
        ("status",),
        ("keys", "status"),
        ("overview", "amsterdam"),
        ("protocol", "check"),
        ("door", "check", "--all"),
    ],
)
def test_what_is_shown_fits_the_page(words: tuple[str, ...], away: Path) -> None:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code in (0, 1), result.output
    assert result.stdout
    assert not COLOUR.search(result.output)
    if words[1:2] != ("check",):  # whose lines begin with paths, and are not folded
        assert max(map(len, result.stdout.splitlines())) <= COLUMNS


def test_in_a_terminal_of_eighty_columns_without_colour(away: Path) -> None:
    """A real terminal (a pty): the table is as wide as that, and NO_COLOR is kept to."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "backbone.cli.main", "topics", "show"],
            stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm-256color"}, cwd=ROOT,
        )  # fmt: skip
        said = _read(ours, process)
    finally:
        os.close(theirs)
        os.close(ours)
    lines = said.replace("\r\n", "\n").splitlines()
    assert process.returncode == 0, said
    assert any(line.startswith("schakel.ledger") for line in lines)
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines) <= COLUMNS
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", said), "bold is no colour; a colour is"


def _read(terminal: int, process: "subprocess.Popen[bytes]") -> str:
    said, deadline = b"", time.monotonic() + 250
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            said += os.read(terminal, 4096)
        elif process.poll() is not None:
            return said.decode()
    process.kill()
    raise AssertionError(f"it did not end: {said!r}")
