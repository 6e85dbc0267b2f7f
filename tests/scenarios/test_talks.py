"""X-1 beyond the proposal: no talk goes out, or goes on, once a threat or a suspicion is known (domain-detail A17, A18; docs/adr/0043)."""

import pytest

from schakel.events.contact import ContactPreferenceTold
from schakel.messages import Attention, ConsentQuestion, ContactPreference, ReferralWithdrawn
from tests.scenarios.stories import given
from tests.support.casebook import Story
from tests.support.conclusions import Pattern, delivered, denied, held, needed, released, revoked
from tests.support.telling import (
    CITY,
    COC,
    POLICE,
    Ask,
    Tell,
    accepted,
    asked,
    assessed,
    corrected,
    forget,
    granted,
    label_given,
    label_withdrawn,
    refused,
    report,
    requested,
    withdrawn,
)

HER_YES = granted(COC, purpose="mediation")
HIS_YES = granted(COC, "case_facts", purpose="mediation", given_by="offender")
NO_SUSPICION = {"check": "discrimination", "answer": "no"}

KNOWN: dict[str, tuple[Tell, Tell]] = {
    "a threat": (
        corrected(natures=("neighbour_quarrel", "threat")),
        corrected(natures=("neighbour_quarrel",)),
    ),
    "the suspicion of another partner": (
        assessed(CITY, "discrimination", "yes"),
        assessed(CITY, "discrimination", "no"),
    ),
    "the other check of the suspicion in the report": (
        corrected(checks=(NO_SUSPICION, {"check": "discrimination_or_violence", "answer": "unknown"})),
        corrected(checks=(NO_SUSPICION,)),
    ),
    "the label": (label_given(), label_withdrawn()),
    "the household": (assessed(CITY, "domestic", "yes"), assessed(CITY, "domestic", "no")),
}
"""What becomes known, and how it is taken back."""
REACHED_AGAIN = {"the household": (Pattern(ContactPreferenceTold, {"to": POLICE}),)}
"""Who is in touch with her hears how she may be reached, whenever that changes (docs/adr/0058)."""


def quarrel(*words: Tell) -> Story:
    """A quarrel between neighbours, nobody suspects anything: a talk at COC is asked for by hand, and held for both answers."""
    first = report(natures=("neighbour_quarrel",), checks=(NO_SUSPICION,))
    return given(
        first, requested(COC, role="coc", needs=("case_facts",), wants=("story",), purpose="mediation"), *words
    )


@pytest.mark.parametrize("known", KNOWN)
def test_x_1_what_becomes_known_before_both_have_said_yes_stops_the_talk(known: str) -> None:
    """Both agree, and it stays where it is. NOT delivered; NOT the accused asked."""
    word, _ = KNOWN[known]
    story = quarrel().then_among(held(COC, reason="not_asked")).when(word).then_among(held(COC, reason="not_allowed"))
    story.when(HER_YES, HIS_YES).never(released(COC), delivered(COC), needed(COC, of="offender"))
    story.then_quiet()
    assert story.referral(COC).hold_reason == "not_allowed"
    assert story.sent(ReferralWithdrawn, COC) == []


@pytest.mark.parametrize("known", KNOWN)
def test_x_1_what_becomes_known_after_delivery_calls_the_talk_back(known: str) -> None:
    """The mediator is told to stop, and reads nothing more. NOT why: that would say who spoke of what."""
    word, _ = KNOWN[known]
    story = quarrel(HER_YES, HIS_YES).then_among(delivered(COC)).when(word)
    story.then_among(revoked(COC, reason="not_allowed"))
    assert [str(message.reason) for message in story.sent(ReferralWithdrawn, COC)] == ["withdrawn"]  # type: ignore[attr-defined]
    story.when(Ask(COC, COC)).then(denied("not_allowed")).then_quiet()


def test_x_1_a_talk_that_was_taken_up_is_called_back_too() -> None:
    story = quarrel(HER_YES, HIS_YES, accepted(COC)).when(corrected(natures=("threat",)))
    story.then_among(revoked(COC, reason="not_allowed"))
    assert len(story.sent(ReferralWithdrawn, COC)) == 1


def test_x_1_what_becomes_known_while_the_message_is_on_its_way_wins() -> None:
    """The gate has let it go and its words have not landed: the threat stands before them. NOT delivered, as the history goes."""
    story = quarrel(HER_YES)
    story.world.tell(HIS_YES)
    story.world.read("consent")
    story.world.tell(corrected(natures=("threat",)))
    story.world.settle()
    assert story.referral(COC).delivered_at is None
    assert story.referral(COC).hold_reason == "not_allowed"


@pytest.mark.parametrize("known", KNOWN)
def test_x_1_taken_back_again_the_talk_may_go_out(known: str) -> None:
    """What they agreed still stands. NOT asked a second time."""
    word, taken_back = KNOWN[known]
    story = quarrel(HER_YES, HIS_YES, word).when(taken_back)
    story.then(released(COC), delivered(COC), *REACHED_AGAIN.get(known, ())).then_quiet()


def test_x_1_whoever_mediates_is_called_back_for_the_household_without_a_word_of_why() -> None:
    """How she may be reached from now on goes to whoever helps her. NOT to somebody who speaks with the other side."""
    story = quarrel(HER_YES, HIS_YES).when(assessed(CITY, "domestic", "yes"))
    assert len(story.sent(ReferralWithdrawn, COC)) == 1
    assert [to for to, sent in story.world.seats["consent"].sent if isinstance(sent, ContactPreference)] == [POLICE]


@pytest.mark.parametrize("known", KNOWN)
def test_x_1_it_stops_no_help_for_her(known: str) -> None:
    """The rule is about a talk with the other side. What goes to a partner that helps her goes on."""
    word, _ = KNOWN[known]
    help_too = (requested(POLICE, by=CITY, role="police"), granted(POLICE, by=CITY))
    story = quarrel(*help_too).then_among(delivered(POLICE)).when(word).never(revoked(POLICE))
    assert story.referral(POLICE).state == "delivered"


HE_IS_ASKED = asked(COC, given_by="offender", purpose="mediation")
HIS_NO = refused(COC, person="offender", purpose="mediation")


def called_back(story: Story) -> list[tuple[str, str]]:
    """(desk, of whom) of each question that was called back."""
    world = story.world
    sent = world.seats["consent"].sent
    of = {said.needed: str(said.of) for _, said in sent if isinstance(said, ConsentQuestion)}
    return [
        (desk, of[said.concerning])
        for desk, said in sent
        if isinstance(said, Attention) and said.reason == "question_called_back"
    ]


@pytest.mark.parametrize("known", KNOWN)
def test_x_1_a_question_that_is_with_a_desk_is_called_back(known: str) -> None:
    """Before the desk asks him. NOT the mediator told anything."""
    word, _ = KNOWN[known]
    assert called_back(quarrel().when(word)) == [(POLICE, "victim")]
    story = quarrel(HER_YES)
    assert called_back(story) == []
    assert called_back(story.when(word)) == [(POLICE, "offender")]
    assert called_back(story.when(assessed(POLICE, "punishable", "yes"))) == [(POLICE, "offender")], "once"
    assert called_back(quarrel(HER_YES, HE_IS_ASKED).when(word)) == [(POLICE, "offender")], "asked, and no answer yet"


@pytest.mark.parametrize("answer", [HIS_YES, HIS_NO], ids=["yes", "no"])
def test_x_1_what_was_answered_is_not_called_back(answer: Tell) -> None:
    word, _ = KNOWN["a threat"]
    assert called_back(quarrel(HER_YES, answer).when(word)) == []


def test_a51_he_is_asked_no_more_once_she_takes_her_yes_back() -> None:
    """Her own question she has answered: that is not called back."""
    story = quarrel(HER_YES).when(withdrawn(COC, purpose="mediation"))
    assert called_back(story) == [(POLICE, "offender")]


def test_a51_nobody_is_asked_once_she_wants_to_be_forgotten() -> None:
    assert called_back(quarrel().when(forget())) == [(POLICE, "victim")]
    assert called_back(quarrel(HER_YES).when(forget())) == [(POLICE, "offender")]


def test_questions_about_help_are_not_called_back() -> None:
    """What she wants then is said to whoever is in touch with her by other messages."""
    story = given(report())
    assert story.sent(ConsentQuestion, POLICE)
    assert called_back(story.when(forget())) == []
