"""The referral loop: who is asked next, who is told when nobody is left, who looks after the case, who hears back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backbone.chains import Chains
from schakel.case_loop import owner_of
from schakel.case_state import ReferralState
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.clock import ClockBreached, ClockStarted
from schakel.events.report import ProtocolRef
from schakel.ids import service_source
from schakel.messages import Attention, ReferralFeedback
from services.routing.rules import decide
from tests.support.casebook import Story, given, repository
from tests.support.conclusions import (
    clock_stopped,
    delivered,
    exhausted,
    held,
    needed,
    of_type,
    proposed,
    released,
    reported,
    suspended,
)
from tests.support.loops import FIRST, MEMBERS, PROTOCOL, SECOND, THIRD, written
from tests.support.telling import (
    ADV,
    CITY,
    POLICE,
    Tell,
    accepted,
    close_requested,
    completed,
    contact_made,
    corrected,
    declined,
    forget,
    granted,
    moment,
    passed,
    refused,
    report,
    requested,
    terms,
    withdrawn,
)

YES = (terms(FIRST), terms(SECOND), terms(THIRD))
OVER = suspended("antwoord", reason="referral_ended")
"""Nobody is waited for at a referral that is over."""


def begun(folder: Path, *told: Any, consents: Any = YES, **files: Any) -> Story:
    chains, protocols = written(folder, **files)
    return given(report(consents=consents), *told, chains=chains, protocols=protocols)


# --- the next candidate


def test_declined_goes_to_the_next_and_she_is_asked_about_that_one(tmp_path: Path):
    story = begun(tmp_path, consents=(terms(FIRST),)).when(declined(FIRST, "no_capacity"))
    story.then(OVER, proposed(SECOND, step="hulp"), needed(SECOND), held(SECOND, reason="not_asked")).then_quiet()
    assert story.referral(SECOND).after == story.referral(FIRST).id
    story.when(granted(SECOND)).then_among(released(SECOND), delivered(SECOND)).never(exhausted(FIRST))


def test_when_nobody_is_left_whoever_looks_after_the_case_is_told_and_the_door_too(tmp_path: Path):
    story = begun(tmp_path, declined(FIRST), declined(SECOND)).when(declined(THIRD, "too_few_leads"))
    story.then(OVER, exhausted(THIRD, reason="too_few_leads", tell=CITY)).then_quiet()
    words = {to: story.sent(Attention, to) for to in (CITY, POLICE)}
    for found in words.values():
        assert [(word.reason, word.decline, word.owner, word.to) for word in found] == [
            ("referral_exhausted", "too_few_leads", CITY, THIRD)
        ]
    story.never(exhausted(FIRST), exhausted(SECOND))


def test_no_answer_past_its_clock_goes_to_the_next_and_the_first_may_still_answer(tmp_path: Path):
    story = begun(tmp_path).when(passed("2026-03-06 12:00"))
    story.then_among(proposed(SECOND), released(SECOND), delivered(SECOND)).then_quiet()
    assert story.referral(FIRST).state is ReferralState.DELIVERED
    story.when(accepted(FIRST)).then(OVER)
    assert story.referral(FIRST).state is ReferralState.ACCEPTED


def test_whoever_accepts_second_is_told_and_nobody_is_asked_or_late_beside_the_first(tmp_path: Path):
    story = begun(tmp_path).when(passed("2026-03-06 12:00"), accepted(FIRST))
    story.when(accepted(SECOND)).expect_nothing()
    assert story.referral(SECOND).state is ReferralState.DELIVERED
    (word,) = story.sent(Attention, SECOND)
    assert (word.reason, word.referral, word.to) == ("referral_taken_up", story.referral(SECOND).id, SECOND)
    story.when(passed("2026-03-20 12:00")).never(proposed(THIRD)).expect_nothing()
    story.when(declined(FIRST, "no_capacity")).then_among(proposed(THIRD))


def test_silent_to_the_last_is_told_and_the_last_may_still_answer(tmp_path: Path):
    members = "".join(line + "\n" for line in _members() if "coc" not in line and "om-" not in line)
    story = begun(tmp_path, members=members).when(passed("2026-03-06 12:00"))
    story.then_among(exhausted(FIRST, tell=CITY)).then_quiet()
    assert [word.reason for word in story.sent(Attention, CITY)] == ["referral_unanswered"]
    assert story.sent(Attention, CITY)[0].decline is None
    story.when(accepted(FIRST)).expect_nothing().then_quiet()
    assert story.referral(FIRST).state is ReferralState.ACCEPTED


def test_an_answer_in_time_leaves_it_where_it_is(tmp_path: Path):
    story = begun(tmp_path).when(accepted(FIRST), passed("2026-03-20 12:00"))
    story.never(proposed(SECOND), exhausted(FIRST))


def test_a_contact_written_down_late_takes_the_silence_back(tmp_path: Path):
    """Late paperwork is not silence: what was proposed meanwhile stands, nothing more follows."""
    story = begun(tmp_path, passed("2026-03-06 12:00"))
    story.when(contact_made(FIRST, "2026-03-03 12:00", logged="2026-03-07 12:00")).then_quiet()
    assert story.case.silent == {}
    story.when(declined(SECOND)).then_among(proposed(THIRD))


def test_a_clock_of_whatever_name_that_rests_on_the_referral_counts(tmp_path: Path):
    """Nothing is agreed with follow-up but the event: a breach of a clock that names the referral among its premises."""
    chains, protocols = written(tmp_path, protocol=PROTOCOL.split("clocks:")[0])
    story = given(report(consents=YES), chains=chains, protocols=protocols)
    told(story, story.referral(FIRST).id, "aannemen-of-afwijzen")
    story.then_among(proposed(SECOND))


def told(story: Story, referral: str, name: str) -> None:
    """Follow-up starts a clock for the referral, and it is breached."""
    ref, due = ProtocolRef(name="lus", version="1.0"), moment("2026-03-05 12:00")
    began = ClockStarted(
        clock=name,
        protocol=ref,
        kind="our_choice",
        started_at=moment("2026-03-03 12:00"),
        due_at=due,
        responsible_role="victim_support",
        premises=(referral,),
    )
    passed_by = ClockBreached(clock="clock-1", due_at=due, watermark=due, premises=("clock-1",))
    story.when()
    for id_, event in (("clock-1", began), ("breach-1", passed_by)):
        envelope = Envelope(id_, service_source("followup"), event.TYPE, due, story.world.id)
        story.world._append(Entry(envelope, event))
    story.world.settle()


@pytest.mark.parametrize("reason", ["person_does_not_want", "already_known"])
def test_nobody_else_is_asked_when_she_does_not_want_it_or_has_it(tmp_path: Path, reason: str):
    begun(tmp_path).when(declined(FIRST, reason)).then(OVER, exhausted(FIRST, tell=CITY)).then_quiet()


def test_whoever_she_refused_is_passed_over(tmp_path: Path):
    story = begun(tmp_path, refused(SECOND), consents=(terms(FIRST), terms(THIRD))).when(declined(FIRST))
    story.then_among(proposed(THIRD), delivered(THIRD)).never(proposed(SECOND))


def test_nothing_goes_on_after_she_asked_to_be_forgotten(tmp_path: Path):
    story = begun(tmp_path, forget()).when(declined(FIRST))
    story.then_among(exhausted(FIRST)).never(proposed(SECOND))


def test_what_was_asked_for_by_hand_comes_back_to_who_asked(tmp_path: Path):
    """ACT-2: it was for that partner. NOT to somebody whom nobody asked for."""
    chains, protocols = written(tmp_path, protocol=PROTOCOL.split("steps:")[0] + "steps: []\n")
    story = given(report(), chains=chains, protocols=protocols)
    story.when(requested(FIRST, by=POLICE, role="victim_support"), granted(FIRST)).when(declined(FIRST, "no_capacity"))
    story.then(exhausted(FIRST, tell=CITY)).never(proposed(SECOND))
    assert [word.decline for word in story.sent(Attention, POLICE)] == ["no_capacity"]


def test_a_corrected_place_proposes_as_before_and_nobody_twice(tmp_path: Path):
    place = {"municipality": "amsterdam", "district": "centrum"}
    story = begun(tmp_path).when(corrected(place=place)).expect_nothing().then_quiet()
    assert [referral.to for referral in story.case.referrals.values()] == [FIRST]


# --- who may act


def test_whoever_is_full_is_asked_last(tmp_path: Path):
    members = _replaced("slachtofferhulp, roles: [victim_support], districts: all", ", capacity: full")
    story = begun(tmp_path, members=members).then_among(proposed(SECOND))
    story.when(declined(SECOND)).then_among(proposed(THIRD)).when(declined(THIRD)).then_among(proposed(FIRST))


def test_who_acts_instead_where_the_role_is_vacant(tmp_path: Path):
    members = "".join(line + "\n" for line in _members() if "victim_support" not in line)
    extra = 'instead:\n  - {role: victim_support, by: [mediation, anti_discrimination], source: "keuze: zolang niemand het doet"}\n'
    story = begun(tmp_path, members=members, extra=extra, consents=(terms(ADV),))
    story.then_among(proposed(ADV, role="victim_support"), delivered(ADV)).then_quiet()


def test_a_member_acts_from_its_first_day_to_its_last(tmp_path: Path):
    members = _replaced("slachtofferhulp, roles: [victim_support], districts: all", ", until: 2026-03-10")
    story = begun(tmp_path, members=members, consents=(terms(SECOND),)).then_among(proposed(FIRST))
    late = accepted(SECOND)
    story.when(passed("2026-03-11 12:00")).never(proposed(SECOND))
    story.when(contact_made(POLICE, "2026-03-11 12:00")).then_among(proposed(SECOND), delivered(SECOND))
    story.when(late).then_quiet()


def _members() -> list[str]:
    return MEMBERS.splitlines()


def _replaced(line: str, more: str) -> str:
    return "".join(f"{one.replace(line, line + more)}\n" for one in _members())


# --- who looks after the case

HAND_OVERS = """\
steps:
  - id: adviseur
    refer: {to: safety_adviser, purpose: referral, needs: [contact_details], if_refused: hold, hand_over: true}
    source: "[0] «adviseur»"
  - id: gebiedsmanager
    after: adviseur
    refer: {to: area_manager, purpose: referral, needs: [contact_details], if_refused: hold, hand_over: true}
    source: "[0] «gebiedsmanager»"
"""


def test_a_hand_over_moves_the_case_when_it_is_accepted_and_not_before(tmp_path: Path):
    members = (
        "  - {partner: politie-amsterdam, roles: [municipal_desk], districts: all}\n"
        "  - {partner: discriminatie-nl-amsterdam, roles: [anti_discrimination], districts: all}\n"
        "  - {partner: gemeente-amsterdam, roles: [safety_adviser], districts: all}\n"
        "  - {partner: slachtofferhulp, roles: [area_manager], districts: [oost]}\n"
        "  - {partner: coc-amsterdam, roles: [area_manager], districts: [centrum]}\n"
    )
    protocol = PROTOCOL.split("steps:")[0] + HAND_OVERS
    consents = (terms(CITY), terms(FIRST))
    story = begun(tmp_path, members=members, protocol=protocol, consents=consents).never(proposed(FIRST))
    assert owner_of(story.case) == POLICE
    story.when(accepted(CITY)).then_among(proposed(FIRST, step="gebiedsmanager"), delivered(FIRST))
    assert owner_of(story.case) == CITY
    story.when(accepted(FIRST)).then_quiet()
    assert owner_of(story.case) == FIRST
    story.never(proposed(SECOND))


def test_a_declined_hand_over_leaves_the_case_with_who_had_it(tmp_path: Path):
    story = begun(tmp_path, protocol=PROTOCOL.replace("if_refused: hold}", "if_refused: hold, hand_over: true}"))
    story.when(declined(FIRST)).then_among(proposed(SECOND, hands_over=True))
    assert owner_of(story.case) == CITY
    story.when(accepted(SECOND))
    assert owner_of(story.case) == SECOND


# --- word back to whoever referred

PER_CASE = "feedback:\n  - {partner: politie-amsterdam, how: per_case}\n"
DIGEST = "feedback:\n  - {partner: politie-amsterdam, how: digest, every: day}\n"


def hears_back(by: str = FIRST) -> Tell:
    """Her yes that the door hears how it goes, as whoever helps her noted it: the door's own note would wait for a confirmation."""
    return granted(POLICE, "case_facts", purpose="information", by=by)


def test_without_a_subscription_nobody_hears_unasked(tmp_path: Path):
    begun(tmp_path, extra="feedback: []\n").when(hears_back(), accepted(FIRST), completed(FIRST)).expect_nothing()


def test_per_case_the_referrer_hears_at_once_and_once(tmp_path: Path):
    story = begun(tmp_path, hears_back(), extra=PER_CASE)
    story.when(accepted(FIRST)).then(reported(POLICE)).then_quiet()
    [word] = story.sent(ReferralFeedback, POLICE)
    assert [(said.to, said.answer, said.reason) for said in word.answers] == [(FIRST, "accepted", None)]
    story.when(completed(FIRST)).then(reported(POLICE))
    assert [said.answer for word in story.sent(ReferralFeedback) for said in word.answers] == ["completed"]


def test_what_is_done_for_her_is_told_only_with_her_yes(tmp_path: Path):
    """«Slachtofferhulp mag niets terugkoppelen zonder toestemming» [1 §5.4]; that somebody does not take it up is no news of her."""
    story = begun(tmp_path, extra=PER_CASE).when(declined(FIRST, "no_capacity"))
    story.then_among(reported(POLICE), proposed(SECOND))
    story.when(accepted(SECOND)).expect_nothing()
    story.when(granted(POLICE, "case_facts", purpose="information", by=POLICE)).expect_nothing()
    story.when(hears_back(SECOND)).then(reported(POLICE))
    story.when(withdrawn(POLICE, purpose="information")).when(completed(SECOND)).expect_nothing().then_quiet()


def test_a_word_that_lands_behind_her_no_has_no_effect(tmp_path: Path):
    chains, protocols = written(tmp_path, extra=PER_CASE)
    story = given(report(consents=YES), hears_back(), chains=chains, protocols=protocols)
    world = story.world
    world.tell(accepted(FIRST))
    world.read("routing")
    world.tell(withdrawn(POLICE, purpose="information"))
    world.land("routing")
    assert str(world.folded()[1][-1]) == "overtaken"
    world.settle()
    assert story.sent(ReferralFeedback) == []
    assert world.wishes("routing") == []


def test_a_word_that_lands_behind_the_end_of_her_yes_has_no_effect(tmp_path: Path):
    """Nobody took it back: it had ended by then."""
    chains, protocols = written(tmp_path, extra=PER_CASE)
    until = "2026-03-02 13:00"
    yes = granted(POLICE, "case_facts", purpose="information", by=FIRST, until=until)
    story = given(report(consents=YES), yes, chains=chains, protocols=protocols)
    world = story.world
    world.tell(accepted(FIRST))
    world.read("routing")
    world.tell(contact_made(FIRST, "2026-03-02 13:30"))
    world.land("routing")
    assert str(world.folded()[1][-1]) == "overtaken"
    world.settle()
    assert story.sent(ReferralFeedback) == []


def test_a_digest_comes_when_the_day_is_over_with_all_of_it(tmp_path: Path):
    story = begun(tmp_path, hears_back(), extra=DIGEST)
    story.when(accepted(FIRST), completed(FIRST)).expect_nothing()
    story.when(passed("2026-03-02 23:00")).never(of_type(reported(POLICE).model))
    story.when(passed("2026-03-03 00:30")).then_among(reported(POLICE))
    [word] = story.sent(ReferralFeedback, POLICE)
    assert [said.answer for said in word.answers] == ["accepted", "completed"]
    story.then_quiet()


def test_that_nobody_is_left_is_said_once_and_not_again_as_word_back(tmp_path: Path):
    story = begun(tmp_path, hears_back(), declined(FIRST), declined(SECOND), extra=PER_CASE)
    story.when(declined(THIRD, "too_few_leads")).then_among(exhausted(THIRD))
    assert [word.decline for word in story.sent(Attention, POLICE)] == ["too_few_leads"]
    told = [said.to for word in story.sent(ReferralFeedback, POLICE) for said in word.answers]
    assert told == []


def test_what_was_answered_before_a_subscription_began_is_not_told(tmp_path: Path):
    later = PER_CASE.replace("per_case", "per_case, since: 2026-03-04")
    story = begun(tmp_path, hears_back(), extra=later)
    story.when(accepted(FIRST)).never(reported(POLICE))
    story.when(replace(completed(FIRST), logged=moment("2026-03-05 12:00"))).then_among(reported(POLICE))


def test_nothing_is_told_back_once_the_case_is_closed(tmp_path: Path):
    story = begun(tmp_path, hears_back(), accepted(FIRST), extra=PER_CASE)
    story.when(close_requested(CITY)).when(completed(FIRST)).expect_nothing()


def test_a_chain_that_was_let_go_stops_nothing_for_a_case_that_is_closed(tmp_path: Path):
    story = begun(tmp_path, hears_back(), accepted(FIRST), extra=PER_CASE).when(close_requested(CITY))
    assert story.case.closed
    assert list(decide(story.case, Chains({}, {}), repository()[1], None)) == []


def test_a_step_that_was_called_on_stops_its_clock(tmp_path: Path):
    story = begun(tmp_path).when(contact_made(FIRST, "2026-03-03 12:00"))
    story.then(clock_stopped("antwoord"))
