"""UTR: Utrecht, Gay Alert [0]. Each test is named after its line of the scenarios (README.md here)."""

import pytest

from schakel.case_loop import owner_of
from schakel.chain_state import ChainState
from schakel.events.chain import RhythmMissed
from schakel.events.referral import ReferralExhausted, ReferralProposed
from schakel.messages import ColleagueAsks, ColleagueSays, Information
from services.followup.rhythms import decide
from tests.scenarios.desk_stories import items, kinds
from tests.scenarios.region import given_in, region
from tests.scenarios.stories import file_of, why_not
from tests.support.casebook import Story
from tests.support.conclusions import (
    any_breach,
    clock_started,
    clock_stopped,
    delivered,
    informed,
    needed,
    of_type,
    proposed,
    released,
)
from tests.support.desks import advice_wanted, agreed, answer, inquiry
from tests.support.telling import (
    Tell,
    accepted,
    contact_made,
    granted,
    moment,
    passed,
    report,
    requested,
    thread_closed,
    withdrawn,
)

DESK, ADVISER, WEST, SOUTH = "gemeente-utrecht", "adviseur-utrecht", "gebied-west", "gebied-zuid"
ADV, TRIANGLE, COC, LANDLORD = "art1-utrecht", "driehoek-utrecht", "coc-utrecht", "corporatie-utrecht"
LABELLED = {"label": "said_by_victim", "grounds": ({"ground": "sexual_orientation", "basis": "shouted"},)}


def call(place_type: str = "home", tenure: str = "rented", **more: object) -> Tell:
    place = {"municipality": "utrecht", "district": "lombok", "place_type": place_type, "tenure": tenure}
    return report(by=DESK, channel="telephone", place=place, **{"natures": ("intimidation",), **more})


def with_the_manager(*told: Tell, **more: object) -> Story:
    """The area manager of the neighbourhood owns the case; then these."""
    way = (granted(ADVISER, by=DESK), accepted(ADVISER), granted(WEST, by=ADVISER), accepted(WEST))
    return given_in("utrecht", call(**more), *way, *told)


def test_utr_1_from_the_desk_to_the_adviser_to_the_manager_of_that_neighbourhood():
    """A call to the desk, harassment at home in Lombok: adviser first; the area manager only when the adviser has taken it up.

    NOT another area's manager, NOT straight to mediation. Every report is told to the triangle, without a name.
    """
    story = given_in("utrecht", call())
    story.then_among(proposed(ADVISER, step="adviseur-veiligheid"), informed("triangle", to=TRIANGLE))
    story.never(proposed(WEST)).when(granted(ADVISER, by=DESK)).then_among(released(ADVISER)).never(proposed(WEST))
    assert owner_of(story.case) == DESK
    story.when(accepted(ADVISER)).then_among(proposed(WEST, role="area_manager", step="gebiedsmanager"))
    assert owner_of(story.case) == ADVISER
    story.never(proposed(COC)).when(granted(WEST, by=ADVISER), accepted(WEST)).then_among(proposed(COC))
    assert owner_of(story.case) == WEST
    story.never(proposed(SOUTH), of_type(ReferralProposed, purpose="mediation"))
    assert [one.to for one in story.case.referrals.values()] == [ADVISER, WEST, COC]
    assert why_not(story, requested(COC, by=WEST, role="mediation")) == "role.not_held"


# --- UTR-2


def test_utr_2_the_managers_tasks_are_contact_an_enquiry_and_advice():
    """She owns it: contact with the victim is hers to make, the COC is asked as adviser, and the enquiry waits for its own grant."""
    story = with_the_manager()
    story.then_among(
        clock_started("gebiedsmanager-contact", responsible=WEST),
        proposed(COC, step="coc-als-adviseur", purpose="consultation"),
        needed(COC, purpose="consultation"),
    )
    step = file_of(story, "utrecht-alert").step("gebiedsmanager")
    assert step is not None
    assert "contact" in (step.refer.duty or "")
    assert owner_of(story.case) == WEST
    story.never(delivered(COC), proposed(LANDLORD), of_type(ReferralProposed, purpose="inquiry"))


def test_utr_2_a_landlord_is_asked_only_with_her_own_grant():
    """NOT before its own grant, NOT naming reporter, ground or label. A yes to something else, or to somebody else, is not that grant."""
    story, ask = with_the_manager(**LABELLED), inquiry(WEST, LANDLORD)
    assert why_not(story, ask) == "inquiry.not_agreed"
    story.when(granted(LANDLORD, by=WEST), granted(COC, "case_facts", by=WEST, purpose="inquiry"))
    assert why_not(story, ask) == "inquiry.not_agreed"
    story.when(granted(LANDLORD, "case_facts", by=WEST, purpose="inquiry"))
    story.when(ask).expect_nothing()
    (message,) = story.sent(ColleagueAsks)
    assert message == story.sent(ColleagueAsks, LANDLORD)[0]
    assert set(message.model_dump(exclude_none=True)) == {"asked", "case", "from_partner", "question", "district"}
    assert why_not(story, requested(LANDLORD, by=WEST, role="housing", purpose="inquiry")) == "inquiry.no_referral"
    assert kinds(story)["inquiry_unanswered"] == ("earlier_reports",)
    story.when(answer(LANDLORD, "yes"))
    (said,) = story.sent(ColleagueSays, WEST)
    assert (said.answer, said.asked) == ("yes", message.asked)
    assert "inquiry_unanswered" not in kinds(story)


HONOUR, HOUSEHOLD = ({"check": check, "answer": "yes"} for check in ("honour_related", "domestic"))


@pytest.mark.parametrize(
    ("tenure", "checks", "why"),
    [
        ("owned", (), "inquiry.not_rented"),
        ("unknown", (), "inquiry.not_rented"),
        ("rented", (HONOUR,), "inquiry.locked_down"),
        ("rented", (HOUSEHOLD,), "inquiry.locked_down"),
    ],
    ids=["owned", "nobody asked", "honour", "household"],
)
def test_utr_2_no_landlord_where_the_home_is_not_rented_or_the_house_is_in_it(
    tenure: str, checks: tuple[dict[str, str], ...], why: str
):
    yes = granted(LANDLORD, "case_facts", by=WEST, purpose="inquiry")
    assert why_not(with_the_manager(yes, tenure=tenure, checks=checks), inquiry(WEST, LANDLORD)) == why


def test_utr_2_neighbours_are_asked_only_with_her_yes_to_whoever_asks_them():
    """A talk in the neighbourhood may tell the neighbours of her: it has its own grant. That she wants it is not that grant."""
    story, round_of_doors = with_the_manager(), agreed(WEST, "neighbourhood_talk")
    assert why_not(story, round_of_doors) == "neighbours.not_agreed"
    story.when(granted(WEST, "case_facts", by=DESK, purpose="inquiry"))
    assert why_not(story, round_of_doors) is None
    story.when(withdrawn(WEST, by=DESK, purpose="inquiry"))
    assert why_not(story, round_of_doors) == "neighbours.not_agreed"


def test_utr_2_an_answer_behind_her_withdrawal_reaches_nobody():
    story = with_the_manager(granted(LANDLORD, "case_facts", by=WEST, purpose="inquiry"))
    story.when(inquiry(WEST, LANDLORD), withdrawn(LANDLORD, by=WEST))
    story.when(answer(LANDLORD, "yes"))
    (said,) = story.sent(ColleagueSays, WEST)
    assert said.answer == "nothing_to_share"


# --- UTR-5


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
    assert owner_of(story.case) == DESK
    story.never(of_type(ReferralProposed), informed("triangle"))


def test_utr_5_at_home_nothing_is_outside():
    given_in("utrecht", call()).never(informed("anti_discrimination"))


def test_utr_4_the_managers_steps_go_on_while_the_coc_is_silent():
    """Asked as adviser with her yes, and two weeks without a word: the manager calls, is met, and ends her own part. The silence shows.

    NOT the COC as owner, NOT given to somebody else, NOT in the way of anything.
    """
    story = with_the_manager(granted(COC, "case_facts", by=WEST, purpose="consultation"))
    assert story.referral(COC).state == "delivered"
    story.when(advice_wanted(WEST, "coc")).expect_nothing()
    (message,) = story.sent(ColleagueAsks, COC)
    assert message.role == "coc"
    story.when(passed("2026-03-16 12:00")).never(of_type(ReferralExhausted))
    assert (owner_of(story.case), story.referral(COC).state) == (WEST, "delivered")
    assert story.referral(COC).accepted_at is None
    assert story.referral(COC).hands_over is False
    (waiting,) = [item for item in items(story) if item.kind == "advice_unanswered"]
    assert (waiting.who, waiting.what) == (COC, ("coc",))
    story.when(contact_made(WEST, "2026-03-17 10:00")).then_among(clock_stopped("gebiedsmanager-contact"))
    assert owner_of(story.case) == WEST
    assert why_not(story, thread_closed(WEST)) is None


def test_utr_4_the_adviser_gets_the_case_facts_with_her_yes_and_nothing_without():
    """Case facts, without where she lives. NOT a fact before she agreed that the COC hears of it."""
    home = {"residence": {"municipality": "utrecht", "elsewhere": "no"}, "natures": ("graffiti",)}
    (unasked,) = with_the_manager(**home).when(advice_wanted(WEST, "coc")).sent(ColleagueAsks, COC)
    assert (unasked.role, unasked.facts) == ("coc", None)
    story = with_the_manager(granted(COC, "case_facts", by=WEST, purpose="consultation"), **home)
    (message,) = story.when(advice_wanted(WEST, "coc")).sent(ColleagueAsks, COC)
    assert message.facts is not None
    assert message.facts.natures == ("graffiti",)
    assert message.facts.residence.municipality is None


def test_utr_6_an_evaluation_that_is_overdue_is_no_breach_of_any_case():
    """A year without minutes, and a case that is open all the while. Overdue for the chain's owner; NOT a breach on the person's case."""
    chain = region("utrecht")[0].by_name["utrecht"]
    missed = [event for event in decide(chain, ChainState(name="utrecht"), moment("2027-01-01 00:00"))]
    overdue = [event for event in missed if isinstance(event, RhythmMissed) and event.rhythm.startswith("evaluatie")]
    assert {event.tell for event in overdue} == {(DESK,)}
    assert len(overdue) == 2
    assert not RhythmMissed.IN_CASE
    story = with_the_manager(passed("2027-01-01 00:00"))
    story.never(any_breach())
