"""`backbone person export` on a real broker: what it writes, what it appends first, and what it refuses."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner, Result

from backbone.casework import LEDGER
from backbone.cli.main import app
from backbone.kafka.names import LEDGER_PARTITIONS
from schakel.cli.main import app as schakel
from schakel.events.data import AccessGiven
from schakel.history import partition_of, read_case
from schakel.ids import OPERATOR, new_case_id
from tests.cli.test_errors import sentence
from tests.support.broker import Broker
from tests.support.copies import PHONE, STORY, Copies, copies_in

Run = Callable[..., Result]
WHY = ("--motive", "her_request")


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    made = copies_in(tmp_path_factory.mktemp("cluster"))
    yield made
    made.cluster.close()


@pytest.fixture
def var_dir(tmp_path: Path, copies: Copies) -> Path:
    """Where the operator is: with the keys, elsewhere than the broker."""
    shutil.copytree(copies.cluster._directory / "keys", tmp_path / "var" / "keys")
    return tmp_path / "var"


@pytest.fixture
def backbone(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in [name for name in os.environ if name.startswith("SCHAKEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(var_dir))
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def online(kafka: Broker, backbone: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same with a broker, as its operator."""
    who = kafka.service("operator")
    monkeypatch.setenv("SCHAKEL_BOOTSTRAP", kafka.bootstrap)
    monkeypatch.setenv("SCHAKEL_SASL_USERNAME", who.username)
    monkeypatch.setenv("SCHAKEL_SASL_PASSWORD_FILE", str(kafka.secrets.directory / who.username))
    return backbone


@pytest.fixture(scope="module")
def cases(kafka: Broker, copies: Copies) -> tuple[str, str]:
    """Two linked cases, in the ledger of the broker."""
    case, other = copies.whole_story(), copies.report()
    copies.link(case, other)
    with KafkaProducer(**kafka.connect(), acks="all") as producer:
        for one in (case, other):
            for raw in copies.records(one):
                place = partition_of(one, LEDGER_PARTITIONS)
                producer.send(LEDGER, key=raw.key, value=raw.value, headers=list(raw.headers), partition=place)
    return case, other


def logged(kafka: Broker, case: str) -> list[tuple[str, AccessGiven]]:
    entries = read_case(kafka.connect(), case).entries
    return [(one.envelope.source, one.event) for one in entries if isinstance(one.event, AccessGiven)]


@pytest.mark.kafka
def test_both_files_are_written_and_each_case_says_so(
    kafka: Broker, online: Run, cases: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, other = cases
    result = online("person", "export", case, "--to", tmp_path / "copy", *WHY)
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "copy" / "person.json").read_text())
    assert [one["case"] for one in found["cases"]] == [case, other]
    assert found["cases"][0]["steps"][-1]["type"] == AccessGiven.TYPE
    assert any(step.get("hers", {}).get("story") == STORY for step in found["cases"][0]["steps"])
    page = (tmp_path / "copy" / "person.html").read_text()
    assert "<title>Uw overzicht</title>" in page
    assert PHONE in page
    assert PHONE not in result.output
    for name in ("person.json", "person.html"):
        assert stat.S_IMODE((tmp_path / "copy" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["person.html", "person.json"]
    for one in cases:
        assert logged(kafka, one)[-1] == (
            OPERATOR,
            AccessGiven(subject="victim", motive="her_request", asked_in=case),
        )
    assert f"case {other} is in it" in result.output


@pytest.mark.kafka
def test_what_is_left_out_is_said_and_not_logged(
    kafka: Broker, online: Run, cases: tuple[str, str], tmp_path: Path
) -> None:
    case, other = cases
    before = len(logged(kafka, other))
    result = online("person", "export", case, "--to", tmp_path / "b", *WHY, "--without", other, "--language", "en")
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "b" / "person.json").read_text())
    assert ([one["case"] for one in found["cases"]], found["left_out"]) == ([case], [other])
    assert "It is not in here. Ask about it." in (tmp_path / "b" / "person.html").read_text()
    assert len(logged(kafka, other)) == before


@pytest.mark.kafka
def test_nothing_is_written_over(online: Run, cases: tuple[str, str], tmp_path: Path, kafka: Broker) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "person.html").write_text("of somebody else")
    before = len(logged(kafka, cases[0]))
    said = sentence(online("person", "export", cases[0], "--to", tmp_path / "full", *WHY))
    assert "is there already" in said
    assert (tmp_path / "full" / "person.html").read_text() == "of somebody else"
    assert len(logged(kafka, cases[0])) == before, "and nothing is logged for a copy that was not made"


@pytest.mark.kafka
def test_a_case_that_is_not_there_is_not_made(kafka: Broker, online: Run, tmp_path: Path) -> None:
    nobodys = new_case_id()
    assert "has no case" in sentence(online("person", "export", nobodys, "--to", tmp_path / "copy", *WHY))
    assert not (tmp_path / "copy").exists()
    assert read_case(kafka.connect(), nobodys).steps == []


@pytest.mark.kafka
def test_who_knows_goes_on_to_the_linked_case(
    kafka: Broker, cases: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(kafka.var_dir))
    result = CliRunner().invoke(schakel, ["case", "who-knows", cases[1], "--json"])
    assert [json.loads(line)["case"] for line in result.output.splitlines()] == [cases[1], cases[0]]
    plain = CliRunner().invoke(schakel, ["case", "who-knows", cases[1]]).output
    assert plain.count("Wie weet wat van u") == 2
    assert (
        " ".join(plain.split()).count("wat u bij het ene laat wissen of intrekt, verandert niets bij het andere") == 2
    )


# --- what is asked wrongly


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("not-a-case", *WHY), "is no case id; expected a UUID"),
        ((new_case_id(), "--motive", "Robin asked"), "expected a short code"),
        ((new_case_id(), *WHY, "--subject", "Robin"), "expected a role in the case"),
        ((new_case_id(), *WHY, "--language", "fr"), "expected one of nl, en"),
        ((new_case_id(), *WHY, "--without", "x"), "is no case id"),
    ],
)
def test_one_sentence_says_what_to_do(backbone: Run, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    assert says in sentence(backbone("person", "export", *words, "--to", tmp_path / "copy"))
    assert not (tmp_path / "copy").exists()


def test_without_keys_nothing_is_logged_and_one_sentence_says_so(backbone: Run, var_dir: Path, tmp_path: Path) -> None:
    shutil.rmtree(var_dir / "keys")
    said = sentence(backbone("person", "export", new_case_id(), "--to", tmp_path / "copy", *WHY))
    assert "data.json" in said
