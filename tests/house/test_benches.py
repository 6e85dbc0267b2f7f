"""The benchmarks that need no broker still run: a program that nobody calls between two releases stops working unseen."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from backbone.chains import Chains
from backbone.definition_files import load_definitions
from backbone.protocols import Protocols
from backbone.protocols.conditions import ALWAYS
from bench import evaluation, stand
from services.followup.processor import FollowupRules
from services.routing.processor import RoutingRules

ROOT = Path(__file__).resolve().parents[2]
TOLD = {
    "report.received", "assessment.recorded", "referral.requested", "consent.granted", "contact.made", "information.given",
    "referral.declined", "referral.accepted", "action.agreed", "action.done", "close.requested", "evaluation.recorded",
}  # fmt: skip
LOOKED = {
    FollowupRules: TOLD
    | {"case.opened", "referral.delivered", "clock.started", "clock.stopped", "clock.reminded", "case.closed"},
    RoutingRules: TOLD | {"case.opened", "referral.proposed", "referral.exhausted"},
}
"""Behind which events a case is looked at, by either service: where something is timed, proposed, told or ended."""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gate", "auditing", "sealing", "erasure", "clocks"])
def test_a_small_run_gives_figures(name: str, tmp_path: Path) -> None:
    environment = os.environ | {"SCHAKEL_BENCH_DIR": str(tmp_path), "SCHAKEL_BENCH_CLOCKS": "2000"}
    command = [sys.executable, "-m", f"bench.{name}", "quick"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    figures = json.loads((tmp_path / f"{name}.json").read_text())
    assert figures["quick"] is True
    if name == "clocks":
        cost = figures["evaluation_us"]
        assert all(cost[service]["decisions"] and cost[service]["mean"] > 0 for service in ("followup", "routing"))
        assert cost["a_case_event"] > 0


@pytest.fixture(scope="module")
def definitions() -> tuple[Chains, Protocols]:
    return load_definitions(ROOT / "protocols", ROOT / "chains")


@pytest.mark.parametrize("name", ["amsterdam", "groningen"])
def test_an_evaluation_is_measured_under_what_the_chain_binds_over_a_whole_life(
    name: str, definitions: tuple[Chains, Protocols]
) -> None:
    chains, protocols = definitions
    chain = chains.get(name)
    assert chain is not None
    played = evaluation.play(chain, chains, protocols)
    for_every_case = [
        binding.use
        for binding in chain.file.protocols
        if binding.when == ALWAYS and chain.protocols[binding.use].opens is None
    ]
    assert for_every_case
    assert list(played.case.protocols) == for_every_case
    looked = {rules: {look.behind for look in played.looks if type(look.rules) is rules} for rules in LOOKED}
    for rules, behind in LOOKED.items():
        assert behind <= looked[rules], f"{rules.__name__} was not asked behind {behind - looked[rules]}"


def test_every_chain_that_is_shipped_is_measured(definitions: tuple[Chains, Protocols]) -> None:
    assert {chain.name for chain in definitions[0]} == {"amsterdam", "groningen"}


def test_what_each_process_holds_in_memory() -> None:
    """Of services that run; the broker's nodes together."""
    here = SimpleNamespace(pid=os.getpid())
    keepers = [
        SimpleNamespace(service=SimpleNamespace(name=name), pid=pid)
        for name, pid in (("intake", here.pid), ("cases", None))
    ]
    running = SimpleNamespace(keepers=keepers, broker_nodes=lambda: [here, here])
    held = stand.memory_by_process(running)  # type: ignore[arg-type]
    assert set(held) == {"intake", "broker"}
    assert held["intake"] == pytest.approx(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rel=0.5)
    assert held["broker"] == pytest.approx(2 * held["intake"], rel=0.05)
