"""A referral that nobody answers is seen: whoever has it is asked again, then somebody else is asked or hears of it (docs/adr/0026).

Amsterdam promises no term: its clocks ask and accuse nobody. Groningen chose two working days: whoever lets them pass is passed over. Also
the clocks about a complaint: wanted and without a day, ended without a word, and about a partner.
"""

import pytest

from backbone.desk.items import open_items, seen_by
from backbone.desk.who import chain_for
from schakel.messages import Attention, Reminder
from tests.support.casebook import Story, given
from tests.support.conclusions import any_breach, breached, clock_started, clock_stopped, exhausted, reminded
from tests.support.desks import appointed, needs, settled, taken, treated
from tests.support.telling import (
    ADV,
    CITY,
    DMG,
    GRONINGEN,
    HELP,
    POLICE,
    Tell,
    accepted,
    assessed,
    declined,
    explained,
    granted,
    passed,
    report,
    report_in_groningen,
    terms,
)

SUSPECTED = ({"check": "discrimination_or_violence", "answer": "yes"},)
ASKED = "antwoord"


def referred() -> Story:
    """Monday 2 March 2026, 12:05: Slachtofferhulp has it."""
    return given(report(consents=(terms(HELP),)))


def unanswered(story: Story, partner: str | None = None) -> list[tuple[str, ...]]:
    chain = chain_for(story.case, story.world.chains)
    assert chain is not None
    found = open_items(story.case, chain, story.world.protocols)
    seen = found if partner is None else seen_by(story.case, chain, partner, found)
    return [one.what for one in seen if one.kind == "referral_unanswered"]


def test_ams_whoever_has_it_is_asked_again_and_the_project_leader_finds_it_on_the_list() -> None:
    story = referred().when(passed("2026-03-04 23:59")).never(any_breach())
    assert not unanswered(story)
    story.when(passed("2026-03-05 12:30")).then_among(reminded(ASKED, to=HELP))
    assert unanswered(story, CITY) == unanswered(story, POLICE) == [("victim_support",)]
    story.when(passed("2026-03-10 12:30")).then_among(reminded(ASKED, to=HELP))
    story.when(passed("2027-03-09 12:30")).never(any_breach()).never(exhausted(HELP))
    assert unanswered(story) == [("victim_support",)]


def test_ams_that_somebody_was_referred_is_on_no_other_partners_list() -> None:
    """NOT for who takes part in the case beside it: that she was offered help there is between her, her door and who looks after her."""
    story = given(report(consents=(terms(HELP), terms(ADV))), accepted(ADV), passed("2026-03-05 12:30"))
    assert unanswered(story, CITY)
    assert not unanswered(story, ADV)


@pytest.mark.parametrize("answer", [accepted(HELP), declined(HELP)])
def test_ams_any_answer_ends_the_asking(answer: Tell) -> None:
    story = referred().when(passed("2026-03-05 12:30"), answer).then_among(clock_stopped(ASKED))
    assert not unanswered(story)
    story.when(passed("2026-04-09 12:30")).never(any_breach())
    assert ASKED not in [one.name for one in story.sent(Reminder, HELP)]


def test_ams_each_referral_is_waited_for_by_itself() -> None:
    story = referred().when(granted(ADV)).then_among(clock_started(ASKED))
    story.when(accepted(ADV)).then_among(clock_stopped(ASKED))
    story.when(passed("2026-03-05 12:30")).then_among(reminded(ASKED, to=HELP))
    assert not [one for one in story.sent(Reminder, ADV) if one.name == ASKED]


def forwarded() -> Story:
    return given(report_in_groningen(identity="known_to_door", checks=SUSPECTED))


def test_grn_silence_past_two_working_days_comes_to_the_coordinator() -> None:
    """Nobody else holds the role: it is with whoever looks after the case, and whoever referred hears it too. NOT lost."""
    story = forwarded().when(passed("2026-03-04 23:30"))
    story.never(breached(ASKED)).then_among(reminded(ASKED, to=DMG))
    story.when(passed("2026-03-05 00:30"))
    story.then_among(breached(ASKED), exhausted(DMG, tell=GRONINGEN))
    assert "referral_unanswered" in [one.reason for one in story.sent(Attention, GRONINGEN)]


def test_grn_one_that_answers_late_still_takes_it_up() -> None:
    story = forwarded().when(passed("2026-03-05 00:30")).when(accepted(DMG))
    assert story.referral(DMG).state == "accepted"


def test_grn_answered_in_time_nobody_hears_of_it() -> None:
    story = forwarded().when(accepted(DMG)).when(passed("2026-03-20 00:30"))
    story.never(breached(ASKED), exhausted(DMG))


# --- complaints


def test_a45_a_complaint_that_she_wants_and_that_has_no_day_is_asked_about() -> None:
    story = given(report_in_groningen()).when(needs(GRONINGEN, "criminal_process"))
    story.then_among(clock_started("dag-afspreken", responsible_role="police"))
    story.when(passed("2026-03-06 12:00")).then_among(reminded("dag-afspreken"))
    story.when(appointed("politie-noord")).then_among(clock_stopped("dag-afspreken"))
    story.never(breached("dag-afspreken"))


def test_a45_heard_again_it_is_the_same_wish_and_the_same_clock() -> None:
    story = given(report_in_groningen(), needs(GRONINGEN, "criminal_process"))
    story.when(needs(GRONINGEN, "criminal_process", wishes=("police",))).never(clock_stopped("dag-afspreken"))
    assert [clock.name for clock in story.case.clocks.values()].count("dag-afspreken") == 1


def test_a45_without_that_wish_there_is_no_such_clock() -> None:
    given(report_in_groningen(), needs(GRONINGEN, "legal")).never(clock_started("dag-afspreken"))


def test_a45_taken_at_once_it_ends_too() -> None:
    story = given(report_in_groningen(), needs(GRONINGEN, "criminal_process")).when(taken("politie-noord"))
    story.then_among(clock_stopped("dag-afspreken"))


def test_a35_an_end_without_a_trial_is_explained_or_asked_about() -> None:
    story = given(report(), taken()).when(settled(outcome="dismissed"))
    story.then_among(clock_started("afloop-uitgelegd", responsible=POLICE))
    story.when(passed("2026-03-10 12:00")).then_among(reminded("afloop-uitgelegd", to=POLICE))
    story.when(explained("dismissal")).then_among(clock_stopped("afloop-uitgelegd"))
    story.never(breached("afloop-uitgelegd"))
    assert story.case.closed is None


def test_a35_one_that_goes_to_court_starts_nothing() -> None:
    given(report(), taken(), settled(outcome="prosecuted")).never(clock_started("afloop-uitgelegd"))


def test_a48_a_complaint_about_a_partner_is_with_somebody_else_until_it_is_handed_in() -> None:
    story = given(report(by=ADV)).when(treated(ADV, CITY))
    story.then_among(clock_started("klacht-over-een-partner"))
    (clock,) = [one for one in story.case.clocks.values() if one.name == "klacht-over-een-partner"]
    assert clock.responsible not in (None, CITY)
    story.when(passed("2026-03-10 12:00"))
    assert [to for to, one in story.world.seats["followup"].sent if getattr(one, "name", "") == clock.name] == [
        clock.responsible
    ]
    story.when(treated(ADV, CITY, handed_in=True)).then_among(clock_stopped("klacht-over-een-partner"))
    assert [one.name for one in story.case.clocks.values()].count("klacht-over-een-partner") == 1


def test_a48_two_complaints_are_two_and_the_one_handed_in_ends_alone() -> None:
    story = given(report(by=ADV), treated(ADV, CITY), treated(ADV, POLICE)).when(treated(ADV, POLICE, handed_in=True))
    story.then_among(clock_stopped("klacht-over-een-partner"))
    states = [one.state for one in story.case.clocks.values() if one.name == "klacht-over-een-partner"]
    assert sorted(states) == ["running", "stopped"]


def test_what_is_found_out_after_the_report_counts_as_what_stood_in_it() -> None:
    """The most open answer of anybody: a no of one partner closes nothing that another says (domain-detail A22)."""
    story = given(report()).when(assessed(POLICE, "honour_related", "yes"))
    assert "veilig-thuis-amsterdam" in [one.to for one in story.case.referrals.values()]
    later = given(report(checks=({"check": "domestic", "answer": "no"},)), assessed(HELP, "domestic", "yes"))
    assert "veilig-thuis-amsterdam" in [one.to for one in later.case.referrals.values()]
    none = given(report(checks=({"check": "domestic", "answer": "no"},)), assessed(HELP, "domestic", "unknown"))
    assert "veilig-thuis-amsterdam" not in [one.to for one in none.case.referrals.values()]
