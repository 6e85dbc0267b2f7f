"""UTR, ECD and ZWB: what the desks ask, answer, advise and do after the first contact.

Each test is named after its line of the scenarios. The schemes' own files come apart; what a line needs of one stands in a sample.
"""

from pathlib import Path
from typing import Any

import pytest

from backbone.desk.items import advice_for
from schakel.events.referral import ReferralProposed
from schakel.messages import ColleagueAsks, ColleagueSays
from tests.scenarios.stories import why_not
from tests.support.casebook import Story
from tests.support.conclusions import needed, of_type, proposed, released
from tests.support.desks import (
    ADVISERS,
    CONTACT,
    INTEREST,
    LANDLORD,
    MEDIATORS,
    SOURCE,
    advice,
    advice_wanted,
    agreed,
    answer,
    inquiry,
    needs,
    step,
    talk,
)
from tests.support.deskstories import HOME, begun, items, kinds
from tests.support.telling import (
    ADV,
    CITY,
    COC,
    HELP,
    POLICE,
    Tell,
    assessed,
    granted,
    passed,
    requested,
    withdrawn,
)

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


# --- ZWB

CALL = {
    "desk": {
        "talks": [
            {
                "id": "belronde",
                "by": ["discrimination_contact"],
                "whom": "victim",
                "asks": ["how_are_you", "how_was_the_complaint", "what_do_you_expect", "extra_information"],
                "source": SOURCE,
            }
        ]
    }
}


def phoned(folder: Path, *told: Tell) -> Story:
    return begun(folder, *told, by=CONTACT, parts=CALL)


def test_zwb_2_the_call_needs_four_answers_and_a_missing_one_shows(tmp_path: Path):
    """NOT "done" with an empty form: a talk without an answer is a talk, and all four are open."""
    story = phoned(tmp_path, talk(CONTACT, "2026-03-02 13:00"))
    assert len(kinds(story)["answers_missing"]) == 4
    story.when(talk(CONTACT, "2026-03-02 14:00", "how_are_you", "how_was_the_complaint", "what_do_you_expect"))
    assert kinds(story)["answers_missing"] == ("extra_information",)
    story.when(talk(CONTACT, "2026-03-03 14:00", "extra_information"))
    assert "answers_missing" not in kinds(story)


def test_zwb_2_another_partner_s_talk_answers_nothing_of_it(tmp_path: Path):
    story = phoned(tmp_path, talk(CONTACT, "2026-03-02 13:00", "how_are_you"))
    story.when(granted(HELP, by=CONTACT), talk(CONTACT, "2026-03-02 15:00", "extra_information", whom="witness"))
    assert len(kinds(story)["answers_missing"]) == 3


def test_zwb_2_after_do_not_call_me_nothing_more_is_asked(tmp_path: Path):
    """NOT a second call: what was not asked shows as not asked, and is nobody's to do. Who calls all the same is heard, and marked."""
    story = phoned(tmp_path, talk(CONTACT, "2026-03-02 13:00", "how_are_you", call="no"))
    (item,) = [one for one in items(story) if one.kind.startswith("not_asked")]
    assert (item.who, len(item.what)) == (None, 3)
    assert "answers_missing" not in kinds(story)
    story.when(talk(CONTACT, "2026-03-04 13:00", "extra_information")).expect_nothing()
    assert story.case.desk is not None
    assert [made.kind for made in story.case.desk.marks] == ["called_after_no"]


WISHES = {
    "steps": [
        step("slachtofferhulp", "victim_support", wishes=["victim_support"]),
        step("adv", "anti_discrimination", wishes=["anti_discrimination"]),
        step("belangengroep", "other", wishes=["other"]),
        step("herstel", "restorative_mediation", wishes=["restorative_mediation"]),
    ]
}


def test_zwb_4_two_referrals_she_wants_and_none_on_silence(tmp_path: Path):
    """She wants victim support and the ADV, no talk with the other side, and is silent on an interest group.

    Two referrals, each with its own question, also when the police can do little. NOT the talk, NOT the interest group.
    """
    story = begun(tmp_path, by=CONTACT, parts=WISHES).never(of_type(ReferralProposed))
    story.when(assessed(CONTACT, "punishable", "no")).expect_nothing()
    wanted = needs(
        CONTACT, "emotional", wishes=("victim_support", "anti_discrimination"), not_=("restorative_mediation",)
    )
    story.when(wanted).then_among(
        proposed(HELP, step="slachtofferhulp"), proposed(ADV, step="adv"), needed(HELP), needed(ADV)
    )
    story.never(proposed(INTEREST), proposed(MEDIATORS))
    story.when(needs(CONTACT, "legal", wishes=("victim_support",))).expect_nothing()


def test_zwb_4_nothing_follows_from_a_need_alone(tmp_path: Path):
    """What she needs is recorded; who is brought in is her word, or somebody's by hand."""
    given_needs = needs(CONTACT, "emotional", "mediation")
    begun(tmp_path, given_needs, by=CONTACT, parts=WISHES).never(of_type(ReferralProposed))
