"""UTR: Utrecht, Gay Alert [0]. Each test is named after its line of the scenarios (README.md here)."""

import pytest

from schakel.events.referral import ReferralProposed
from schakel.messages import Information
from tests.scenarios.region import given_in
from tests.support.conclusions import informed, of_type, proposed, released
from tests.support.telling import Tell, accepted, granted, report

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
