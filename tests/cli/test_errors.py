"""Whatever goes wrong is one sentence on standard error and an exit code; never a traceback."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli import output
from backbone.cli.main import app
from backbone.supervisor.runfiles import RunFiles

ROOT = Path(__file__).parents[2]


@pytest.fixture
def backbone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The command on an empty `var`, as a script would call it."""
    for name in [name for name in os.environ if name.startswith("SCHAKEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SCHAKEL_PROTOCOLS_DIR", str(ROOT / "protocols"))
    monkeypatch.setenv("SCHAKEL_CHAINS_DIR", str(ROOT / "chains"))
    monkeypatch.setenv("COLUMNS", "80")

    def run(*words: str, **environment: str) -> Result:
        return CliRunner(env=environment).invoke(app, list(words))

    return run


def sentence(result: Result, code: int = 2) -> str:
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("backbone: ")
    return lines[0]


def test_a_service_that_is_none(backbone) -> None:  # type: ignore[no-untyped-def]
    assert "'routin' is no service; expected one of intake" in sentence(backbone("serve", "routin"))


@pytest.mark.parametrize("given", ["routing", "routing=0", "routing=many", "console=2"])
def test_workers_that_make_no_sense(backbone, given: str) -> None:  # type: ignore[no-untyped-def]
    assert f"--workers {given}: expected NAME=N" in sentence(backbone("up", "--workers", given))


def test_there_is_one_gateway(backbone) -> None:  # type: ignore[no-untyped-def]
    assert "found 2 for gateway, expected 1" in sentence(backbone("up", "--workers", "gateway=2"))


@pytest.mark.parametrize("given", ["2", "-1", "4"])
def test_a_wrong_number_of_brokers(backbone, given: str) -> None:  # type: ignore[no-untyped-def]
    assert f"--brokers {given}: expected 1 or 3" in sentence(backbone("up", "--brokers", given))


def test_a_setting_that_is_wrong_is_named(backbone) -> None:  # type: ignore[no-untyped-def]
    assert "SCHAKEL_HTTP_PORT" in sentence(backbone("status", SCHAKEL_HTTP_PORT="ninety"))


def test_half_a_sign_on(backbone) -> None:  # type: ignore[no-untyped-def]
    assert "both a user and a password" in sentence(backbone("status", SCHAKEL_SASL_USERNAME="somebody"))


def test_status_of_nothing(backbone, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = backbone("status")
    assert result.exit_code == 1
    assert "'backbone up' starts it" in result.stdout
    assert json.loads(backbone("status", "--json").stdout)["ready"] is False
    assert not (tmp_path / "var").exists(), "looking makes nothing"


def test_down_of_nothing(backbone) -> None:  # type: ignore[no-untyped-def]
    result = backbone("down")
    assert result.exit_code == 0
    assert "nothing to stop" in result.stdout


def test_a_second_up_on_the_same_directory(backbone, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first = RunFiles(tmp_path / "var")
    first.claim()
    first.write({"pid": 4711})
    try:
        assert "already up" in sentence(backbone("up"))
        assert "already up" in sentence(backbone("up", "--detach"))
    finally:
        first.release()


def test_another_kafka_without_an_administrator(backbone) -> None:  # type: ignore[no-untyped-def]
    assert "SCHAKEL_SASL_USERNAME" in sentence(backbone("up", SCHAKEL_BOOTSTRAP="127.0.0.1:1"))
    assert "SCHAKEL_SASL_USERNAME" in sentence(backbone("topics", "verify", SCHAKEL_BOOTSTRAP="127.0.0.1:1"))


def test_another_kafka_that_is_away(backbone, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    password = tmp_path / "password"
    password.write_text("secret")
    away = {
        "SCHAKEL_BOOTSTRAP": "127.0.0.1:1",
        "SCHAKEL_SASL_USERNAME": "admin",
        "SCHAKEL_SASL_PASSWORD_FILE": str(password),
    }
    said = sentence(backbone("topics", "create", **away))
    assert "no Kafka broker answers at 127.0.0.1:1" in said
    assert "secret" not in said


def test_no_kafka_here(backbone) -> None:  # type: ignore[no-untyped-def]
    assert "'backbone up' starts one" in sentence(backbone("topics", "verify"))
    assert "'backbone up' starts one" in sentence(backbone("partner", "remove", "coc-amsterdam"))


def test_a_partner_that_is_in_no_register(backbone) -> None:  # type: ignore[no-untyped-def]
    said = sentence(backbone("partner", "add", "coc-utrecht"))
    assert f"'coc-utrecht' is not in {ROOT / 'chains'}/partners.yaml; add it there first" in said


def test_the_folder_that_was_read_is_the_one_that_is_named(backbone, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A region's own folder, and the one of the demo for whoever forgot to name it."""
    own = tmp_path / "chains-oost"
    shutil.copytree(ROOT / "chains", own)
    said = sentence(backbone("partner", "add", "coc-utrecht", SCHAKEL_CHAINS_DIR=str(own)))
    assert f"'coc-utrecht' is not in {own}/partners.yaml; add it there first" in said
    new = ("--title", "COC Utrecht", "--oin", "9999", "--chain", "amsterdam", "--role", "coc")
    said = sentence(backbone("partner", "add", "coc-utrecht", *new, SCHAKEL_CHAINS_DIR=str(own)))
    assert f"oin: expected 20 digits, between quotes; see {own}/partners.yaml" in said
    for command in (("partner", "list", "--chain", "rivierstad"), ("overview", "rivierstad", "--period", "2026-03")):
        said = sentence(backbone(*command))
        assert f"there is no chain 'rivierstad' in {ROOT / 'chains'}; expected one of amsterdam, groningen" in said
        assert "SCHAKEL_CHAINS_DIR" in said


def test_a_partner_without_a_chain(backbone, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    chains = tmp_path / "chains"
    shutil.copytree(ROOT / "chains", chains)
    with (chains / "partners.yaml").open("a") as register:
        register.write('  - {id: coc-utrecht, name: COC Utrecht, oin: "99999999100000099000", kind: partner}\n')
    said = sentence(backbone("partner", "add", "coc-utrecht", SCHAKEL_CHAINS_DIR=str(chains)))
    assert "coc-utrecht is a member of no chain; add it under 'members'" in said


def test_parked_records_of_nothing(backbone) -> None:  # type: ignore[no-untyped-def]
    assert "no service has a database" in sentence(backbone("park", "list"))
    assert "expected one of intake" in sentence(backbone("park", "list", "--service", "nobody"))
    assert "or --all" in sentence(backbone("park", "retry"))


def test_protocol_check(backbone, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    good = backbone("protocol", "check")
    assert good.exit_code == 0
    assert "0 errors" in good.stdout
    assert "is no folder" in sentence(backbone("protocol", "check", str(tmp_path / "none")))
    (tmp_path / "bad" / "scheme").mkdir(parents=True)
    (tmp_path / "bad" / "scheme" / "1.yaml").write_text("protocol: scheme\n")
    bad = backbone("protocol", "check", str(tmp_path / "bad"))
    assert bad.exit_code == 1
    assert "1.yaml:1" in bad.stdout


def test_topics_show_fits_the_page(backbone) -> None:  # type: ignore[no-untyped-def]
    lines = backbone("topics", "show").stdout.splitlines()
    assert any(line.startswith("schakel.ledger") and "for ever" in line for line in lines)
    assert max(map(len, lines)) <= 80
    assert len(json.loads(backbone("topics", "show", "--json").stdout)) == len(lines) - 1


def test_the_disk_is_full(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception) as ended, output.one_sentence():  # noqa: PT011
        raise OSError(errno.ENOSPC, "No space left on device", "/var/x")
    assert ended.value.exit_code == 2  # type: ignore[attr-defined]
    assert capsys.readouterr().err == "backbone: the disk is full (/var/x); make room and do it again\n"


def test_a_fault_of_ours_is_one_sentence_and_its_details_are_kept(
    backbone,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    monkeypatch.setattr("backbone.cli.running.look", lambda settings: {}["unforeseen"])
    said = sentence(backbone("status"), code=70)
    assert "KeyError" in said
    assert "unforeseen" in (tmp_path / "var" / "log" / "cli.log").read_text()


def test_ctrl_c_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception) as ended, output.one_sentence():  # noqa: PT011
        raise KeyboardInterrupt
    assert ended.value.exit_code == 130  # type: ignore[attr-defined]
    assert capsys.readouterr().err == "backbone: stopped\n"


def test_as_a_program(tmp_path: Path) -> None:
    """Not a terminal, no colour, the exit code of the command."""
    environment = {**os.environ, "SCHAKEL_VAR_DIR": str(tmp_path), "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-m", "backbone.cli.main", "serve", "nobody"],
        env=environment, capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("backbone: 'nobody' is no service")
    assert "\x1b" not in done.stderr + done.stdout


def test_whoever_has_seen_enough_closes_the_pipe_and_hears_nothing() -> None:
    """As `| head` does."""
    words = [sys.executable, "-m", "backbone.cli.main", "protocol", "explain", "utrecht-alert"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
