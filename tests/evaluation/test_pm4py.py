"""pm4py, a process miner of others, opens what we export and rediscovers the protocol's route from the demo's month.

It is AGPL, so nothing of ours imports it: it runs by itself, in an environment of its own under var/ (`pm4py.lock`).
"""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from backbone.evaluation.conformance import choose, judge_all
from backbone.evaluation.eventlog import EventLog, count, event_log
from backbone.evaluation.ocel import write_ocel
from backbone.evaluation.period import Period
from backbone.evaluation.trail import trails
from backbone.evaluation.verdicts import Part
from backbone.evaluation.xes import write_xes
from backbone.protocols import Protocol
from tests.demo.conftest import rehearse
from tests.support.casebook import ROOT, repository

HERE = Path(__file__).parent
LOCK = HERE / "pm4py.lock"
VENV = ROOT / "var" / "venv-pm4py"
CHAIN = "amsterdam"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def miner() -> Path:
    """The other Python, with pm4py; made when it is not there or the lock has changed."""
    python, stamp = VENV / "bin" / "python", VENV / ".lock"
    wanted = sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted and python.exists():
        return python
    uv = Path(sys.executable).with_name("uv")
    shutil.rmtree(VENV, ignore_errors=True)
    cache = ("--cache-dir", str(ROOT / "var" / "cache" / "uv"))
    subprocess.run([uv, "venv", "-q", *cache, "--python", sys.executable, VENV], check=True, timeout=120)
    install = [uv, "pip", "install", "-q", *cache, "--python", python, "--require-hashes", "-r", LOCK]
    made = subprocess.run(install, check=False, timeout=280, capture_output=True, text=True)
    if made.returncode:
        says = f"pm4py could not be installed from {LOCK.name}: {made.stderr.strip().splitlines()[-1:]}"
        assert os.environ.get("SCHAKEL_REQUIRE_PM4PY") != "1", says
        pytest.skip(says)
    stamp.write_text(wanted, encoding="ascii")
    return python


@pytest.fixture(scope="module")
def month() -> tuple[EventLog, list[Any]]:
    _, stage = rehearse(seed=1)
    chains, protocols = repository()
    chain = chains.get(CHAIN)
    assert chain is not None
    chosen = choose(trails(stage.ledger), chain, Period.parse("all"))
    assert chosen is not None
    return event_log(chosen), list(judge_all(chosen, protocols))


@pytest.fixture(scope="module")
def discovered(miner: Path, month: tuple[EventLog, list[Any]], tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("logs")
    with (folder / "log.xes").open("w", encoding="utf-8") as out:
        write_xes(month[0], out)
    with (folder / "log.jsonocel").open("wb") as raw:
        write_ocel(month[0], raw)
    words = [miner, HERE / "rediscover.py", folder / "log.xes", folder / "log.jsonocel"]
    said = subprocess.run(words, check=True, timeout=280, capture_output=True, text=True)
    return json.loads(said.stdout[said.stdout.index('{"xes"') :])


def protocol() -> Protocol:
    return repository()[1].get("amsterdam-handelingskader", "2023.4")


def test_it_reads_every_case_and_event(discovered: Any, month: tuple[EventLog, list[Any]]):
    log, _ = month
    assert (discovered["xes"]["cases"], discovered["xes"]["events"]) == (len(log.cases), count(log.cases))
    assert discovered["ocel"]["events"] == count(log.cases)
    assert discovered["ocel"]["object_types"] == ["case", "clock", "partner", "referral"]


def test_it_finds_how_every_case_begins(discovered: Any):
    assert discovered["xes"]["starts"] == ["report.received"]
    assert [second for first, second in discovered["xes"]["follows"] if first == "report.received"] == ["case.opened"]


def test_it_finds_the_steps_of_the_protocol_and_a_model_that_the_log_fits(
    discovered: Any, month: tuple[EventLog, list[Any]]
):
    found = {leaf.partition(" ")[2] for leaf in discovered["xes"]["leaves"] if leaf.startswith("referral.proposed ")}
    judged = {one.name for one in month[1] if one.part is Part.STEP and one.protocol == protocol().ref}
    assert found == {step.id for step in protocol().steps} == judged
    assert discovered["xes"]["fitness"] == 1.0


def test_it_finds_the_order_of_the_route(discovered: Any):
    eventually = {tuple(edge) for edge in discovered["xes"]["eventually"]}
    for step in protocol().steps:
        stations = [f"referral.{station} {step.id}" for station in ("proposed", "delivered", "accepted")]
        for first, second in zip(["case.opened", *stations], stations, strict=False):
            assert (first, second) in eventually or second not in discovered["xes"]["leaves"], (first, second)
        assert (f"referral.accepted {step.id}", f"referral.proposed {step.id}") not in eventually


def test_it_finds_the_life_of_a_referral(discovered: Any):
    assert discovered["ocel"]["starts"] == ["referral.proposed"]
    stations = [
        "referral.proposed",
        "referral.released",
        "referral.delivered",
        "referral.accepted",
        "referral.completed",
    ]
    most = discovered["ocel"]["most_often_next"]
    assert [most[station] for station in stations[:-1]] == stations[1:]
