"""Honour and the household lock contact down: what that asks goes with each referral, follows it, and shows where it was not kept."""

import pytest

from schakel.case_lock_down import wishes
from schakel.events.contact import ContactPreferenceSet, ContactPreferenceTold
from schakel.messages import Attention, ContactPreference, ReferralOffered
from tests.rules.test_preferences import contacted, found
from tests.support.casebook import Story, given
from tests.support.conclusions import Pattern, erased
from tests.support.telling import (
    ADV,
    CITY,
    HELP,
    POLICE,
    Tell,
    assessed,
    corrected,
    forget,
    granted,
    passed,
    report,
    retracted,
    terms,
)

LOCKED = ["no_visit", "no_voicemail", "no_post"]
HONOUR, HOUSEHOLD = ({"check": check, "answer": "yes"} for check in ("honour_related", "domestic"))


def prefers(*asked: str, by: str = POLICE) -> Tell:
    return Tell(by, ContactPreferenceSet(wishes=asked))


def told(to: str) -> Pattern:
    return Pattern(ContactPreferenceTold, {"to": to})


def last_word(story: Story, to: str) -> list[str]:
    return [*story.sent(ContactPreference, to)[-1].wishes]


@pytest.mark.parametrize("known", [HONOUR, HOUSEHOLD])
def test_each_receiver_gets_what_keeps_her_safe_although_she_asked_nothing(known: dict[str, str]) -> None:
    story = given(report(checks=(known,))).when(granted(HELP))
    assert [[*one.wishes] for one in story.sent(ReferralOffered, HELP)] == [LOCKED]


def test_the_door_hears_it_first() -> None:
    story = given(report(checks=(HONOUR,)))
    assert last_word(story, POLICE) == LOCKED


def test_while_honour_is_looked_into_no_letter_is_sent() -> None:
    """«Geen brief en niemand uit het huishouden erbij voordat het is uitgezocht»: unknown is not no."""
    story = given(report(checks=({"check": "honour_related", "answer": "unknown"},), consents=(terms(HELP),)))
    assert last_word(story, POLICE) == ["no_post"]
    story.when(contacted(HELP, "visit")).never(found())
    story.when(contacted(HELP, "letter")).then_among(found())


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_an_open_question_about_the_household_asks_nothing(answer: str) -> None:
    story = given(report(checks=({"check": "domestic", "answer": answer},))).when(granted(HELP))
    assert story.case.preferences is None


def test_known_later_it_follows_the_referral_and_ends_again() -> None:
    story = given(report(consents=(terms(HELP),))).when(assessed(HELP, "honour_related", "yes"))
    story.then_among(told(POLICE), told(HELP)).then_quiet()
    assert last_word(story, HELP) == LOCKED
    story.when(assessed(HELP, "honour_related", "no")).then(told(POLICE), told(HELP)).then_quiet()
    assert last_word(story, HELP) == []
    assert wishes(story.case) == []


def test_a_yes_of_one_partner_stands_beside_the_no_of_another() -> None:
    story = given(report(consents=(terms(HELP),)), assessed(POLICE, "domestic", "yes"))
    story.when(assessed(HELP, "domestic", "no")).expect_nothing()
    assert wishes(story.case) == LOCKED


def test_corrected_it_ends() -> None:
    story = given(report(checks=(HOUSEHOLD,), consents=(terms(HELP),))).when(corrected(checks=()))
    story.then(told(POLICE), told(HELP)).then_quiet()
    assert last_word(story, HELP) == []


def test_her_own_wishes_stand_beside_it_and_stay_when_it_ends() -> None:
    story = given(report(checks=(HOUSEHOLD,), consents=(terms(HELP),))).when(prefers("no_telephone", "no_post"))
    story.then(told(HELP)).then_quiet()
    assert last_word(story, HELP) == ["no_telephone", "no_post", "no_visit", "no_voicemail"]
    story.when(corrected(checks=()))
    assert last_word(story, HELP) == ["no_telephone", "no_post"]


def test_her_wish_told_before_the_lock_down_reached_who_told_it_brings_it_along() -> None:
    """Whoever notes a wish of hers knows that wish, and not what else holds."""
    story = given(report(consents=(terms(HELP),)))
    world = story.world
    world.tell(assessed(POLICE, "honour_related", "yes"))
    world.tell(prefers("no_telephone", by=HELP))  # before HELP has heard
    world.settle()
    assert last_word(story, HELP) == ["no_telephone", *LOCKED]


@pytest.mark.parametrize(
    ("channel", "left_details", "whom"),
    [
        ("letter", False, "victim"),
        ("visit", False, "victim"),
        ("telephone", True, "victim"),
        ("telephone", False, "household"),
        ("visit", False, "neighbour"),
    ],
)
def test_a_contact_that_may_give_her_away_is_found_and_shown_once(channel: str, left_details: bool, whom: str) -> None:
    story = given(report(checks=(HONOUR,), consents=(terms(HELP),)))
    story.when(contacted(HELP, channel, left_details=left_details, whom=whom)).then_among(found()).then_quiet()
    assert [(one.reason, one.owner) for one in story.sent(Attention, CITY)] == [("preference_not_kept", CITY)]


@pytest.mark.parametrize(
    ("channel", "whom"),
    [("telephone", "victim"), ("desk", "victim"), ("telephone", "professional"), ("letter", "bystander")],
)
def test_a_contact_that_keeps_it_is_no_finding(channel: str, whom: str) -> None:
    given(report(checks=(HONOUR,), consents=(terms(HELP),))).when(contacted(HELP, channel, whom=whom)).never(found())


def test_what_was_done_before_it_was_known_is_no_finding() -> None:
    story = given(
        report(consents=(terms(HELP),)), contacted(HELP, "letter"), contacted(HELP, "visit", whom="household")
    )
    story.when(assessed(HELP, "honour_related", "yes")).never(found())


def test_without_a_lock_down_the_household_may_be_spoken_with() -> None:
    given(report(consents=(terms(HELP),)), prefers("no_post")).when(
        contacted(HELP, "telephone", whom="household")
    ).never(found())


def test_a_contact_told_by_mistake_and_taken_back_is_found_no_more() -> None:
    story = given(report(checks=(HONOUR,), consents=(terms(HELP),)))
    mistake = contacted(HELP, "letter", id="00000000-0000-7000-8000-00000000beef")
    story.world.tell(mistake)
    story.world.tell(retracted("00000000-0000-7000-8000-00000000beef", HELP))
    story.world.settle()
    story.never(found())


def test_nobody_hears_of_it_once_she_asked_to_be_forgotten() -> None:
    given(report(consents=(terms(HELP),)), forget()).when(assessed(HELP, "honour_related", "yes")).never(told(HELP))


def test_once_she_is_forgotten_nothing_is_kept_of_how_to_reach_her() -> None:
    asked, proved = forget(id="00000000-0000-7000-8000-0000000000f1"), forget(proof="called_back")
    story = given(report(checks=(HONOUR,)), asked, proved).when(passed("2026-03-20 00:00")).then_among(erased("victim"))
    story.when(assessed(POLICE, "domestic", "yes"))
    assert story.case.preferences is None


def test_who_knows_no_name_hears_nothing_of_how_to_reach_her() -> None:
    story = given(report(checks=(HONOUR,), identity="known_to_door"))
    assert not story.sent(ContactPreference, ADV)
