"""The command `schakel` as somebody at a terminal, and a script, meets it."""

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner, Result

from backbone.kafka.credentials import Credentials
from schakel.case_state import Referral, ReferralState, State
from schakel.cli.case import show_state
from schakel.cli.main import app
from schakel.cli.output import brief, says
from schakel.client import Profile
from schakel.definitions import TOPIC as DEFINITIONS
from schakel.events.base import Sealed, SealedField
from schakel.events.report import ReportReceived
from schakel.history import LEDGER, History, partition_of, read_case, read_cases
from tests.client.fakes import CASE, FACTS, NOW, OIN, FakeBackbone, referral, refuses, silent
from tests.support.broker import Broker
from tests.support.histories import FOLDER, replay

NAME, PHONE = "Robin Verzonnen", "06-99999999"
REPORT = {
    "type": "report.received",
    "event": {"reported_at": "2026-03-28T12:00:00+01:00", "facts": {"identity": "by_name", "natures": ["threat"]}},
    "personal": {"victim": {"contact_details": {"name": NAME, "phone": PHONE}, "story": f"{NAME} vertelde"}},
}
CONTACT = {
    "type": "contact.made",
    "case": CASE,
    "event": {"whom": "victim", "at": "2026-03-28T13:00:00+01:00", "channel": "telephone"},
}
GOLDEN = "the-whole-path"
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs the command in this process, without a terminal."""
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    monkeypatch.delenv("SCHAKEL_PROFILE", raising=False)

    def run(*arguments: object, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
        assert "Traceback" not in result.output
        assert NAME not in result.output
        assert PHONE not in result.output
        if "--json" not in arguments:
            assert max(map(len, result.output.splitlines()), default=0) <= 80 or result.exit_code
        return result

    return run


@pytest.fixture
def online(kafka: Broker, monkeypatch: pytest.MonkeyPatch, run: Run) -> Run:
    """The same on a machine with a broker of its own."""
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(kafka.var_dir))
    return run


@pytest.fixture
def partner(kafka: Broker, who: Credentials, backbone: FakeBackbone) -> str:
    """A partner with a profile under var/partners."""
    profile = Profile(kafka.bootstrap, who.username, OIN, password_file=kafka.secrets.directory / who.username)
    profile.save(kafka.var_dir / "partners" / f"{who.username}.json")
    return who.username


def write(path: Path, said: object) -> Path:
    file = path / "events.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    return file


# --- publish -----------------------------------------------------------------------------------------------------------


@pytest.mark.kafka
def test_a_file_is_told_and_its_receipts_are_shown(
    online: Run, partner: str, backbone: FakeBackbone, tmp_path: Path
) -> None:
    result = online("publish", write(tmp_path, [REPORT, CONTACT]), "--as", partner)

    assert result.exit_code == 0, result.output
    assert backbone.opened(0) == REPORT["personal"]
    lines = result.output.splitlines()
    assert lines[1].split()[1:3] == ["report.received", "accepted"]
    assert "«sealed: contact_details, story» of victim" in re.sub(r"\s+", " ", result.output)
    assert CASE in result.output


@pytest.mark.kafka
def test_the_same_file_again_is_the_same_events(
    online: Run, partner: str, backbone: FakeBackbone, tmp_path: Path
) -> None:
    """Two equal events in one file are two events; one with an id of its own keeps it."""
    mine = str(uuid.uuid4())
    file = write(tmp_path, [REPORT, CONTACT, CONTACT, CONTACT | {"id": mine}])

    outputs = [online("publish", file, "--as", partner, "--json").output for _ in range(2)]

    told = [[json.loads(line)["id"] for line in output.splitlines()] for output in outputs]
    assert told[0] == told[1]
    assert len(set(told[0])) == 4
    assert told[0][3] == mine
    assert json.loads(outputs[0].splitlines()[1])["receipt"]["case"] == CASE


@pytest.mark.kafka
def test_a_refusal_is_shown_with_its_remedy_and_an_exit_code(online: Run, partner: str, backbone: FakeBackbone) -> None:
    backbone.answer = refuses

    result = online("publish", "-", "--as", partner, stdin=json.dumps(REPORT))

    assert result.exit_code == 1
    assert "chain.unknown in facts.place" in re.sub(r"\s+", " ", result.output)


@pytest.mark.kafka
def test_no_answer_yet_is_said_and_is_no_loss(online: Run, partner: str, backbone: FakeBackbone) -> None:
    backbone.answer = silent

    result = online("publish", "-", "--as", partner, "--timeout", "0.5", stdin=json.dumps(REPORT))

    assert result.exit_code == 1
    assert "publish the same file again" in re.sub(r"\s+", " ", result.output)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("{", "is no JSON: .* in line 1"),
        ("[]", "empty list"),
        ("[1]", "event 1 is no JSON object"),
        (json.dumps({**REPORT, "naam": 1}), "has the members naam; expected only type, event"),
        (json.dumps({**REPORT, "type": "report.gone"}), "'type' is 'report.gone'"),
        (json.dumps({**REPORT, "type": "case.opened"}), "expected one that partners tell"),
        (json.dumps([CONTACT, {**CONTACT, "event": {"whom": NAME}}]), r"event 2 \(contact.made\): field"),
        (json.dumps({**REPORT, "personal": ["x"]}), "'personal' must be an object of objects"),
        (json.dumps({**REPORT, "event": {"sealed": []}}), "give what is personal readable under 'personal'"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_sentence(run: Run, tmp_path: Path, said: str, says: str) -> None:
    """Found before anything is sent: the broker of this profile is not there."""
    Profile("127.0.0.1:1", "dmg").save(tmp_path / "partners" / "dmg.json")

    result = run("publish", "-", "--as", "dmg", stdin=said)

    assert result.exit_code == 2
    assert re.search(says, result.output), result.output
    assert result.output.count("\n") == 1


def test_which_partner_is_asked_for(run: Run, tmp_path: Path) -> None:
    assert "which partner? give --as PARTNER" in run("publish", "-", stdin=json.dumps(REPORT)).output
    Profile("127.0.0.1:1", "dmg").save(tmp_path / "partners" / "dmg.json")
    result = run("publish", "-", "--as", "dgm", stdin=json.dumps(REPORT))
    assert result.exit_code == 2
    assert "there is no profile" in result.output
    assert "(there are: dmg)" in result.output
    assert "there is no file" in run("publish", tmp_path / "gone.json", "--as", "dmg").output


def test_a_broker_that_is_away_is_one_sentence(run: Run, tmp_path: Path) -> None:
    Profile("127.0.0.1:1", "dmg").save(tmp_path / "partners" / "dmg.json")

    result = run("publish", "-", "--as", "dmg", stdin=json.dumps(REPORT))

    assert result.exit_code == 2
    assert "no Kafka broker answers at 127.0.0.1:1" in result.output


# --- listen ------------------------------------------------------------------------------------------------------------


@pytest.mark.kafka
def test_listening_only_looks_unless_told_otherwise(online: Run, partner: str, backbone: FakeBackbone) -> None:
    said = [backbone.say(referral(number)) for number in (1, 2)]

    for _ in range(2):
        result = online("listen", "--as", partner, "--json", "--for", "1")
        assert [json.loads(line)["id"] for line in result.output.splitlines()] == said
    first = online("listen", "--as", partner, "--max", "1", "--ack")
    assert first.exit_code == 0
    assert re.search(
        rf"case {CASE}  referral\n +referral: {referral(1).referral}, role: victim_support", first.output
    ), "an answer names it"
    later = online("listen", "--as", partner, "--json", "--for", "1")
    assert [json.loads(line)["id"] for line in later.output.splitlines()] == said[1:]


@pytest.mark.kafka
def test_receipts_are_shown_when_asked_for(online: Run, partner: str, backbone: FakeBackbone) -> None:
    backbone.answer = refuses
    online("publish", "-", "--as", partner, stdin=json.dumps(REPORT))

    assert online("listen", "--as", partner, "--for", "1").output == ""
    shown = online("listen", "--as", partner, "--receipts", "--for", "1").output
    assert re.search(r"receipt\n +refused, chain\.unknown: name it", shown)


# --- case and replay -----------------------------------------------------------------------------------------------------


@pytest.fixture
def case(kafka: Broker) -> str:
    """The checked-in history of a whole path, in the ledger under a case id of its own."""
    return put(kafka, GOLDEN)


def put(kafka: Broker, name: str) -> str:
    case_id = str(uuid.uuid4())
    _, *records, _ = (json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    with KafkaProducer(**kafka.connect()) as producer:
        for record in records:
            headers = record["headers"] | {"ce_subject": case_id}
            pairs = [(header, text.encode()) for header, text in headers.items()]
            producer.send(LEDGER, key=case_id.encode(), value=bytes.fromhex(record["value"]), headers=pairs).get(10)
    return case_id


@pytest.mark.kafka
def test_a_history_shows_each_event_and_its_effect(online: Run, case: str) -> None:
    golden = replay(FOLDER / f"{GOLDEN}.jsonl")

    result = online("case", "history", case, "--json")

    steps = [json.loads(line) for line in result.output.splitlines()]
    assert [step["type"] for step in steps] == [step.entry.envelope.type for step in golden.steps]
    assert [step["effect"] for step in steps] == [step.expected for step in golden.steps]
    text = online("case", "history", case)
    assert text.exit_code == 0
    assert text.output.rstrip().splitlines()[-1].startswith(f"{len(steps)} events, partition ")


def test_of_a_sealed_part_only_whose_it_is_and_which_fields() -> None:
    part = Sealed(subject="victim", fields=(SealedField.STORY, SealedField.EXACT_PLACE), body=b"secret")
    event = ReportReceived(reported_at=NOW, facts=FACTS, sealed=(part,))

    assert says(event) == (
        "reported_at: 2026-03-28T12:00:00Z, facts.identity: by_name, «sealed: story, exact_place» of victim"
    )


def test_an_id_is_shortened_to_what_tells_it_apart() -> None:
    assert brief("5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e") == "5d1c7a52"
    assert brief("0199a1b2-0000-7000-8000-00000abc4321") == "…0abc4321"
    assert brief("slachtofferhulp-amsterdam-en-omstreken") == "slachtofferhulp-amsterdam-en-omstreken"


@pytest.mark.kafka
def test_a_case_is_shown_as_it_stands(online: Run, case: str) -> None:
    shown = online("case", "show", case).output

    assert case in shown
    assert re.search(r"referral +\w+ to \S+ \(\w+\): ", shown)
    state = json.loads(online("case", "show", case, "--json").output)["state"]
    golden = replay(FOLDER / f"{GOLDEN}.jsonl").state
    assert state["events"] == golden.events
    assert state["referrals"].keys() == golden.referrals.keys()
    assert "seen" not in state


@pytest.mark.parametrize(
    ("missing", "shown"),
    [([], "held (not_asked)"), (["story", "exact_place"], "held (not_asked: story + exact_place)")],
)
def test_why_a_referral_is_held(capsys: pytest.CaptureFixture[str], missing: list[str], shown: str) -> None:
    held = Referral("r", "coc", "coc", "referral", [], [], state=ReferralState.HELD, hold_reason="not_asked")
    held.missing = missing
    show_state(History(State(CASE, referrals={held.id: held})), as_json=False)
    assert f" {shown} " in re.sub(r"\s+", " ", capsys.readouterr().out)


@pytest.mark.kafka
def test_what_nobody_explained_is_shown(kafka: Broker, online: Run, case: str) -> None:
    golden = replay(FOLDER / f"{GOLDEN}.jsonl").state
    key = f"protocol/{golden.protocols[0]}".encode()
    with KafkaProducer(**kafka.connect()) as producer:
        producer.send(DEFINITIONS, key=key, value=json.dumps({"explain": ["going_public"]}).encode()).get(10)
        assert re.search(r"not explained +going_public", online("case", "show", case).output)
        assert json.loads(online("case", "show", case, "--json").output)["not_explained"] == ["going_public"]
        producer.send(DEFINITIONS, key=key, value=None).get(10)
    assert "not explained" not in online("case", "show", case).output


@pytest.mark.kafka
def test_a_replay_gives_the_same_state_every_time(kafka: Broker, online: Run, case: str) -> None:
    one = json.loads(online("replay", case, "--json").output)
    everything = [json.loads(line) for line in online("replay", "--json").output.splitlines()]

    assert one in everything
    assert one["fingerprint"] in online("replay", case).output
    table = online("replay").output
    assert case[:8] in table
    assert re.search(r"\d+ cases, \d+ events, referrals: ", table)
    whole = read_cases(kafka.connect())[case]
    assert whole.steps == read_case(kafka.connect(), case).steps


@pytest.mark.kafka
def test_a_record_of_a_newer_version_is_counted_and_does_no_harm(kafka: Broker, online: Run, case: str) -> None:
    headers = [("ce_specversion", b"1.0"), ("ce_subject", case.encode())]
    with KafkaProducer(**kafka.connect()) as producer:
        producer.send(LEDGER, key=case.encode(), value=b"\x00\x00\x0f\x00\x00new", headers=headers).get(10)

    result = online("case", "history", case)

    assert result.exit_code == 0
    assert "1 records were not understood" in result.output
    assert "header.missing" in result.output


@pytest.mark.kafka
def test_a_case_that_is_not_there_is_said(online: Run) -> None:
    result = online("case", "show", str(uuid.uuid4()))
    assert (result.exit_code, "the ledger has no case" in result.output) == (2, True)
    result = online("case", "show", "dossier-12")
    assert (result.exit_code, "'dossier-12' is no case id" in result.output) == (2, True)


@pytest.mark.kafka
def test_a_partner_may_not_read_the_ledger(kafka: Broker, online: Run, partner: str) -> None:
    result = online("replay", "--profile", kafka.var_dir / "partners" / f"{partner}.json")

    assert result.exit_code == 2
    assert "does not allow user" in result.output or "shows no topic" in result.output
    result = online(
        "case", "show", case := str(uuid.uuid4()), "--profile", kafka.var_dir / "partners" / f"{partner}.json"
    )
    assert (result.exit_code, f"'schakel case status {case}' is for a partner" in " ".join(result.output.split())) == (
        2,
        True,
    )


def test_without_a_broker_one_is_told_what_to_give(run: Run) -> None:
    result = run("replay")

    assert result.exit_code == 2
    assert "give --profile FILE" in result.output


def test_the_partition_is_kafkas_own_choice() -> None:
    """Known values of Java's murmur2 (Kafka's own UtilsTest): 21 -> -973932308, foobar -> -790332482."""
    assert partition_of("21", 2**31) == -973932308 & 0x7FFFFFFF
    assert partition_of("foobar", 6) == (-790332482 & 0x7FFFFFFF) % 6


# --- help and manners ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("publish",),
        ("listen",),
        ("case",),
        ("case", "show"),
        ("case", "history"),
        ("case", "who-knows"),
        ("replay",),
    ],
)
def test_every_help_has_an_example(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, "--help")

    assert result.exit_code == 0
    assert re.search(r"Examples?:\s+schakel ", result.output)


def test_as_a_program_of_its_own_it_needs_no_terminal_and_no_colour(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "SCHAKEL_VAR_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "schakel.cli.main", "case", "show", CASE],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("schakel: nobody to read the ledger as")
    assert "\x1b" not in done.stderr
