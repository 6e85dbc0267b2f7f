"""UTR: Utrecht, Gay Alert [0]. Each test is named after its line of the scenarios (README.md here)."""

import pytest

from schakel.case_loop import owner_of
from schakel.events.referral import ReferralExhausted, ReferralProposed
from schakel.messages import Information
from tests.scenarios.region import given_in
from tests.scenarios.stories import why_not
from tests.support.conclusions import clock_stopped, delivered, informed, of_type, proposed, released
from tests.support.telling import Tell, accepted, contact_made, granted, passed, report, thread_closed

DESK, ADVISER, WEST, SOUTH = "gemeente-utrecht", "adviseur-utrecht", "gebied-west", "gebied-zuid"
ADV, TRIANGLE, COC = "art1-utrecht", "driehoek-utrecht", "coc-utrecht"


def call(place_type: str = "home", **more: object) -> Tell:
    place = {"municipality": "utrecht", "district": "lombok", "place_type": place_type}
    return report(by=DESK, channel="telephone", natures=("intimidation",), place=place, **more)


def test_utr_1_from_the_desk_to_the_adviser_to_the_manager_of_that_neighbourhood():
    """A call to the desk, harassment at home in Lombok: adviser first; the area manager only when the adviser has taken it up.

    NOT another area's manager, NOT straight to mediation. Every report is told to the triangle, without a name.
    """
    story = given_in("utrecht", call())
    story.then_among(proposed(ADVISER, step="adviseur-veiligheid"), informed("triangle", to=TRIANGLE))
    story.never(proposed(WEST)).when(granted(ADVISER, by=DESK)).then_among(released(ADVISER)).never(proposed(WEST))
    story.when(accepted(ADVISER)).then_among(proposed(WEST, role="area_manager", step="gebiedsmanager"))
    story.never(proposed(COC)).when(granted(WEST, by=ADVISER), accepted(WEST)).then_among(proposed(COC))
    story.never(proposed(SOUTH), of_type(ReferralProposed, purpose="mediation"))
    assert [one.to for one in story.case.referrals.values()] == [ADVISER, WEST, COC]


@pytest.mark.parametrize("place_type", ["nightlife", "online", "work"])
def test_utr_5_what_is_outside_the_scheme_goes_to_who_does_take_it_up(place_type: str):
    """In a club: Gay Alert does not open. Desk and anti-discrimination desk are told which route does.

    NOT refused, NOT without owner.
    """
    story = given_in("utrecht", call(place_type))
    assert story.case.protocols == []
    story.then_among(
        informed("anti_discrimination", to=ADV, inform="elders-dan-thuis"),
        informed("anti_discrimination", to=DESK, inform="elders-dan-thuis"),
    )
    assert {message.inform for message in story.sent(Information)} == {"elders-dan-thuis"}
    assert story.case.coordinator == DESK
    story.never(of_type(ReferralProposed), informed("triangle"))


def test_utr_5_at_home_nothing_is_outside():
    given_in("utrecht", call()).never(informed("anti_discrimination"))


def test_utr_4_the_managers_steps_go_on_while_the_coc_is_silent():
    """Asked as adviser with her yes, and two weeks without a word: the manager calls, is met, and ends her own part. The silence shows.

    NOT the COC as owner, NOT given to somebody else, NOT in the way of anything.
    """
    story = given_in("utrecht", call(), granted(ADVISER, by=DESK), accepted(ADVISER))
    story.when(granted(WEST, by=ADVISER), accepted(WEST))
    story.when(granted(COC, "case_facts", by=WEST, purpose="consultation")).then_among(delivered(COC))
    story.when(passed("2026-03-16 12:00")).never(of_type(ReferralExhausted))
    assert (owner_of(story.case), story.referral(COC).state) == (WEST, "delivered")
    assert story.referral(COC).accepted_at is None
    assert story.referral(COC).hands_over is False
    story.when(contact_made(WEST, "2026-03-17 10:00")).then_among(clock_stopped("gebiedsmanager-contact"))
    assert owner_of(story.case) == WEST
    assert why_not(story, thread_closed(WEST)) is None
