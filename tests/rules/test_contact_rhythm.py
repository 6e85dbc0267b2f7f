"""How often she is to hear something: what was agreed is the limit of a clock that follows it, and a promise (domain-detail A43)."""

from datetime import datetime

import pytest

from schakel.case_preferences import rhythm
from schakel.case_state import Clock, ClockState
from schakel.events.contact import ContactPreferenceTold
from schakel.messages import ContactPreference, ReferralOffered
from services.intake import wishes
from tests.rules.test_preferences import prefers
from tests.support.casebook import Story, given
from tests.support.conclusions import (
    Pattern,
    any_breach,
    breached,
    clock_corrected,
    clock_started,
    clock_stopped,
    closed,
    released,
    reopened,
    resumed,
    suspended,
)
from tests.support.rhythms import RHYTHM, agreed, chain
from tests.support.telling import (
    ADV,
    CITY,
    DMG,
    GRONINGEN,
    HELP,
    POLICE,
    Tell,
    assessed,
    close_requested,
    contact_made,
    forget,
    granted,
    moment,
    passed,
    reopen_requested,
    report,
    report_in_groningen,
    requested,
    terms,
)

SAID = "00000000-0000-7000-8000-0000000000a1"


def under(limit: str | None = "14 dagen", *told: Tell, with_: str = "victim", **facts: object) -> Story:
    chains, protocols = chain(limit, with_)
    return given(report(at="2026-03-02 12:00", **facts), *told, chains=chains, protocols=protocols)


def running(story: Story) -> Clock:
    (found,) = (one for one in story.case.clocks.values() if one.state is ClockState.RUNNING and one.name == RHYTHM)
    return found


def due(story: Story) -> datetime | None:
    return running(story).due_at


# --- the limit


@pytest.mark.parametrize(
    ("limit", "kind", "due_at"), [("14 dagen", "our_choice", "2026-03-17 00:00"), (None, "measured", None)]
)
def test_where_nothing_was_agreed_the_files_own_limit_holds(limit: str | None, kind: str, due_at: str | None):
    story = under(limit)
    assert (running(story).kind, due(story)) == (kind, moment(due_at) if due_at else None)


@pytest.mark.parametrize("limit", ["14 dagen", None])
def test_what_was_agreed_begins_the_silence_anew_and_is_a_promise(limit: str | None):
    story = under(limit).when(agreed(7, logged="2026-03-05 12:00", id=SAID))
    story.then(
        clock_stopped(RHYTHM, stopped_at=moment("2026-03-05 12:00"), by=POLICE),
        clock_started(RHYTHM, about=SAID, kind="promised", limit="7 dagen", due_at="2026-03-13 00:00"),
    ).then_quiet()
    story.when(contact_made(CITY, "2026-03-10 12:00")).then(
        clock_stopped(RHYTHM), clock_started(RHYTHM, kind="promised", due_at="2026-03-18 00:00")
    ).then_quiet()


def test_another_agreement_replaces_it_and_none_gives_the_files_limit_back():
    story = under().when(agreed(7)).when(agreed(3)).then(clock_stopped(RHYTHM), clock_started(RHYTHM, limit="3 dagen"))
    story.when(agreed(0)).then(clock_stopped(RHYTHM), clock_started(RHYTHM, limit="14 dagen", kind="our_choice"))
    assert rhythm(story.case) is None
    story.when(agreed(0)).expect_nothing()


def test_the_same_rhythm_said_again_is_no_word_towards_her():
    """Whoever writes it down twice would else put off what was promised."""
    under().when(agreed(7)).when(agreed(7)).expect_nothing()


def test_a_wish_beside_it_says_nothing_of_it():
    """A partner whose program does not know the field yet takes no promise away: what was agreed stands, and goes along."""
    story = given(report(consents=(terms(HELP),)), agreed(7, by=HELP)).when(prefers("no_post", by=HELP))
    assert [(*one.wishes, one.contact_every_days) for one in story.sent(ContactPreference, POLICE)] == [("no_post", 7)]
    under().when(agreed(7)).when(prefers()).expect_nothing()


def test_nothing_that_was_agreed_with_another_is_hers():
    under().when(agreed(3, whom="bystander")).expect_nothing()


@pytest.mark.parametrize(("reporter", "follows"), [("victim", True), ("bystander", False)])
def test_a_clock_towards_the_reporter_follows_it_only_where_that_is_she(reporter: str, follows: bool):
    story = under(with_="reporter", reporter=reporter).when(agreed(3))
    assert (running(story).kind == "promised") is follows


def test_what_holds_over_how_she_is_reached_takes_no_promise_along():
    """Honour is said to play a part: the lock-down is another word on how she is reached, not on how often."""
    story = under().when(agreed(7)).when(assessed(POLICE, "honour_related", "yes"))
    known = rhythm(story.case)
    assert known is not None
    assert known.every_days == 7
    story.never(clock_started(RHYTHM, limit="14 dagen", about=known.id))


# --- late


def test_the_breach_is_told_to_whom_the_file_names_and_late_paperwork_takes_it_back():
    story = under(None).when(agreed(7, logged="2026-03-05 12:00"))
    story.when(passed("2026-03-12 23:00")).expect_nothing()
    story.when(passed("2026-03-13 00:00")).then(breached(RHYTHM, tell=(CITY,))).then_quiet()
    story.when(contact_made(HELP, "2026-03-12 12:00", logged="2026-03-14 12:00")).then(
        clock_corrected(RHYTHM, reason="registered_late"), clock_started(RHYTHM, kind="promised")
    ).then_quiet()


@pytest.mark.parametrize("days", [7, 0], ids=["agreed", "the file's own limit"])
def test_a_word_too_late_hides_no_breach_when_it_is_read_together_with_the_watermark(days: int):
    """After an outage of ours both are there at once: the term that the word before began is over, and nobody kept it."""
    story = under("14 dagen", *([agreed(days, logged="2026-03-05 12:00")] if days else []))
    story.world.tell(contact_made(CITY, "2026-03-18 12:00"))
    story.when(passed("2026-03-18 13:00")).then(
        breached(RHYTHM), clock_stopped(RHYTHM), clock_started(RHYTHM)
    ).then_quiet()


def test_a_new_agreement_does_not_take_an_old_breach_back():
    story = under(None).when(agreed(7, logged="2026-03-05 12:00")).when(passed("2026-03-13 00:00"))
    story.when(agreed(14, logged="2026-03-14 12:00")).then(
        clock_stopped(RHYTHM), clock_started(RHYTHM, limit="14 dagen", kind="promised")
    ).then_quiet()
    assert [one.breached for one in story.case.clocks.values()].count(True) == 1


def test_a_contact_whose_moment_lies_ahead_does_not_hide_the_agreement():
    """By its teller's clock she was called two minutes from now: what was agreed in that talk still begins behind it."""
    story = under(None).when(contact_made(CITY, "2026-03-05 12:02", logged="2026-03-05 12:00"))
    story.when(agreed(3, logged="2026-03-05 12:01"))
    assert (running(story).kind, running(story).started_at > moment("2026-03-05 12:02")) == ("promised", True)


@pytest.mark.parametrize("limit", ["14 dagen", None])
def test_it_goes_on_with_what_was_left_after_the_case_stood_still(limit: str | None):
    story = under(limit).when(agreed(7, logged="2026-03-05 12:00"))
    story.when(close_requested(), Tell(CITY, reopen_requested().event, moment("2026-03-08 13:00")))
    story.then_among(closed(), suspended(RHYTHM), reopened(), resumed(RHYTHM))
    assert due(story) > moment("2026-03-13 00:00")
    assert due(story) <= moment("2026-03-18 00:00")


def test_she_who_is_to_be_forgotten_is_not_chased_for_it():
    story = under(None).when(agreed(3)).when(forget())
    story.when(passed("2026-04-13 00:00")).never(any_breach())


# --- whom it is told


def offers(story: Story, to: str) -> list[int | None]:
    return [one.contact_every_days for one in story.sent(ReferralOffered, to)]


def test_each_receiver_by_name_gets_it_with_the_referral():
    story = given(report(), agreed(7)).when(granted(HELP))
    assert offers(story, HELP) == [7]


def test_it_goes_with_a_later_word_to_who_knows_her():
    story = given(report(consents=(terms(HELP),))).when(agreed(7, by=HELP))
    story.then(
        Pattern(ContactPreferenceTold, {"to": POLICE}),
        clock_stopped("afgesproken-contact"),
        clock_started("afgesproken-contact", kind="promised", limit="7 dagen"),
    )
    assert [one.contact_every_days for one in story.sent(ContactPreference, POLICE)] == [7]


def test_whoever_is_not_to_contact_her_hears_nothing_of_it():
    story = given(report(by=ADV), agreed(7, by=ADV, only_by=("roze_in_blauw",)))
    story.when(requested(HELP, by=ADV, role="victim_support"), granted(HELP, by=ADV))
    assert offers(story, HELP) == [None]


def test_who_gets_no_name_gets_nothing_of_it():
    story = given(report_in_groningen(identity="known_to_door"), agreed(7, by=GRONINGEN))
    story.when(assessed(GRONINGEN, "discrimination_or_violence", "yes")).then_among(released(DMG, mode="stripped"))
    assert offers(story, DMG) == [None]


# --- intake


@pytest.mark.parametrize(("days", "codes"), [(0, []), (1, []), (366, []), (367, ["wish.rhythm_too_long"])])
def test_a_rhythm_is_one_that_somebody_can_keep(days: int, codes: list[str]):
    assert [one.code for one in wishes.objections(agreed(days).event)] == codes


def test_one_that_came_past_intake_stops_nobody():
    """Whatever stands in the ledger is answered: it counts as the longest there is."""
    story = under().when(agreed(2**40)).then(clock_stopped(RHYTHM), clock_started(RHYTHM, limit="366 dagen"))
    story.then_quiet()
