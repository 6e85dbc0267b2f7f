"""WON: Voorbeeldaanpak Discriminatie in de woonomgeving [0 bijlage 1]. Each test is named after its line (README.md here)."""

import pytest

from schakel.case_scheme import scheme_of
from schakel.events.referral import ReferralProposed
from schakel.messages import Information, ReferralOffered
from tests.scenarios.region import given_in
from tests.scenarios.stories import why_not
from tests.support.casebook import Story
from tests.support.conclusions import held, informed, needed, of_type, proposed, released
from tests.support.telling import Tell, close_requested, granted, report, requested
from tests.support.telling_schemes import agreed, answered, wants, watched

CITY, POLICE, OM, HOUSING = "gemeente-rotterdam", "politie-rotterdam", "om-rotterdam", "corporatie-rotterdam"
SCHEME = "voorbeeldaanpak-woonomgeving"


def at_home(tenure: str = "rented", **more: object) -> Tell:
    place = {"municipality": "rotterdam", "district": "noord", "place_type": "home", "tenure": tenure}
    return report(by=CITY, place=place, **{"natures": ("scolding",), **more})


def here(tenure: str = "rented", **more: object) -> Story:
    return given_in("woonomgeving", at_home(tenure, **more))


def stages(*names: str) -> list[Tell]:
    return [answered(CITY, SCHEME, "stages", name) for name in names]


def test_won_1_a_measure_before_the_exchange_is_in_order_is_accepted_and_shows():
    """NOT blocked, also with danger: nobody waits for paper."""
    story = here(acute=True).when(*stages("recognise", "signal", "chain-in-order"))
    assert why_not(story, agreed(CITY, "area_ban")) is None
    story.when(agreed(CITY, "area_ban")).then(informed("coordinator", to=CITY, inform="out-of-order-repress"))


def test_won_1_in_order_nothing_shows():
    story = here().when(*stages("recognise", "signal", "chain-in-order", "exchange-in-order"))
    story.when(agreed(CITY, "area_ban"), agreed(CITY, "letter")).expect_nothing()
    assert why_not(story, answered(CITY, SCHEME, "stages", "no-such-stage")) == "checklist.unknown"


@pytest.mark.parametrize("told", [agreed(CITY, "victim_moves"), wants(CITY, "new_home")], ids=["action", "need"])
def test_won_2_a_victim_who_moves_is_flagged_and_the_place_stays_watched(told: Tell):
    """The coordinator is told at once. NOT a closing reason, NOT a word to the corporation without her yes."""
    story = here().when(told)
    (message,) = story.sent(Information, CITY)
    assert message.inform in ("verhuizing", "verhuiswens")
    assert list(scheme_of(story.case).watched.values()) == ["moves"]
    assert story.case.closed is None
    story.never(released(HOUSING))
    assert story.sent(ReferralOffered, HOUSING) == story.sent(Information, HOUSING) == []
    story.when(close_requested(CITY)).then_among()
    assert scheme_of(story.case).watched  # closing the case ends no watch


def test_won_2_a_place_is_also_watched_by_hand():
    story = here().when(watched(CITY)).expect_nothing()
    assert list(scheme_of(story.case).watched.values()) == ["told"]


def test_won_3_the_corporation_only_for_a_rented_home():
    """Rented: proposed, with her question. Owned: NOT a step. Unknown: a question, NOT a step."""
    here("rented").then_among(proposed(HOUSING, step="woningcorporatie"), needed(HOUSING), held(HOUSING))
    here("owned").never(proposed(HOUSING), informed("coordinator"))
    here("unknown").then_among(informed("coordinator", inform="huur-of-koop-navragen")).never(proposed(HOUSING))


def test_won_5_with_a_threat_the_police_is_proposed_and_no_mediation():
    """Refused with the passage, however much quick peace is wanted. NOT the police by name without her yes."""
    story = here(natures=("threat", "neighbour_quarrel"))
    mediation = requested(CITY, by=CITY, role="coordinator", purpose="mediation")
    assert why_not(story, mediation) == "mediation.refused"
    story.then_among(proposed(POLICE, step="politie"), needed(POLICE, ask=CITY), held(POLICE, reason="not_asked"))
    story.never(released(POLICE), of_type(ReferralProposed, purpose="mediation"))
    story.when(granted(POLICE, by=CITY)).then_among(released(POLICE, mode="by_name"))
