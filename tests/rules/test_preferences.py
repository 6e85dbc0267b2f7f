"""How she wants to be reached: with every referral by name, to everybody who knows her, and found when it was not kept."""

import pytest

from schakel.events.chain import NonconformanceFound
from schakel.events.contact import ContactAttempted, ContactMade, ContactPreferenceSet, ContactPreferenceTold
from schakel.messages import Attention, ContactPreference, ReferralOffered
from services.intake import wishes
from tests.support.casebook import Story, given
from tests.support.conclusions import Pattern, clock_started, clock_stopped, delivered, released
from tests.support.telling import (
    ADV,
    CITY,
    DMG,
    GRONINGEN,
    HELP,
    POLICE,
    Tell,
    forget,
    granted,
    moment,
    report,
    report_in_groningen,
    requested,
    retracted,
    terms,
    withdrawn,
)

NO_VISIT = ("no_visit", "no_voicemail")


def prefers(*asked: str, only_by: tuple[str, ...] = (), by: str = POLICE, whom: str = "victim") -> Tell:
    return Tell(by, ContactPreferenceSet(wishes=asked or NO_VISIT, only_by=only_by, whom=whom))


def contacted(
    by: str, channel: str, *, left_details: bool = False, whom: str = "victim", id: str | None = None
) -> Tell:
    at = moment("2026-03-02 12:10")
    if left_details:
        return Tell(by, ContactAttempted(whom=whom, at=at, channel=channel, outcome="left_details"), id=id)
    return Tell(by, ContactMade(whom=whom, at=at, channel=channel), id=id)


def told(to: str) -> Pattern:
    return Pattern(ContactPreferenceTold, {"to": to})


def found(rule: str = "contact_preference") -> Pattern:
    return Pattern(NonconformanceFound, {"rule": rule})


def offers(story: Story, to: str) -> list[tuple[list[str], list[str]]]:
    return [([*one.wishes], [*one.only_by]) for one in story.sent(ReferralOffered, to)]


# --- with every referral


def test_each_receiver_gets_it_with_the_referral():
    story = given(report(), prefers())
    story.when(granted(HELP)).then(released(HELP), delivered(HELP)).then_quiet()
    assert offers(story, HELP) == [(["no_visit", "no_voicemail"], [])]
    story.when(granted(ADV))
    assert offers(story, ADV) == [(["no_visit", "no_voicemail"], [])]


def test_without_a_word_of_hers_nothing_is_sent():
    story = given(report()).when(granted(HELP))
    assert offers(story, HELP) == [([], [])]


def test_whom_she_wants_is_told_to_those_it_is_about_and_to_nobody_else():
    """Who it is might say of her what she does not want said: others hear that it is not for them."""
    story = given(report(by=ADV), prefers("no_visit", only_by=("roze_in_blauw",), by=ADV))
    story.when(requested(POLICE, by=ADV, role="police"), granted(POLICE, by=ADV), granted(HELP, by=ADV))
    assert offers(story, POLICE) == [(["no_visit"], ["roze_in_blauw"])]
    story.when(requested(HELP, by=ADV, role="victim_support"), granted(HELP, by=ADV))
    assert offers(story, HELP) == [(["no_visit", "not_by_you"], [])]


def test_who_gets_no_name_gets_nothing_of_how_to_reach_her():
    story = given(
        report_in_groningen(
            identity="known_to_door", checks=({"check": "discrimination_or_violence", "answer": "yes"},)
        )
    )
    story.when(prefers(by=GRONINGEN))
    assert [one for to, one in _all(story) if to == DMG and isinstance(one, ContactPreference)] == []


def _all(story: Story) -> list[tuple[str, object]]:
    return list(story.world.seats["consent"].sent)


# --- a later word


def test_a_later_word_goes_to_everybody_who_knows_her_once():
    story = given(report(consents=(terms(HELP), terms(ADV)))).when(prefers(by=HELP))
    story.then(told(ADV), told(POLICE)).then_quiet()
    assert [[*one.wishes] for one in story.sent(ContactPreference, ADV)] == [["no_visit", "no_voicemail"]]
    story.when(prefers("no_post", by=HELP)).then(told(ADV), told(POLICE))
    assert [[*one.wishes] for one in story.sent(ContactPreference, ADV)] == [["no_post"]]


def test_whom_she_told_to_stop_hears_nothing_more():
    story = given(report(consents=(terms(HELP),))).when(withdrawn(HELP)).when(prefers()).expect_nothing()
    assert story.sent(ContactPreference) == []


def test_one_that_changes_while_the_referral_is_on_its_way_follows_it():
    """The delivery names the word that it carried: a newer one is told after it, and is lost at no hop."""
    story = given(report(), prefers())
    world = story.world
    world.tell(granted(HELP))
    for name in ("consent", "consent"):
        world.read(name)
        world.land(name, 1)
    world.read("consent")  # the message is out, with the older word
    world.tell(prefers("no_post"))
    world.settle()
    assert world.state().preferences.told[HELP] == world.state().preferences.id
    assert [to for to, one in _all(story) if isinstance(one, ContactPreference)] == [HELP]


def test_nothing_is_said_of_her_once_she_asked_to_be_forgotten():
    given(report(consents=(terms(HELP),)), forget()).when(prefers()).never(told(HELP))


# --- found when it was not kept


@pytest.mark.parametrize(
    ("wish", "channel", "left_details"),
    [
        ("no_visit", "visit", False),
        ("no_telephone", "telephone", False),
        ("no_voicemail", "telephone", True),
        ("no_post", "letter", False),
        ("no_message", "whatsapp", False),
    ],
)
def test_a_contact_that_breaks_it_is_found_and_shown_once(wish: str, channel: str, left_details: bool):
    story = given(report(consents=(terms(HELP),)), prefers(wish))
    story.when(contacted(HELP, channel, left_details=left_details)).then_among(found()).then_quiet()
    assert [(one.reason, one.owner) for one in story.sent(Attention, CITY)] == [("preference_not_kept", CITY)]
    assert story.case.contacts  # it took place, and counts


@pytest.mark.parametrize(("channel", "whom"), [("telephone", "victim"), ("desk", "victim"), ("visit", "bystander")])
def test_a_contact_that_keeps_it_is_no_finding(channel: str, whom: str):
    given(report(consents=(terms(HELP),)), prefers()).when(contacted(HELP, channel, whom=whom)).never(found())


def test_silence_and_what_was_before_her_word_are_no_finding():
    story = given(report(consents=(terms(HELP),)), contacted(HELP, "visit")).never(found())
    story.when(prefers()).never(found()).then_quiet()


def test_a_contact_by_another_than_she_wants_is_found():
    story = given(report(consents=(terms(HELP),)), prefers("interpreter", only_by=("roze_in_blauw",)))
    story.when(contacted(HELP, "telephone")).then_among(found("contact_by_another")).then_quiet()
    silence = "afgesproken-contact"
    story.when(contacted(POLICE, "telephone")).then(clock_stopped(silence), clock_started(silence, kind="measured"))


def test_one_told_by_mistake_and_taken_back_is_no_finding():
    contact = "01890000-0000-7000-8000-00000000000c"
    story = given(report(consents=(terms(HELP),)), prefers())
    world = story.world
    world.tell(contacted(HELP, "visit", id=contact))
    world.tell(retracted(contact, by=HELP))
    world.settle()
    story.never(found()).then_quiet()


# --- intake


def test_what_only_receivers_hear_cannot_be_told():
    [no] = wishes.objections(ContactPreferenceSet(wishes=("not_by_you",)))
    assert (no.code, no.field) == ("wish.not_told", "wishes")
    assert "only_by" in no.remedy
    assert list(wishes.objections(ContactPreferenceSet(wishes=("no_visit",)))) == []
