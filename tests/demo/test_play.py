"""The month played over the services' own rules, in memory."""

from collections import Counter

from backbone.demo.checks import run_checks
from backbone.demo.play import Player
from schakel.case_state import Effect
from tests.demo.conftest import rehearse
from tests.demo.rehearsal import Rehearsal


def test_every_check_holds(month: tuple[Player, Rehearsal]) -> None:
    _, stage = month
    findings = run_checks(stage.evidence())
    assert [finding.sentence() for finding in findings if not finding.holds] == []


def test_the_month_shows_what_the_backbone_does(month: tuple[Player, Rehearsal]) -> None:
    """Every turn that a case can take here comes up at least once."""
    _, stage = month
    effective = {name for name, effect in stage.effects if effect is Effect.EFFECTIVE}
    assert effective >= {
        "case.opened",
        "case.closed",
        "referral.proposed",
        "referral.held",
        "referral.released",
        "referral.delivered",
        "referral.accepted",
        "referral.declined",
        "referral.revoked",
        "referral.exhausted",
        "consent.granted",
        "consent.refused",
        "consent.withdrawn",
        "party.informed",
        "clock.started",
        "clock.reminded",
        "clock.breached",
        "clock.corrected",
        "clock.stopped",
        "label.refused",
        "disclosure.requested",
        "disclosure.permitted",
        "disclosure.denied",
    }
    clocks = Counter((case.chain, clock.state) for case in stage.cases.values() for clock in case.clocks.values())
    assert clocks["groningen", "corrected"] >= 2
    assert clocks["amsterdam", "stopped"] >= 30
    modes = {offer.offer.mode for offer in stage.offers}
    assert modes == {"by_name", "stripped"}


def test_the_same_seed_is_played_the_same_way(month: tuple[Player, Rehearsal]) -> None:
    _, stage = month
    _, again = rehearse(seed=1)
    assert [type(entry.event).TYPE for entry in again.ledger] == [type(entry.event).TYPE for entry in stage.ledger]
    assert again.effects == stage.effects


def test_a_partner_stops_when_a_referral_is_withdrawn(month: tuple[Player, Rehearsal]) -> None:
    """At most a message that crosses the withdrawal has no effect; nobody goes on for days."""
    _, stage = month
    assert stage.effects["referral.accepted", Effect.NOT_UNDERSTOOD] <= 2
    assert stage.effects["referral.completed", Effect.NOT_UNDERSTOOD] == 0


def test_the_demo_waits_for_just_the_messages_that_the_services_send(month: tuple[Player, Rehearsal]) -> None:
    _, stage = month
    assert len(stage.announced) > 250
    assert stage.expected == stage.announced
