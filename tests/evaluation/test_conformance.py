"""Each case against its protocol. Not asked, not explained, late work and late paperwork are four things; her own wish is no failure."""

from dataclasses import replace
from pathlib import Path

import pytest

from backbone.evaluation.conformance import choose
from backbone.evaluation.period import NoPeriod, Period
from backbone.evaluation.trail import Trails, trails
from backbone.evaluation.verdicts import Finding, Part, Verdict
from schakel.events.contact import ContactMade, ContactPreferenceSet
from tests.evaluation.stories import judged, lacking
from tests.support.casebook import Story, given
from tests.support.loops import FIRST, PROTOCOL, SECOND, THIRD, written
from tests.support.telling import (
    ADV,
    CITY,
    GRONINGEN,
    HELP,
    POLICE,
    Tell,
    accepted,
    asked,
    close_requested,
    contact_attempted,
    contact_made,
    declined,
    explained,
    granted,
    label_given,
    moment,
    passed,
    refused,
    report,
    report_in_groningen,
    terms,
    withdrawn,
)
from tests.support.telling_clocks import action_agreed, action_done

CONTACT = "contact-met-melder"
ACTION = "00000000-0000-7000-8000-0000000000ac"
ALL = Period.parse("all")


def found(story: Story) -> Trails:
    return trails(story.world.ledger)


def only(story: Story, part: Part, name: str, until: str | None = None) -> tuple[Verdict, set[Finding]]:
    (one,) = [one for one in judged(story, until) if (one.part, one.name) == (part, name)]
    return one.verdict, set(one.findings)


# --- steps, her word


def test_a_step_that_went_out_is_done():
    story = given(report(consents=(terms(HELP),)))
    assert only(story, Part.STEP, "slachtofferhulp") == (Verdict.DONE, set())
    assert only(story, Part.UPTAKE, "slachtofferhulp") == (Verdict.NOT_YET_DUE, set())


def test_not_asked_and_refused_are_two_things():
    story = given(report()).when(refused(HELP))
    assert only(story, Part.STEP, "slachtofferhulp") == (Verdict.OWN_WISH, {Finding.REFUSED})
    assert only(story, Part.STEP, "discriminatie-nl") == (Verdict.NOT_YET_DUE, {Finding.NOT_ASKED})
    story.when(close_requested())
    assert only(story, Part.STEP, "slachtofferhulp") == (Verdict.OWN_WISH, {Finding.REFUSED})
    assert only(story, Part.STEP, "discriminatie-nl") == (Verdict.SKIPPED, {Finding.NOT_ASKED})


def test_asked_without_an_answer_is_nobodys_failure():
    story = given(report(), asked(HELP), close_requested())
    assert only(story, Part.STEP, "slachtofferhulp") == (Verdict.NOT_POSSIBLE, {Finding.NO_ANSWER})


def test_no_help_by_her_own_wish_is_a_conforming_end():
    story = given(report(), close_requested(reason="no_help_wanted"))
    assert only(story, Part.CLOSING, "closing") == (Verdict.OWN_WISH, set())
    assert only(story, Part.CLOCK, "eerste-contact") == (Verdict.OWN_WISH, set())
    assert only(story, Part.STEP, "slachtofferhulp") == (Verdict.OWN_WISH, set())
    assert {one.verdict for one in judged(story)} <= {Verdict.OWN_WISH, Verdict.DONE, Verdict.NOT_POSSIBLE}


def test_a_no_with_its_reason_is_an_answer_and_silence_is_none():
    story = given(report(consents=(terms(HELP), terms(ADV)))).when(declined(HELP), accepted(ADV))
    assert only(story, Part.UPTAKE, "slachtofferhulp") == (Verdict.DONE, {Finding.DECLINED})
    assert only(story, Part.UPTAKE, "discriminatie-nl") == (Verdict.DONE, set())
    silent = given(report(consents=(terms(HELP),)), close_requested())
    assert only(silent, Part.UPTAKE, "slachtofferhulp") == (Verdict.SKIPPED, {Finding.NO_ANSWER_OF_RECEIVER})


def test_she_does_not_want_it_after_all_is_her_wish():
    story = given(report(consents=(terms(HELP),))).when(declined(HELP, "person_does_not_want"))
    assert only(story, Part.UPTAKE, "slachtofferhulp") == (Verdict.OWN_WISH, {Finding.DECLINED})


# --- what was explained, and in which order


def test_not_explained_explained_afterwards_and_before():
    never = given(report(), label_given())
    assert only(never, Part.EXPLAIN, "label") == (Verdict.SKIPPED, {Finding.NOT_EXPLAINED})
    after = given(report(), label_given(), explained("label_benefit_and_risk"))
    assert only(after, Part.EXPLAIN, "label") == (Verdict.OUT_OF_ORDER, {Finding.EXPLAINED_AFTERWARDS})
    before = given(report(), explained("label_benefit_and_risk"), label_given())
    assert only(before, Part.EXPLAIN, "label") == (Verdict.DONE, set())


def test_a_duty_whose_moment_never_came_is_in_no_figure():
    assert not [one for one in judged(given(report())) if one.part is Part.EXPLAIN]


# --- time


def saturday() -> Story:
    """Due Monday 13:00."""
    return given(report_in_groningen(at="2026-03-28 12:00"))


def test_in_time_late_work_and_late_paperwork_are_three_things():
    in_time = saturday().when(contact_made(GRONINGEN, "2026-03-29 10:00"), passed("2026-03-31 12:00"))
    assert only(in_time, Part.CLOCK, CONTACT) == (Verdict.DONE, set())
    paper = saturday().when(
        passed("2026-03-30 14:00"), contact_made(GRONINGEN, "2026-03-30 11:00", logged="2026-03-31 09:00")
    )
    assert only(paper, Part.CLOCK, CONTACT) == (Verdict.DONE, {Finding.LATE_PAPERWORK})
    late = saturday().when(passed("2026-03-30 14:00"), contact_made(GRONINGEN, "2026-03-30 15:00"))
    assert only(late, Part.CLOCK, CONTACT) == (Verdict.LATE, {Finding.LATE_WORK})


def test_not_done_says_when_somebody_tried_in_time():
    nobody = saturday().when(passed("2026-03-30 14:00"))
    assert only(nobody, Part.CLOCK, CONTACT) == (Verdict.LATE, {Finding.NOT_DONE})
    tried = saturday().when(contact_attempted(GRONINGEN, "2026-03-29 10:00"), passed("2026-03-30 14:00"))
    assert only(tried, Part.CLOCK, CONTACT) == (Verdict.LATE, {Finding.NOT_DONE, Finding.ATTEMPTED_IN_TIME})


def test_a_due_moment_that_has_passed_without_a_breach_accuses_nobody():
    assert only(saturday(), Part.CLOCK, CONTACT, until="2026-04-15 12:00") == (Verdict.NOT_YET_DUE, set())


def test_a_measured_clock_is_never_late():
    story = given(report(), contact_made(CITY, "2026-04-20 10:00"))
    assert only(story, Part.CLOCK, "eerste-contact") == (Verdict.DONE, set())
    closed = given(report(), close_requested())
    assert only(closed, Part.CLOCK, "eerste-contact") == (Verdict.SKIPPED, {Finding.NOT_DONE})
    gone = given(report(), close_requested(reason="no_contact_possible"))
    assert only(gone, Part.CLOCK, "eerste-contact")[0] is Verdict.NOT_POSSIBLE


# --- otherwise than agreed


def test_by_another_than_agreed_is_not_silently_conforming():
    agreed = action_agreed(CITY, POLICE, "2026-03-20", id=ACTION)
    by_another = given(report(), agreed, action_done(CITY, ACTION))
    assert only(by_another, Part.ACTION, "video_doorbell") == (Verdict.OTHERWISE, {Finding.BY_ANOTHER})
    as_agreed = given(report(), agreed, action_done(POLICE, ACTION))
    assert only(as_agreed, Part.ACTION, "video_doorbell") == (Verdict.DONE, set())
    late = given(report(), agreed, action_done(POLICE, ACTION, logged="2026-03-21 12:00"))
    assert only(late, Part.ACTION, "video_doorbell") == (Verdict.LATE, {Finding.LATE_WORK})


def test_reaching_her_in_a_way_she_does_not_want_is_not_allowed():
    wish = Tell(POLICE, ContactPreferenceSet(wishes=("no_visit",)))
    came = contact_made(CITY, "2026-03-05 10:00")
    visit = replace(came, event=ContactMade(whom="victim", at=moment("2026-03-04 10:00"), channel="visit"))
    story = given(report(), wish, visit, came)
    verdicts = [one.verdict for one in judged(story) if one.part is Part.CONTACT]
    assert verdicts == [Verdict.NOT_ALLOWED, Verdict.DONE]


def test_closed_for_a_reason_that_the_protocol_does_not_have():
    story = given(report(), close_requested(reason="for_information_only"))
    assert only(story, Part.CLOSING, "closing") == (Verdict.OTHERWISE, {Finding.REASON_NOT_IN_PROTOCOL})


def test_under_two_protocols_a_case_is_closed_once():
    story = saturday().when(close_requested(by=GRONINGEN))
    assert len([one for one in judged(story) if one.part is Part.CLOSING]) == 1


# --- which cases


def test_cases_belong_to_the_day_of_their_report_in_the_chains_own_time():
    story = given(report(at="2026-03-01 00:30"))  # still February in UTC
    chain = story.world.chains.get("amsterdam")
    assert chain is not None
    march, february = (choose(found(story), chain, Period.parse(text)) for text in ("2026-03", "2026-02"))
    assert march is not None
    assert february is not None
    assert (len(march.cases), len(february.cases)) == (1, 0)


def test_drills_and_imported_history_are_left_out_and_counted():
    chain = given(report()).world.chains.get("amsterdam")
    assert chain is not None
    drill = choose(found(given(replace(report(), drill=True))), chain, ALL)
    imported = choose(found(given(report(history=True))), chain, ALL)
    assert drill is not None
    assert imported is not None
    assert (drill.drills, drill.cases) == (1, [])
    assert (imported.imported, imported.cases) == (1, [])


@pytest.mark.parametrize("text", ["", "26", "2026-13", "2026-Q5", "2026-02-30..2026-03-01", "2026-03-02..2026-03-01"])
def test_what_is_no_period_is_said(text: str):
    with pytest.raises(NoPeriod, match="expected a year such as 2026"):
        Period.parse(text)


def test_periods():
    assert (Period.parse("2024-Q1").first.isoformat(), Period.parse("2024-Q1").last.isoformat()) == (
        "2024-01-01",
        "2024-03-31",
    )
    assert Period.parse("2024-02").last.isoformat() == "2024-02-29"
    assert Period.parse("2026-12").last.isoformat() == "2026-12-31"


def test_granted_later_is_done_as_well():
    story = given(report(), granted(HELP))
    assert only(story, Part.STEP, "slachtofferhulp") == (Verdict.DONE, set())


# --- why, or what else showed


def test_withdrawn_is_her_wish_and_what_was_delivered_is_nobodys_failure_either():
    story = given(report(consents=(terms(HELP),)), withdrawn(HELP))
    assert only(story, Part.STEP, "slachtofferhulp") == (Verdict.OWN_WISH, {Finding.WITHDRAWN})
    assert only(story, Part.UPTAKE, "slachtofferhulp") == (Verdict.OWN_WISH, set())
    assert only(given(report(), granted(HELP)), Part.STEP, "slachtofferhulp") == (Verdict.DONE, set())


def test_a_step_that_nobody_proposed():
    story = given(report())
    (lay,) = [one for one in lacking(story, "referral.proposed") if one.name == "slachtofferhulp"]
    assert (lay.verdict, lay.findings) == (Verdict.NOT_YET_DUE, (Finding.NOT_PROPOSED,))
    story.when(close_requested())
    (ended,) = [one for one in lacking(story, "referral.proposed") if one.name == "slachtofferhulp"]
    assert (ended.verdict, ended.findings) == (Verdict.SKIPPED, (Finding.NOT_PROPOSED,))


def test_a_mayor_who_was_informed_and_one_who_was_not():
    story = given(report_in_groningen(acute=True, high_profile=True))
    assert [(one.verdict, one.findings) for one in judged(story) if one.part is Part.INFORM] == [(Verdict.DONE, ())] * 2
    not_yet = [(one.verdict, one.findings) for one in lacking(story, "party.informed") if one.part is Part.INFORM]
    assert not_yet == [(Verdict.NOT_YET_DUE, (Finding.NOT_INFORMED,))] * 2
    assert not [one for one in judged(given(report_in_groningen(acute=True))) if one.part is Part.INFORM]


def test_everybody_said_no_and_nobody_is_left(tmp_path: Path):
    chains, protocols = written(tmp_path)
    yes = tuple(terms(to) for to in (FIRST, SECOND, THIRD))
    story = given(report(consents=yes), declined(FIRST), declined(SECOND), chains=chains, protocols=protocols)
    assert only(story, Part.STEP, "hulp") == (Verdict.DONE, set())
    story.when(declined(THIRD))
    assert only(story, Part.STEP, "hulp") == (Verdict.DONE, {Finding.NOBODY_TOOK_IT_UP})
    uptakes = [(one.partner, one.verdict) for one in judged(story) if one.part is Part.UPTAKE]
    assert uptakes == [(to, Verdict.DONE) for to in (FIRST, SECOND, THIRD)]


def test_a_step_before_its_turn_is_out_of_order(tmp_path: Path):
    then = """\
  - id: daarna
    after: hulp
    refer: {to: coordinator, purpose: referral, needs: [contact_details], if_refused: hold}
    source: "[0] «daarna»"
clocks:
"""
    chains, protocols = written(tmp_path, protocol=PROTOCOL.replace("clocks:\n", then))
    yes = (terms(FIRST), terms(CITY))
    story = given(report(consents=yes), chains=chains, protocols=protocols)
    assert only(story, Part.STEP, "daarna") == (Verdict.NOT_YET_DUE, set())  # it is not its turn
    story.when(accepted(FIRST))
    assert only(story, Part.STEP, "daarna") == (Verdict.DONE, set())
    found = lacking(story, "referral.accepted")
    (early,) = [one for one in found if (one.part, one.name) == (Part.STEP, "daarna")]
    assert (early.verdict, early.findings) == (Verdict.OUT_OF_ORDER, (Finding.BEFORE_ITS_TURN,))
