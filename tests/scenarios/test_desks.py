"""ZWB, GRN, AMS, ACT and HGL: what the desks hear, explain and do after the first contact.

Each test is named after its line of the scenarios. The schemes' own files come apart; what a line needs of one stands in a sample.
"""

from pathlib import Path

from schakel.case_needs import noted
from schakel.events.contact import NeedsRecorded
from schakel.events.referral import ReferralProposed
from schakel.messages import Attention
from tests.scenarios.desk_stories import begun, items, kinds
from tests.scenarios.stories import given, why_not
from tests.support.casebook import Story
from tests.support.conclusions import needed, of_type, proposed
from tests.support.desks import (
    CONTACT,
    INTEREST,
    MEDIATORS,
    SOURCE,
    agreed,
    appointed,
    chosen,
    done,
    needs,
    settled,
    step,
    taken,
    talk,
)
from tests.support.telling import (
    ADV,
    CITY,
    HELP,
    POLICE,
    Tell,
    assessed,
    explained,
    granted,
    label_given,
    label_refused,
    report,
)

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


# --- AMS


def test_ams_1_what_was_not_explained_first_shows_as_not_explained():
    """Label benefit before the label, report versus complaint before the complaint. NOT a duty for what has not come up.

    It counts as explained when it was said in the course of the question, too.
    """
    story = given(report(by=POLICE))
    assert missing(story) == set()
    story.when(label_given(), taken())
    assert missing(story) == {"label_benefit_and_risk", "report_vs_complaint"}
    story.when(explained("report_vs_complaint"))
    assert missing(story) == {"label_benefit_and_risk"}
    story.when(label_refused())
    assert missing(story) == set(), "it was explained with the question about the label"


def missing(story: Story) -> set[str]:
    return {item.what[0] for item in items(story) if item.kind == "not_explained"}


# --- ACT


def test_act_3_a_settlement_against_the_wish_has_its_motive_and_is_explained(tmp_path: Path):
    """Chosen jointly, beside the wish as it was recorded. NOT against the wish without motive, NOT by a wish that nobody recorded."""
    story = begun(tmp_path, by=POLICE)
    assert why_not(story, chosen(POLICE, "talk", wish="00000000-0000-7000-8000-00000000dead")) == "wish.unknown"
    wish = "00000000-0000-7000-8000-00000000abcd"
    story.when(Tell(POLICE, NeedsRecorded(needs=("criminal_process",)), id=wish))
    assert why_not(story, chosen(POLICE, "talk", wish, departs=True)) == "motive.missing"
    story.when(chosen(POLICE, "talk", wish, "no_evidence", departs=True)).expect_nothing()
    desk = story.case.desk
    assert desk is not None
    (choice,) = desk.settlements.values()
    assert (choice.settlement, choice.wish, choice.motive) == ("talk", wish, "no_evidence")
    assert kinds(story)["departure_not_explained"] == ("talk",)
    story.when(explained("what_happens_next"))
    assert "departure_not_explained" not in kinds(story)


ONLINE = {
    "desk": {
        "complaint_items": [
            {
                "id": "online",
                "items": ["address_of_the_page", "copy_of_the_text"],
                "when": {"natures": ["online"]},
                "source": "keuze: verzonnen lijst; die van de Aanwijzing is niet in ons bezit",
            }
        ]
    }
}


def test_act_5_an_incomplete_complaint_says_which_item_and_stands(tmp_path: Path):
    """The report stands, the complaint step is "incomplete: item X". NOT the report refused, NOT sent away without the list."""
    story = begun(tmp_path, by=POLICE, parts=ONLINE, natures=("online",))
    assert why_not(story, taken(POLICE, "copy_of_the_text")) is None
    story.when(taken(POLICE, "copy_of_the_text")).expect_nothing()
    assert kinds(story)["complaint_incomplete"] == ("address_of_the_page",)
    assert [message.reason for message in story.sent(Attention, POLICE)] == ["items_missing"]
    story.when(taken(POLICE, "address_of_the_page", supplement=True))
    assert "complaint_incomplete" not in kinds(story)
    assert story.sent(Attention) == []
    assert story.case.report


def test_act_5_an_incident_that_is_not_online_needs_no_such_list(tmp_path: Path):
    story = begun(tmp_path, taken(POLICE), by=POLICE, parts=ONLINE)
    assert "complaint_incomplete" not in kinds(story)


def test_act_3_from_the_wish_to_the_end_and_its_reason(tmp_path: Path):
    """Wanted, appointed, taken, dismissed: each is open until it is done, and the reason is explained to her (domain-detail A35).

    NOT closed by a dismissal.
    """
    story = begun(tmp_path, needs(POLICE, "criminal_process"), by=POLICE)
    assert "complaint_not_appointed" in kinds(story)
    story.when(appointed())
    assert "complaint_not_appointed" not in kinds(story)
    story.when(taken(), settled()).expect_nothing()
    assert kinds(story)["end_not_explained"] == ("dismissed",)
    assert story.case.closed is None
    story.when(explained("dismissal"))
    assert "end_not_explained" not in kinds(story)
    assert story.case.desk is not None
    assert story.case.desk.marks == []


# --- HGL


def test_hgl_3_done_by_another_than_agreed_is_accepted_and_marked(tmp_path: Path):
    """Assigned to A, reported done by B: accepted as told. NOT silently conforming."""
    action = "00000000-0000-7000-8000-00000000ac70"
    story = begun(tmp_path, agreed(CITY, "camera", owner=POLICE, id=action), granted(ADV, by=CITY))
    story.when(done(CITY, action)).expect_nothing()
    assert story.case.desk is not None
    (made,) = story.case.desk.marks
    assert (made.kind, made.by, made.expected) == ("by_another_than_agreed", CITY, POLICE)


def test_hgl_3_done_by_whom_it_was_agreed_with_is_not_marked(tmp_path: Path):
    action = "00000000-0000-7000-8000-00000000ac70"
    story = begun(tmp_path, agreed(CITY, "camera", id=action), done(CITY, action))
    assert story.case.actions[action].done is not None
    assert noted(story.case).marks == []


def test_hgl_3_an_end_told_before_its_beginning_is_accepted_and_marked(tmp_path: Path):
    """As WON-1 has it: out of order shows, and blocks nothing."""
    story = begun(tmp_path, settled(), by=POLICE)
    assert story.case.desk is not None
    assert [(made.kind, made.expected) for made in story.case.desk.marks] == [("told_out_of_order", "complaint.taken")]
    story.when(taken()).expect_nothing()
