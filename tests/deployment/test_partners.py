"""`backbone partner add` and `remove`: the entry in chains/, the operator's files on Kubernetes, and what a partner would leave behind."""

import base64
import json
import os
import shutil
import stat
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from backbone.chains.model import Partner, PartnerKind
from backbone.cli.main import app
from backbone.cli.output import Undoable
from backbone.cli.partner import _refuse_while_it_is_told, _say_what_is_left
from backbone.definition_files import load_definitions
from backbone.deployment import register
from backbone.deployment.leaving import Left, left_in
from backbone.deployment.register import Change, RegisterProblem, next_version
from backbone.gateway.tokens import Tokens
from schakel.case_state import Referral, ReferralState, State
from schakel.client.access import Profile

ROOT = Path(__file__).resolve().parents[2]
NEW = Partner(id="coc-utrecht", name="COC Utrecht (voorbeeld)", oin="99999999100000099000", kind=PartnerKind.PARTNER)
Backbone = Callable[..., Result]


@pytest.fixture
def chains(tmp_path: Path) -> Path:
    """A copy of the chains, to be written in."""
    return shutil.copytree(ROOT / "chains", tmp_path / "chains")


def texts(chains: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in chains.glob("*.yaml")}


# -- the entry in chains/ -----------------------------------------------------------------------------------------------


def test_a_partner_is_written_in_and_taken_out_and_nothing_else_changes(chains: Path) -> None:
    before, change = texts(chains), Change(chains, ROOT / "protocols")
    change.enter(NEW, "amsterdam", ["coc"], ["noord"])
    entered, _ = load_definitions(ROOT / "protocols", chains)
    assert entered.partner("coc-utrecht") == NEW
    assert [chain.name for chain in entered.chains_of("coc-utrecht")] == ["amsterdam"]
    after = texts(chains)
    added = {name: set(after[name].splitlines()) - set(before[name].splitlines()) for name in before}
    assert {name: len(lines) for name, lines in added.items() if lines} == {"partners.yaml": 1, "amsterdam.yaml": 2}
    assert change.leave("coc-utrecht") == ["amsterdam.yaml", "partners.yaml"]
    first, second, third = (version_of(each["amsterdam.yaml"]) for each in (before, after, texts(chains)))
    assert (second, third) == (next_version(first), next_version(next_version(first)))
    after = texts(chains)
    assert after | {"amsterdam.yaml": after["amsterdam.yaml"].replace(third, first)} == before


@pytest.mark.parametrize("written", range(3))
def test_killed_between_two_files_the_chains_still_load_and_it_goes_on(
    chains: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """A chain whose file comes behind the register in the alphabet may not name somebody who stands there no more."""
    (chains / "amsterdam.yaml").rename(chains / "zaanstad.yaml")
    for name in ("zaanstad.yaml", "groningen.yaml"):
        text = (chains / name).read_text(encoding="utf-8")
        (chains / name).write_text(text.replace("chain: amsterdam", "chain: zaanstad"), encoding="utf-8")
    change = Change(chains, ROOT / "protocols")
    change.enter(NEW, "zaanstad", ["coc"], ["noord"])
    whole, left = register._write, iter(range(written))

    def until_killed(path: Path, text: str) -> None:
        """Nothing is written any more once it is dead, also not what would put it back."""
        if next(left, None) is None:
            raise KeyboardInterrupt
        whole(path, text)

    with monkeypatch.context() as dying:
        dying.setattr(register, "_write", until_killed)
        with pytest.raises(KeyboardInterrupt) if written < 2 else nullcontext():
            change.leave("coc-utrecht")
    load_definitions(ROOT / "protocols", chains)
    change.leave("coc-utrecht")
    assert load_definitions(ROOT / "protocols", chains)[0].partner("coc-utrecht") is None


def version_of(text: str) -> str:
    return str(YAML(typ="safe").load(text)["version"])


@pytest.mark.parametrize(
    ("version", "wanted"), [("2026.9", "2026.10"), ("1", "2"), ("2026.1-proef", "2026.2-proef"), ("proef", "proef.1")]
)
def test_the_next_version(version: str, wanted: str) -> None:
    assert next_version(version) == wanted


def test_a_chain_that_does_not_exist(chains: Path) -> None:
    with pytest.raises(RegisterProblem, match=r"no chain 'utrecht' in .*/chains; expected one of amsterdam, groningen"):
        Change(chains, ROOT / "protocols").enter(NEW, "utrecht", ["coc"], None)


def test_what_would_not_hold_together_is_put_back(chains: Path) -> None:
    before = texts(chains)
    twice = NEW.model_copy(update={"oin": "99999999100000001000"})
    with pytest.raises(RegisterProblem, match="nothing was changed"):
        Change(chains, ROOT / "protocols").enter(twice, "amsterdam", ["coc"], None)
    assert texts(chains) == before


# -- what it would leave ------------------------------------------------------------------------------------------------


def case(name: str, *referrals: tuple[str, ReferralState], **more: object) -> State:
    made = State(id=name, **more)  # type: ignore[arg-type]
    for number, (to, state) in enumerate(referrals):
        made.referrals[str(number)] = Referral(
            id=str(number), to=to, role="coc", purpose="victim_support", needs=[], wants=[], state=state
        )
    return made


def test_what_it_has_under_way_is_found() -> None:
    cases = [
        case("a", ("coc", ReferralState.DELIVERED), ("shn", ReferralState.ACCEPTED)),
        case("b", ("coc", ReferralState.ACCEPTED), ("coc", ReferralState.DELIVERED)),
        case("c", ("coc", ReferralState.COMPLETED), ("coc", ReferralState.DECLINED), ("coc", ReferralState.REVOKED)),
        case("d", ("shn", ReferralState.DELIVERED)),
        case("e", coordinator="coc"),
        case("f", ("coc", ReferralState.RELEASED)),
    ]
    assert left_in(cases, "coc") == Left(("a", "f"), ("b", "e"), ("a", "b", "c", "e", "f"))
    assert not left_in(cases, "dmg")


@pytest.mark.parametrize("state", ReferralState)
def test_what_still_waits_for_her_yes_is_under_way_too(state: ReferralState) -> None:
    """Once it has gone nobody could give that yes, and whoever looks after the case would hear nothing."""
    waiting = {ReferralState.PROPOSED, ReferralState.HELD, ReferralState.RELEASED, ReferralState.DELIVERED}
    waits = case("a", ("coc", state))
    assert left_in([waits], "coc").unanswered == (("a",) if state in waiting else ())
    waits.referrals["0"].given_up = "9"
    assert not left_in([waits], "coc").unanswered, "whoever looks after the case has it"
    closed = case("a", ("coc", state), closed_at=datetime(2026, 3, 3, tzinfo=UTC))
    assert left_in([closed], "coc") == Left((), ())


def test_what_a_suspension_gave_to_somebody_else_does_not_keep_it() -> None:
    """Such a referral stays delivered, since its receiver may still answer."""
    asked, back = (case(name, ("coc", ReferralState.DELIVERED), ("shn", ReferralState.PROPOSED)) for name in "ab")
    assert left_in([asked, back], "coc") == Left(("a", "b"), (), ("a", "b"))
    asked.referrals["1"].after = "0"
    back.referrals["0"].given_up = "9"
    assert not left_in([asked, back], "coc")
    assert left_in([case("c", ("coc", ReferralState.ACCEPTED)), asked], "coc") == Left((), ("c",), ("c", "a"))


def test_it_is_refused_while_cases_would_be_stranded_and_said_when_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    _say_what_is_left(Left((), ()), "coc", False)
    left = Left(("a", "b", "c"), ("d",))
    with pytest.raises(
        Undoable, match=r"has not answered a referral in 3 open cases .* in 1 \(a, b, c \.\.\.\).*suspend coc"
    ):
        _say_what_is_left(left, "coc", False)
    _say_what_is_left(left, "coc", True)
    assert "has to find somebody else" in capsys.readouterr().out


def test_its_topics_stay_while_it_is_told_of_open_cases() -> None:
    """Without them a service that says something to it could say nothing else."""
    _refuse_while_it_is_told(Left((), ()), "coc")
    with pytest.raises(
        Undoable, match=r"coc reported or was referred to in 1 open cases \(a\).*leave out --delete-topics"
    ):
        _refuse_while_it_is_told(Left((), (), ("a",)), "coc")


# -- on Kubernetes ------------------------------------------------------------------------------------------------------


@pytest.fixture
def backbone(tmp_path: Path, chains: Path, monkeypatch: pytest.MonkeyPatch) -> Backbone:
    """The command of an operator whose topics and users Strimzi makes; `kubectl` is a script that writes down what it is asked."""
    for name in [name for name in os.environ if name.startswith("SCHAKEL_")]:
        monkeypatch.delenv(name)
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(
        f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\n[ ! -e {tmp_path}/away ] || {{ echo "no route" >&2; exit 1; }}\n'
    )
    kubectl.chmod(0o755)
    settings = {
        "VAR_DIR": tmp_path / "var",
        "PROTOCOLS_DIR": ROOT / "protocols",
        "CHAINS_DIR": chains,
        "USERS_BY": "kubernetes",
        "KUBERNETES_DIR": tmp_path / "kubernetes",
        "KUBECTL": kubectl,
        "PARTNER_BOOTSTRAP": "kafka.schakel.example:9094",
        "GATEWAY_URL": "https://gateway.schakel.example",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"SCHAKEL_{name}", str(value))
    monkeypatch.setenv("COLUMNS", "80")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return run


ADDS = ("partner", "add", "coc-utrecht", "--title", NEW.name, "--oin", NEW.oin, "--chain", "amsterdam", "--role", "coc")


def test_a_new_partner_is_one_command_on_kubernetes(backbone: Backbone, tmp_path: Path) -> None:
    done = backbone(*ADDS)
    assert done.exit_code == 0, done.output
    profile = Profile.load(tmp_path / "var" / "partners" / "coc-utrecht.json")
    assert (profile.bootstrap, profile.oin) == ("kafka.schakel.example:9094", NEW.oin)
    assert profile.gateway_token
    assert profile.password_file
    password = profile.password_file.read_text()
    secret = tmp_path / "var" / "kubernetes" / "coc-utrecht.yaml"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert said_in(secret) == {"password": password}
    digests = said_in(tmp_path / "var" / "kubernetes" / "schakel-gateway-tokens.yaml")
    assert digests["coc-utrecht"] == (tmp_path / "var" / "gateway" / "tokens" / "coc-utrecht").read_text()
    assert profile.gateway_token not in json.dumps(digests)
    users = (tmp_path / "kubernetes" / "21-kafka-users.yaml").read_text()
    topics = (tmp_path / "kubernetes" / "20-kafka-topics.yaml").read_text()
    assert "name: coc-utrecht-password" in users
    assert users.count("name: schakel.in.coc-utrecht") == 2, "it writes, intake reads"
    assert password not in users + topics
    assert "name: schakel.out.coc-utrecht" in topics
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.split()[0:2] for line in asked] == [["apply", "--filename"]] * 2 + [["apply", "--kustomize"]]
    assert backbone("partner", "add", "coc-utrecht").exit_code == 0
    assert profile.password_file.read_text() == password, "doing it again changes nothing"


def said_in(secret: Path) -> dict[str, str]:
    """What a Secret holds. Under `data`: what is dropped from `stringData` stays in the cluster when it is applied again."""
    found = YAML(typ="safe").load(secret)
    assert "stringData" not in found
    return {key: base64.b64decode(value).decode() for key, value in found["data"].items()}


def test_new_credentials_reach_the_cluster_and_not_the_broker(backbone: Backbone, tmp_path: Path) -> None:
    """Strimzi takes the password from its Secret: one that was said to the broker only would be put back."""
    backbone(*ADDS)
    before = Profile.load(tmp_path / "var" / "partners" / "coc-utrecht.json")
    assert before.password_file
    assert before.gateway_token
    old = before.password_file.read_text()
    (tmp_path / "asked").unlink()
    done = backbone("partner", "rotate", "coc-utrecht")
    assert done.exit_code == 0, done.output
    after = Profile.load(tmp_path / "var" / "partners" / "coc-utrecht.json")
    new = before.password_file.read_text()
    assert new != old
    assert after.gateway_token != before.gateway_token
    assert said_in(tmp_path / "var" / "kubernetes" / "coc-utrecht.yaml") == {"password": new}
    tokens = Tokens(tmp_path / "var" / "gateway" / "tokens")
    held = tmp_path / "var" / "kubernetes" / "schakel-gateway-tokens.yaml"
    assert said_in(held)["coc-utrecht"] == (tokens.directory / "coc-utrecht").read_text()
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.split()[0:2] for line in asked] == [["apply", "--filename"]] * 2
    digest = said_in(held)["coc-utrecht"]
    assert backbone("partner", "token", "coc-utrecht").exit_code == 0
    assert said_in(held)["coc-utrecht"] != digest
    assert len((tmp_path / "asked").read_text().splitlines()) == 3


def test_what_nobody_has_applied_is_not_said_to_hold(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHAKEL_KUBECTL", "")
    done = backbone(*ADDS)
    assert done.exit_code == 0, done.output
    assert done.output.count("to do: kubectl apply") == 3
    assert "when the cluster has taken these: coc-utrecht may write" in " ".join(done.output.split())


def test_an_operators_overlay_is_what_is_applied_and_its_files_are_left(
    backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHAKEL_KUBERNETES_OVERLAY", str(tmp_path / "ours"))
    (tmp_path / "kubernetes").mkdir()
    patch, stale = tmp_path / "kubernetes" / "ours.yaml", tmp_path / "kubernetes" / "60-gone.yaml"
    patch.write_text("# ours\n")
    stale.write_text(
        "# A service of before\n# Written by 'backbone deploy write' and not by hand: a test compares it.\n"
    )
    assert backbone(*ADDS).exit_code == 0
    assert f"apply --kustomize {tmp_path / 'ours'}\n" in (tmp_path / "asked").read_text()
    assert patch.exists(), "it is not of our making"
    assert not stale.exists()


def test_a_cluster_that_does_not_answer_is_one_sentence(backbone: Backbone, tmp_path: Path) -> None:
    (tmp_path / "away").touch()
    done = backbone(*ADDS)
    assert done.exit_code == 2
    assert done.stderr.startswith("backbone: '")
    assert "ended with 1: no route; the files are written" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_letting_it_go_takes_its_user_away_and_its_files(
    backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backbone(*ADDS)
    monkeypatch.setattr("backbone.cli.partner.find_user", lambda settings, role: ("127.0.0.1:1", None))
    monkeypatch.setattr("backbone.cli.partner.OperatorsHand", _Hand)
    monkeypatch.setattr("backbone.cli.partner.left_by", lambda name, how: Left((), ()))
    monkeypatch.setattr("backbone.cli.partner.find_broker", lambda settings: _Kafka())
    monkeypatch.setattr("backbone.cli.partner.cut_off", lambda admin, name: False)
    monkeypatch.setattr("backbone.cli.partner.kept_from_writing", lambda admin, name, heal: nullcontext())
    monkeypatch.setattr("backbone.cli.partner.await_handled", lambda how, name: unread.pop(0))
    unread = [2, 0]
    refused = backbone("partner", "remove", "coc-utrecht")
    assert "still stands in chains/" in refused.stderr
    refused = backbone("partner", "remove", "coc-utrecht", "--from-chains")
    assert "coc-utrecht sent 2 messages that intake has not handled" in refused.stderr
    assert (tmp_path / "var" / "partners" / "coc-utrecht.json").exists(), "a refusal changes nothing"
    assert "delete" not in (tmp_path / "asked").read_text()
    done = backbone("partner", "remove", "coc-utrecht", "--from-chains")
    assert done.exit_code == 0, done.output
    asked = (tmp_path / "asked").read_text()
    assert "delete --namespace schakel --ignore-not-found kafkauser/coc-utrecht secret/coc-utrecht-password\n" in asked
    assert "coc-utrecht" not in (tmp_path / "kubernetes" / "21-kafka-users.yaml").read_text()
    assert not (tmp_path / "var" / "partners" / "coc-utrecht.json").exists()
    assert not (tmp_path / "var" / "kafka" / "secrets" / "coc-utrecht").exists()
    assert not (Tokens(tmp_path / "var" / "gateway" / "tokens").directory / "coc-utrecht").exists()


class _Hand:
    def __init__(self, *_: object) -> None: ...

    def connected(self) -> "_Hand":
        return self

    def __enter__(self) -> dict[str, object]:
        return {}

    def __exit__(self, *_: object) -> None: ...


class _Kafka:
    connected = client = staticmethod(nullcontext)


@pytest.mark.parametrize("more", [(), ("--from-chains",)], ids=" ".join)
def test_topics_are_not_deleted_under_services_that_read_them(backbone: Backbone, more: tuple[str, ...]) -> None:
    done = backbone("partner", "remove", "coc-amsterdam", "--delete-topics", *more)
    assert done.exit_code == 2
    assert "still stands in chains/, so every service reads or writes its topics" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--title", "COC Utrecht"), "--oin is missing"),
        (("--title", "COC", "--oin", "12", "--chain", "amsterdam", "--role", "coc"), "oin: "),
        (("--title", "COC", "--oin", NEW.oin, "--chain", "utrecht", "--role", "coc"), "there is no chain 'utrecht'"),
        (("--title", "COC", "--oin", NEW.oin, "--chain", "amsterdam", "--role", "cook"), "nothing was changed"),
    ],
)
def test_half_an_entry_is_refused(backbone: Backbone, chains: Path, words: tuple[str, ...], said: str) -> None:
    before = texts(chains)
    done = backbone("partner", "add", "coc-utrecht", *words)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert texts(chains) == before
