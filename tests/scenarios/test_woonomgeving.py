"""WON: Voorbeeldaanpak Discriminatie in de woonomgeving [0 bijlage 1]. Each test is named after its line (README.md here)."""

from dataclasses import replace

import pytest

from backbone.evaluation.verdicts import Verdict
from schakel.case_scheme import scheme_of
from schakel.events.referral import ReferralProposed
from schakel.events.report import ReportLinked
from schakel.messages import Attention, Information, ReferralOffered
from tests.evaluation.stories import judged
from tests.scenarios.desk_stories import items
from tests.scenarios.region import given_in
from tests.scenarios.stories import ever_sent, refused, why_not
from tests.support.casebook import Story
from tests.support.conclusions import held, informed, needed, of_type, proposed, released
from tests.support.telling import Tell, close_requested, granted, report, requested
from tests.support.telling_schemes import agreed, answered, complaint_taken, wants, watched

CITY, POLICE, OM, HOUSING = "gemeente-rotterdam", "politie-rotterdam", "om-rotterdam", "corporatie-rotterdam"
SCHEME = "voorbeeldaanpak-woonomgeving"
PASSAGE = "[0] Fase 4"


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
    assert [one.name for one in judged(story) if one.verdict is Verdict.OUT_OF_ORDER] == ["repress"]


def test_won_1_in_order_nothing_shows():
    story = here().when(*stages("recognise", "signal", "chain-in-order", "exchange-in-order"))
    story.when(agreed(CITY, "area_ban"), agreed(CITY, "letter")).expect_nothing()
    assert [one.name for one in judged(story) if one.verdict is Verdict.OUT_OF_ORDER] == []
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


def test_won_4_a_link_to_a_watched_place_tells_the_coordinator_that_there_is_a_history():
    """She moved, and the place stays watched. A year later other tenants report; who is in both cases links them.

    The coordinator sees that there is an earlier history at this place. NOT who lived there, NOT the ground or the story, NOT anybody else.
    """
    her = {"label": "said_by_victim", "grounds": ({"ground": "sexual_orientation", "basis": "shouted"},)}
    earlier = here(**her).when(agreed(CITY, "victim_moves"))
    assert scheme_of(earlier.case).watched
    later = replace(at_home(at="2027-03-02 12:00"), by=POLICE)
    story = given_in("woonomgeving", later, case_id="c0ffee00-0000-4000-8000-00000000beef")
    story.when(Tell(CITY, ReportLinked(other_case=earlier.case.id, kind="same_place"))).expect_nothing()
    ((to, message),) = ((to, said) for to, said in ever_sent(story) if isinstance(said, Attention))
    assert (to, message.reason) == (CITY, "history_at_this_place")
    assert set(message.model_dump(exclude_none=True)) == {"case", "concerning", "reason"}
    (item,) = [one for one in items(story) if one.kind == "history_at_this_place"]
    assert (item.who, item.what) == (CITY, ("1",))
    assert story.case.facts["grounds"] == []


def test_won_5_with_a_threat_the_police_is_proposed_and_no_mediation():
    """Refused with the passage, however much quick peace is wanted; after a complaint the prosecutor is proposed as well.

    NOT the police, or the prosecutor, by name without her yes.
    """
    story = here(natures=("threat", "neighbour_quarrel"))
    mediation = requested(CITY, by=CITY, role="coordinator", purpose="mediation")
    no = refused(story, mediation)
    assert (no.code, PASSAGE in no.remedy) == ("mediation.refused", True)
    story.then_among(proposed(POLICE, step="politie"), needed(POLICE, ask=CITY), held(POLICE, reason="not_asked"))
    story.never(released(POLICE), of_type(ReferralProposed, purpose="mediation"))
    story.when(granted(POLICE, by=CITY)).then_among(released(POLICE, mode="by_name"))
    story.never(proposed(OM)).when(complaint_taken(POLICE))
    story.then_among(proposed(OM, step="openbaar-ministerie"), needed(OM), held(OM, reason="not_asked"))
    story.never(released(OM)).when(granted(OM, by=POLICE, purpose="complaint")).then_among(released(OM, mode="by_name"))
