"""The month in numbers."""

from backbone.demo.checks import Finding
from backbone.demo.play import Player
from backbone.demo.summary import Latency, Summary, count
from tests.demo.rehearsal import Rehearsal


def test_latency_is_by_nearest_rank() -> None:
    found = Latency.of([n / 1000 for n in range(1, 101)])
    assert (found.count, found.p50_ms, found.p99_ms) == (100, 50.0, 99.0)
    assert Latency.of([0.25]) == Latency(1, 250.0, 250.0)
    assert Latency.of([]) == Latency(0, None, None)


def test_the_numbers_are_those_of_the_ledger(month: tuple[Player, Rehearsal]) -> None:
    player, stage = month
    made = count(stage.ledger)
    assert made.reports == len(player.story.reports) == sum(made.cases.values())
    assert made.ledger_events == len(stage.ledger)
    assert made.drills == 1
    assert made.referrals["delivered"] == len(stage.offers)
    assert made.referrals["proposed"] >= made.referrals["released"] >= made.referrals["delivered"]
    clocks = [clock for case in stage.cases.values() for clock in case.clocks.values()]
    kinds = ("met", "breached", "corrected", "running", "measured")
    assert sum(made.clocks[kind] for kind in kinds) == len(clocks)
    assert made.clocks["breached"] == sum(clock.breached for clock in clocks)


def test_the_file_says_whether_all_is_well() -> None:
    good, bad = Finding("a", "all is well", 3), Finding("b", "all is well", 3, ("this is not",))
    assert Summary().as_json([good])["ok"] is True
    written = Summary().as_json([good, bad])
    assert written["ok"] is False
    assert written["checks"][1]["wrong"] == ["this is not"]
