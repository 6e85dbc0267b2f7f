"""UTR, ECD and WON: what partners ask and advise each other, and what a linked place shows. Each test is named after its line.

The schemes' own files come apart; what a line needs of one stands in a sample.
"""

from pathlib import Path
from typing import Any

import pytest

from backbone.desk.items import advice_for
from schakel.messages import Attention, ColleagueAsks, ColleagueSays
from tests.scenarios.desk_stories import HOME, begun, items, kinds
from tests.scenarios.stories import why_not
from tests.support import casebook
from tests.support.conclusions import released
from tests.support.desks import (
    ADVISERS,
    CONTACT,
    LANDLORD,
    SOURCE,
    advice,
    advice_wanted,
    agreed,
    answer,
    desk_files,
    inquiry,
    linked,
    step,
)
from tests.support.telling import (
    ADV,
    CITY,
    COC,
    HELP,
    POLICE,
    granted,
    passed,
    report,
    requested,
    withdrawn,
)

OTHER = "c0ffee00-0000-4000-8000-00000000beef"


# --- UTR


def test_utr_2_a_landlord_is_asked_only_with_her_own_grant_and_only_where_it_is_rented(tmp_path: Path):
    """The area manager plans to ask the landlord for earlier reports. NOT before its own grant, NOT naming reporter, ground or label.

    A yes to something else, or to somebody else, is not that grant; after a withdrawal a question that is under way brings nothing.
    """
    grounds = ({"ground": "sexual_orientation", "basis": "shouted"},)
    story = begun(tmp_path, label="said_by_victim", grounds=grounds, place=HOME)
    ask = inquiry(CITY, LANDLORD)
    assert why_not(story, ask) == "inquiry.not_agreed"
    story.when(granted(LANDLORD, by=CITY), granted(COC, "case_facts", by=CITY, purpose="inquiry"))
    assert why_not(story, ask) == "inquiry.not_agreed"
    story.when(granted(LANDLORD, "case_facts", by=CITY, purpose="inquiry"))
    story.when(ask).expect_nothing()
    (message,) = story.sent(ColleagueAsks)
    assert message == story.sent(ColleagueAsks, LANDLORD)[0]
    assert set(message.model_dump(exclude_none=True)) == {"asked", "case", "from_partner", "question", "district"}
    assert why_not(story, requested(LANDLORD, by=CITY, role="housing", purpose="inquiry")) == "inquiry.no_referral"
    assert kinds(story)["inquiry_unanswered"] == ("earlier_reports",)
    story.when(answer(LANDLORD, "yes"))
    (said,) = story.sent(ColleagueSays, CITY)
    assert (said.answer, said.asked) == ("yes", message.asked)
    assert "inquiry_unanswered" not in kinds(story)


@pytest.mark.parametrize(
    ("place", "checks", "why"),
    [
        ({**HOME, "tenure": "owned"}, (), "inquiry.not_rented"),
        ({**HOME, "tenure": "unknown"}, (), "inquiry.not_rented"),
        (HOME, ({"check": "honour_related", "answer": "yes"},), "inquiry.locked_down"),
        (HOME, ({"check": "domestic", "answer": "yes"},), "inquiry.locked_down"),
    ],
    ids=["owned", "nobody asked", "honour", "household"],
)
def test_utr_2_no_landlord_where_the_home_is_not_rented_or_the_house_is_in_it(
    tmp_path: Path, place: dict[str, str], checks: tuple[Any, ...], why: str
):
    story = begun(tmp_path, granted(LANDLORD, "case_facts", by=CITY, purpose="inquiry"), place=place, checks=checks)
    assert why_not(story, inquiry(CITY, LANDLORD)) == why


def test_utr_2_neighbours_are_asked_only_with_her_yes_to_whoever_asks_them(tmp_path: Path):
    """A talk in the neighbourhood may tell the neighbours of her: it has its own grant. That she wants it is not that grant."""
    story = begun(tmp_path, by=POLICE, place=HOME)
    round_of_doors = agreed(CITY, "neighbourhood_talk")
    assert why_not(story, round_of_doors) == "neighbours.not_agreed"
    story.when(granted(CITY, "case_facts", by=POLICE, purpose="inquiry"))
    assert why_not(story, round_of_doors) is None
    story.when(withdrawn(CITY, by=POLICE))
    assert why_not(story, round_of_doors) == "neighbours.not_agreed"


def test_utr_2_an_answer_behind_her_withdrawal_reaches_nobody(tmp_path: Path):
    story = begun(tmp_path, granted(LANDLORD, "case_facts", by=CITY, purpose="inquiry"), place=HOME)
    story.when(inquiry(CITY, LANDLORD), withdrawn(LANDLORD, by=CITY))
    story.when(answer(LANDLORD, "yes"))
    (said,) = story.sent(ColleagueSays, CITY)
    assert said.answer == "nothing_to_share"


def test_utr_4_advice_that_does_not_come_blocks_nothing_and_shows(tmp_path: Path):
    """COC is asked as adviser and is silent for two weeks: the manager's steps go on. NOT COC as owner, NOT steps blocked."""
    parts = {"steps": [step("hulp", "victim_support")]}
    story = begun(tmp_path, parts=parts, place=HOME)
    story.when(advice_wanted(CITY, "coc")).expect_nothing()
    (message,) = story.sent(ColleagueAsks, COC)
    assert (message.role, message.facts) == ("coc", None), "nobody agreed that COC hears of it"
    before = story.case
    story.when(passed("2026-03-16 12:00")).expect_nothing()
    (waiting,) = [item for item in items(story) if item.kind == "advice_unanswered"]
    assert (waiting.who, waiting.what) == (COC, ("coc",))
    story.when(granted(HELP, by=CITY)).then_among(released(HELP))
    after = story.case
    assert (after.coordinator, after.parties[:1], COC in after.parties) == (before.coordinator, [CITY], False)


def test_utr_4_with_her_yes_to_a_consultation_the_adviser_gets_the_case_facts(tmp_path: Path):
    """Case facts, without where she lives, and no ground that says the label that she refused."""
    story = begun(
        tmp_path, granted(COC, "case_facts", by=CITY, purpose="consultation"), place=HOME, natures=("graffiti",)
    )
    story.when(advice_wanted(CITY, "coc"))
    (message,) = story.sent(ColleagueAsks, COC)
    assert message.facts is not None
    assert message.facts.natures == ("graffiti",)
    assert message.facts.residence.municipality is None


# --- ECD


def test_ecd_2_advice_unasked_goes_to_the_police_team_and_changes_nothing(tmp_path: Path):
    """A detective advises unasked. NOT a change of owner, level or clock, NOT visible to partners outside the police by default."""
    story = begun(tmp_path, by=POLICE)
    before = story.case
    story.when(advice(ADVISERS, "secure_footage")).expect_nothing()
    (said,) = story.sent(ColleagueSays)
    assert (said, said.advises, said.asked) == (story.sent(ColleagueSays, POLICE)[0], ("secure_footage",), None)
    after = story.case
    for name in ("coordinator", "parties", "levels", "clocks", "threads", "referrals"):
        assert getattr(after, name) == getattr(before, name)
    chain = story.world.chains.get("proef")
    assert chain is not None
    seen = {who for who in (POLICE, ADVISERS, CONTACT, CITY, ADV, HELP) if advice_for(after, chain, who)}
    assert seen == {POLICE, ADVISERS, CONTACT}


def test_ecd_2_without_a_team_of_the_police_in_the_case_there_is_nobody_to_give_it_to(tmp_path: Path):
    assert why_not(begun(tmp_path, by=ADV), advice(ADVISERS)) == "advice.no_team"


def test_ecd_3_a_request_and_its_answer_belong_together_and_an_open_one_shows(tmp_path: Path):
    """NOT lost when the overview rolls on: it stays open until somebody answers."""
    story = begun(tmp_path, advice_wanted(POLICE, "ecad_p"), by=POLICE)
    story.when(passed("2026-04-20 09:00")).expect_nothing()
    assert kinds(story)["advice_unanswered"] == ("ecad_p",)
    assert why_not(story, advice(COC, asked=True)) == "advice.not_asked"
    story.when(advice(ADVISERS, "camera", asked=True))
    (said,) = story.sent(ColleagueSays, POLICE)
    desk = story.case.desk
    assert desk is not None
    assert said.asked == next(iter(desk.asked_advice))
    assert "advice_unanswered" not in kinds(story)


def test_ecd_3_a_rung_of_the_advice_ladder_is_skipped_with_a_reason_only(tmp_path: Path):
    """Contact officer, then the local discrimination officer (domain-detail A78)."""
    ladder = {"desk": {"advice": {"rungs": ["discrimination_contact", "prosecutor"], "source": SOURCE}}}
    story = begun(tmp_path, by=POLICE, parts=ladder)
    assert why_not(story, advice_wanted(POLICE, "prosecutor")) == "advice.rung_skipped"
    assert why_not(story, advice_wanted(POLICE, "prosecutor", skips="urgent")) is None
    story.when(advice_wanted(POLICE, "discrimination_contact"))
    assert why_not(story, advice_wanted(POLICE, "prosecutor")) is None


# --- WON


def test_won_4_a_link_to_the_same_place_tells_the_coordinator_that_there_is_a_history(tmp_path: Path):
    """A new report at a watched address, linked by a partner that is in both cases. NOT who lived there, ground or story."""
    chains, protocols = desk_files(tmp_path)
    story = casebook.given(
        report(by=POLICE, place=HOME), chains=chains, protocols=protocols
    )  # the other case is not here
    story.when(linked(POLICE, OTHER)).expect_nothing()
    (message,) = story.sent(Attention, CITY)
    assert message.reason == "history_at_this_place"
    assert OTHER not in message.model_dump_json()
    (item,) = [one for one in items(story) if one.kind == "history_at_this_place"]
    assert (item.who, item.what) == (CITY, ("1",))
