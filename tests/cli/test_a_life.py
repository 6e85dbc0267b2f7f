"""The happy life of a backbone by its command, on one directory: up in the background, looked at, a partner brought on, down; then
once more in the foreground, ended by Ctrl-C."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backbone.cli.rebuild import PROJECTING
from backbone.gateway.tokens import Tokens
from backbone.kafka.embedded import running
from backbone.supervisor.prepare import profile_path
from backbone.supervisor.runfiles import RunFiles
from backbone.supervisor.up import SERVICES
from bench.reports import PERSONAL, reports
from schakel.client import Partner, Refused
from schakel.client.access import Profile
from schakel.kafka_errors import WrongCredentials
from schakel.messages import ReceiptStatus
from tests.support.broker import wait_until
from tests.support.shell import ROOT, Shell, shell_in

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing]

PARTNER = "coc-amsterdam"


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with shell_in(tmp_path) as shell:
        yield shell


def nothing_is_left(shell: Shell, pids: set[int]) -> None:
    wait_until(
        lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()], 10
    )  # the lock goes before its holder
    assert running(shell.var_dir) is None
    assert list((shell.var_dir / "run").glob("*.json")) == []


def keys_live_on(shell: Shell) -> None:
    """Every kind of key is replaced under services that run; partners find the new door key."""
    for words in (("rotate",), ("retire", "--yes"), ("rotate-door",), ("rotate-door", "--if-older-than", "23")):
        shell.run("keys", *words)
    doors = [one["kid"] for one in json.loads(shell.run("keys", "status", "--json"))["door_keys"]]
    assert len(doors) == 2
    profile = Profile.load(profile_path(shell.var_dir, PARTNER))
    with Partner.connect(profile=profile_path(shell.var_dir, PARTNER)) as partner:
        assert partner.definitions.door_key(datetime.now(UTC)).kid == doors[0]
        shell.run("keys", "rotate-door", "--keep", "0")
        with pytest.raises(Refused) as refused:
            partner.send(next(reports()), personal=PERSONAL).accepted()
        assert refused.value.code == "sealed.unknown_key", "it was sealed to the one that it knew, which is gone"
        shell.run("keys", "rotate-door", "--keep", "0")
        receipt = partner.tell(next(reports()), personal=PERSONAL)
        assert receipt.status is ReceiptStatus.ACCEPTED, "refused as before, it was sealed again to the newest"
    assert profile.gateway_token
    assert len(json.loads(shell.run("keys", "status", "--json"))["door_keys"]) == 1
    assert shell.status()["ready"] is True


def credentials_are_replaced(shell: Shell) -> None:
    path = profile_path(shell.var_dir, PARTNER)
    before, tokens = Profile.load(path), Tokens(shell.var_dir / "gateway" / "tokens")
    old = before.access()
    shell.run("partner", "rotate", PARTNER)
    after = Profile.load(path)
    after.access().check()
    with pytest.raises(WrongCredentials):
        old.check()
    assert after.gateway_token
    assert before.gateway_token
    assert tokens.partner(after.gateway_token) == PARTNER
    assert tokens.partner(before.gateway_token) is None


def test_a_life(shell: Shell) -> None:
    assert "up in the background" in shell.run("up", "--detach")
    found = shell.status()
    assert found["ready"] is True
    assert {service["service"] for service in found["services"]} == set(SERVICES)
    pids = shell.pids()
    assert len(pids) == len(SERVICES) + 2, "the services, their supervisor, the broker"

    shell.run("topics", "verify")
    before = belongings(shell)
    for _ in range(2):
        assert f"{PARTNER} may write schakel.in.{PARTNER}" in shell.run("partner", "add", PARTNER)
        assert belongings(shell) == before, "it was a partner already, and nothing about it changes"
    assert "nothing is parked" in shell.run("park", "list")
    keys_live_on(shell)
    credentials_are_replaced(shell)
    it_is_looked_back_on(shell)

    assert "the backbone is stopped" in shell.run("down")
    nothing_is_left(shell, pids)
    assert shell.status(code=1)["ready"] is False
    assert "nothing to stop" in shell.run("down")

    process = shell.start("up")
    wait_until(lambda: (RunFiles(shell.var_dir).read() or {}).get("state") == "ready" or process.poll() is not None, 90)
    pids = shell.pids()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert said.splitlines()[-1] == "everything is stopped"
    assert len(pids) == len(SERVICES) + 2, said
    nothing_is_left(shell, pids)


def it_is_looked_back_on(shell: Shell) -> None:
    """Each projection built once more is the live one; and what is carried off satisfies an auditor who is given no head from outside."""
    rebuilt = shell.run("rebuild", "--beside").splitlines()
    assert [line.partition(";")[0] for line in rebuilt] == [f"{name}: equal" for name in PROJECTING]
    export = shell.var_dir / "ledger.zip"
    shell.run("ledger", "export", str(export))
    verify = [sys.executable, "-m", "auditor", "verify", str(export), "--json"]
    judged = subprocess.run(verify, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    report = json.loads(judged.stdout)
    assert judged.returncode == 2, judged.stdout
    assert report["answers"]["same"] == "cannot tell"
    assert "wrong" not in report["answers"].values(), judged.stdout
    assert report["counts"]["receipts"] >= 1


def belongings(shell: Shell) -> dict[str, bytes]:
    """What the partner was given: its profile and its password."""
    paths = (shell.var_dir / "partners" / f"{PARTNER}.json", shell.var_dir / "kafka" / "secrets" / PARTNER)
    return {path.name: path.read_bytes() for path in paths}
