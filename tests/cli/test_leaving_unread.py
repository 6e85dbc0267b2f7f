"""`backbone partner remove` and what a partner sent that intake has not handled: waited for, refused, left knowingly, said at a start."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ACLOperation
from kafka.errors import KafkaTimeoutError, TopicAuthorizationFailedError
from kafka.structs import OffsetAndMetadata
from typer.testing import CliRunner, Result

from backbone.chains.model import Partner, PartnerKind
from backbone.cli.main import app
from backbone.definition_files import load_definitions
from backbone.deployment.leaving import Left
from backbone.deployment.register import Change
from backbone.kafka.access import add_partner, read_rules
from backbone.kafka.credentials import Credentials, SecretStore
from backbone.kafka.names import in_topic
from backbone.kafka.rights import service_group
from backbone.kafka.unread import await_handled
from backbone.supervisor import unread
from backbone.supervisor.unread import not_handled, unread_by_nobody
from schakel.kafka_errors import WrongCredentials, check_sign_on
from tests.support.broker import Broker, unique, wait_until

ROOT = Path(__file__).resolve().parents[2]
Remove = Callable[..., Result]


@pytest.fixture
def name() -> str:
    return unique("hulp")


@pytest.fixture
def chains(tmp_path: Path, name: str) -> Path:
    """A copy of the chains, in which the new partner stands."""
    made = shutil.copytree(ROOT / "chains", tmp_path / "chains")
    entry = Partner(id=name, name="Hulp (voorbeeld)", oin="99999999100000099000", kind=PartnerKind.PARTNER)
    Change(made, ROOT / "protocols").enter(entry, "amsterdam", ["victim_support"], ["noord"])
    return made


def texts(chains: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in chains.glob("*.yaml")}


@pytest.fixture
def who(kafka: Broker, tmp_path: Path, name: str) -> Credentials:
    return add_partner(kafka.admin, SecretStore(tmp_path / "var" / "kafka" / "secrets"), name)


@pytest.fixture
def remove(kafka: Broker, tmp_path: Path, chains: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Remove:
    """The command on the session's broker, which waits for intake as long as is said."""
    password = tmp_path / "password"
    password.write_text(kafka.admin_user.password)
    settings = {
        "VAR_DIR": tmp_path / "var",
        "PROTOCOLS_DIR": ROOT / "protocols",
        "CHAINS_DIR": chains,
        "BOOTSTRAP": kafka.bootstrap,
        "SASL_USERNAME": kafka.admin_user.username,
        "SASL_PASSWORD_FILE": password,
    }
    for setting, value in settings.items():
        monkeypatch.setenv(f"SCHAKEL_{setting}", str(value))
    # The session's ledger is for other tests to write in.
    monkeypatch.setattr("backbone.cli.partner.left_by", lambda name, how: Left((), ()))

    def run(*words: str, within_s: float = 0.5) -> Result:
        monkeypatch.setattr("backbone.cli.partner.await_handled", partial(await_handled, within_s=within_s))
        return CliRunner().invoke(app, ["partner", "remove", name, *words])

    return run


def send(kafka: Broker, who: Credentials) -> None:
    with KafkaProducer(**kafka.connect(who), acks="all", enable_idempotence=True) as producer:
        producer.send(in_topic(who.username), b"x").get(10)


def handled(kafka: Broker, partner: str, offset: int) -> None:
    """Commit it as intake's worker does."""
    consumer = KafkaConsumer(**kafka.connect(), group_id=service_group("intake"), enable_auto_commit=False)
    place = TopicPartition(in_topic(partner), 0)
    consumer.assign([place])
    consumer.commit({place: OffsetAndMetadata(offset, "", -1)})
    consumer.close()


@pytest.mark.kafka
def test_with_a_message_unread_it_stays(kafka: Broker, remove: Remove, who: Credentials, chains: Path) -> None:
    before = texts(chains)
    send(kafka, who)
    done = remove("--from-chains")
    assert done.exit_code == 2, done.output
    assert f"{who.username} sent 1 message that intake has not handled" in done.stderr
    assert "--leave-unread lets it go all the same" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert texts(chains) == before
    send(kafka, who)
    assert "sent 2 messages" in remove("--from-chains").stderr, "doing it again changes nothing either"


@pytest.mark.kafka
def test_once_intake_has_handled_it_goes(kafka: Broker, remove: Remove, who: Credentials, chains: Path) -> None:
    send(kafka, who)
    handled(kafka, who.username, 1)
    done = remove("--from-chains", within_s=20)
    assert done.exit_code == 0, done.output
    assert "intake has not handled" not in done.output
    assert who.username not in load_definitions(ROOT / "protocols", chains)[0].partners
    with pytest.raises(WrongCredentials):
        check_sign_on(kafka.bootstrap, who.username, who.password)
    again = remove("--from-chains", within_s=20)
    assert again.exit_code == 0, again.output
    gone = remove("--delete-topics", within_s=20)
    assert gone.exit_code == 0, gone.output
    wait_until(lambda: in_topic(who.username) not in kafka.admin.list_topics())
    assert remove("--delete-topics").exit_code == 0, "its topics are not there to be waited for"


@pytest.mark.kafka
def test_it_may_be_left_and_is_said_afterwards(kafka: Broker, remove: Remove, who: Credentials, chains: Path) -> None:
    send(kafka, who)
    done = remove("--from-chains", "--leave-unread")
    assert done.exit_code == 0, done.output
    assert f"intake has not handled 1 message of {who.username}; nobody answers for what is left so" in done.output
    known = load_definitions(ROOT / "protocols", chains)[0].partners
    assert who.username not in known
    said = [sentence for sentence in unread_by_nobody(kafka.connect(), known) if who.username in sentence]
    assert len(said) == 1
    assert said[0].startswith(f"on schakel.in.{who.username} nobody reads 1 message that intake has not handled")
    refused = remove("--delete-topics")
    assert refused.exit_code == 2, refused.output
    assert "since it is out of chains/" in refused.stderr
    assert in_topic(who.username) in kafka.admin.list_topics()
    assert remove("--delete-topics", "--leave-unread").exit_code == 0


@pytest.mark.kafka
def test_what_does_not_hold_together_lets_it_write_as_before(
    kafka: Broker, remove: Remove, who: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: Change, partner: str) -> list[str]:
        with pytest.raises(TopicAuthorizationFailedError):
            send(kafka, who)
        raise RuntimeError("the chains would not hold together any more")

    monkeypatch.setattr(Change, "leave", refuses)
    assert remove("--from-chains", within_s=20).exit_code != 0
    send(kafka, who)


# --- cut off ----------------------------------------------------------------------------------------------------------

ALONE = """
import backbone.cli.partner as partner
from backbone.cli.main import app
from backbone.deployment.leaving import Left

partner.left_by = lambda name, how: Left((), ())
app()
"""
"""The command in a process of its own, which does not look at the session's ledger either."""


def may_write(kafka: Broker, who: Credentials) -> bool:
    return any(rule.operation is ACLOperation.WRITE for rule in read_rules(kafka.admin, who.username))


def ended_in_its_middle(kafka: Broker, who: Credentials, how: signal.Signals) -> int:
    """While it waits for intake, with the right to write taken. Returns how the process ended."""
    send(kafka, who)
    command = [sys.executable, "-c", ALONE, "partner", "remove", who.username, "--from-chains"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT) as waiting:
        wait_until(lambda: not may_write(kafka, who), 60)
        waiting.send_signal(how)
        return waiting.wait(60)


@pytest.mark.kafka
@pytest.mark.usefixtures("remove")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_lets_the_partner_write_as_before(
    kafka: Broker, who: Credentials, chains: Path, how: signal.Signals
) -> None:
    before = texts(chains)
    assert ended_in_its_middle(kafka, who, how) == 128 + how
    send(kafka, who)
    assert texts(chains) == before


@pytest.mark.kafka
def test_killed_it_goes_on_when_it_is_done_again(kafka: Broker, remove: Remove, who: Credentials, chains: Path) -> None:
    """Refused, the partner may write as before the first; done, it is let go."""
    assert ended_in_its_middle(kafka, who, signal.SIGKILL) == -signal.SIGKILL
    with pytest.raises(TopicAuthorizationFailedError):
        send(kafka, who)
    refused = remove("--from-chains")
    assert refused.exit_code == 2, refused.output
    assert f"a removal of {who.username} was cut off, and since then it may not write" in refused.output
    assert "intake has not handled" in refused.stderr
    send(kafka, who)
    assert "cut off" not in remove("--from-chains").output, "nothing was left to say"
    assert ended_in_its_middle(kafka, who, signal.SIGKILL) == -signal.SIGKILL
    handled(kafka, who.username, 3)
    done = remove("--from-chains", within_s=20)
    assert done.exit_code == 0, done.output
    assert who.username not in load_definitions(ROOT / "protocols", chains)[0].partners
    with pytest.raises(WrongCredentials):
        check_sign_on(kafka.bootstrap, who.username, who.password)


@pytest.mark.kafka
def test_cut_off_behind_the_chains_it_gets_no_right_back(
    kafka: Broker, remove: Remove, who: Credentials, chains: Path
) -> None:
    """Nobody would read what it writes then."""
    assert ended_in_its_middle(kafka, who, signal.SIGKILL) == -signal.SIGKILL
    Change(chains, ROOT / "protocols").leave(who.username)
    refused = remove("--from-chains")
    assert refused.exit_code == 2, refused.output
    assert not may_write(kafka, who)
    assert remove("--from-chains", "--leave-unread").exit_code == 0
    assert read_rules(kafka.admin, who.username) == set()


def test_what_is_to_be_done_is_said() -> None:
    stays = not_handled("coc", 3, known=True)
    assert stays.startswith("coc sent 3 messages that intake has not handled, and nobody would read schakel.in.coc")
    assert "let intake run" in stays
    out = not_handled("coc", 1, known=False)
    assert "coc sent 1 message that" in out
    assert "backbone partner add coc" in out
    assert "nothing was changed" in stays
    assert "nothing was changed" in out


def test_a_start_is_not_kept_by_what_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(connection: Mapping[str, Any], partners: object) -> dict[str, int]:
        raise KafkaTimeoutError("no answer")

    monkeypatch.setattr(unread, "unread_of_others", away)
    (said,) = unread_by_nobody({}, ["coc"])
    assert "is not known, Kafka says: " in said
    assert "no answer" in said


@pytest.mark.parametrize(
    ("words", "users_by"),
    [(("topics", "create"), "broker"), (("deploy", "apply"), "broker"), (("deploy", "apply"), "kubernetes")],
)
def test_who_makes_things_ready_is_told(
    words: tuple[str, str], users_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in [setting for setting in os.environ if setting.startswith("SCHAKEL_")]:
        monkeypatch.delenv(setting)
    settings = {"VAR_DIR": tmp_path, "PROTOCOLS_DIR": ROOT / "protocols", "CHAINS_DIR": ROOT / "chains"}
    for setting, value in (settings | {"USERS_BY": users_by}).items():
        monkeypatch.setenv(f"SCHAKEL_{setting}", str(value))
    module = f"backbone.cli.{words[0]}"
    monkeypatch.setattr(f"{module}.find_broker", lambda _: SimpleNamespace(connected=nullcontext))
    monkeypatch.setattr(f"{module}.prepare", lambda *_: SimpleNamespace(changes=(), warnings=("nobody reads it",)))
    monkeypatch.setattr("backbone.cli.deploy._look", lambda *_: None)
    monkeypatch.setattr("backbone.cli.deploy.publish", lambda *_: [])
    monkeypatch.setattr("backbone.cli.deploy.unread_by_nobody", lambda *_: ["nobody reads it"])
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    assert "nobody reads it\n" in done.output
