"""On the limit itself: the last moment and the last day are still in time, one more is not."""

from datetime import timedelta

from backbone.evaluation.conformance import _one_end
from backbone.evaluation.leadtimes import Span, distribution
from backbone.evaluation.small_cells import Reader
from backbone.evaluation.trail import trails
from backbone.evaluation.verdicts import Finding, Judged, Part, Verdict
from tests.evaluation.stories import judged
from tests.evaluation.test_conformance import ACTION, CONTACT, only, saturday
from tests.support.casebook import given
from tests.support.telling import (
    CITY,
    GRONINGEN,
    POLICE,
    close_requested,
    contact_attempted,
    passed,
    report,
    report_in_groningen,
)
from tests.support.telling_clocks import action_agreed, action_done

AGREED = (report(), action_agreed(CITY, POLICE, "2026-03-20", id=ACTION))
DOORBELL = "video_doorbell"


def test_an_action_that_was_done_on_its_day_is_done() -> None:
    done = given(*AGREED, action_done(POLICE, ACTION, logged="2026-03-20 12:00"))
    assert only(done, Part.ACTION, DOORBELL) == (Verdict.DONE, set())


def test_an_action_that_nobody_did_is_late_when_its_day_is_over() -> None:
    story = given(*AGREED)
    assert only(story, Part.ACTION, DOORBELL, until="2026-03-20 12:00") == (Verdict.NOT_YET_DUE, set())
    assert only(story, Part.ACTION, DOORBELL, until="2026-03-21 12:00") == (Verdict.LATE, {Finding.NOT_DONE})


def test_an_attempt_at_the_due_moment_was_in_time() -> None:
    """Due Monday 13:00."""
    for tried, found in (("13:00", {Finding.NOT_DONE, Finding.ATTEMPTED_IN_TIME}), ("13:01", {Finding.NOT_DONE})):
        story = saturday().when(contact_attempted(GRONINGEN, f"2026-03-30 {tried}"), passed("2026-03-30 14:00"))
        assert only(story, Part.CLOCK, CONTACT) == (Verdict.LATE, found)


def test_aftercare_is_skipped_when_its_last_moment_has_passed() -> None:
    story = given(report(), close_requested())
    (trail,) = trails(story.world.ledger).cases.values()
    (clock,) = [one for one in trail.state.clocks.values() if one.name == "nabellen"]
    chain = story.world.chains.get("amsterdam")
    rule = story.world.protocols.get("amsterdam-handelingskader", "2023.4").aftercare
    assert chain is not None
    assert rule is not None
    assert rule.until is not None
    last = chain.calendar().add(clock.started_at, rule.until)
    for until, verdict in ((last, Verdict.NOT_YET_DUE), (last + timedelta(seconds=1), Verdict.SKIPPED)):
        (said,) = [one.verdict for one in judged(story, until) if one.part is Part.AFTERCARE]
        assert said is verdict


def test_what_is_of_a_case_is_asked_once_under_two_protocols() -> None:
    story = given(report_in_groningen(), action_agreed(GRONINGEN, GRONINGEN, "2026-04-20", id=ACTION))
    assert len([one for one in judged(story) if one.part is Part.ACTION]) == 1


def test_five_cases_on_one_side_of_a_quantile_are_enough() -> None:
    found = distribution("step", [Span("step", str(n), 3600.0 * n, open=False) for n in range(1, 21)], Reader.OUTSIDE)
    assert found is not None
    assert found.quantiles["p25"] == 5 * 3600


def test_of_two_protocols_the_one_that_says_it_is_enough_counts() -> None:
    def closing(protocol: str, verdict: Verdict) -> Judged:
        return Judged("case", protocol, Part.CLOSING, "closing", CITY, verdict)

    no, yes = closing("a@1", Verdict.OTHERWISE), closing("b@1", Verdict.DONE)
    assert _one_end([no, yes]) == _one_end([yes, no]) == [yes]
    assert _one_end([no, closing("b@1", Verdict.OTHERWISE)]) == [no]
    assert _one_end([]) == []
