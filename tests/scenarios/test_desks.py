"""ZWB, GRN, AMS, ACT and HGL: what the desks hear, explain and do after the first contact.

Each test is named after its line of the scenarios. The schemes' own files come apart; what a line needs of one stands in a sample.
"""

from pathlib import Path

from schakel.case_needs import noted
from schakel.events.contact import NeedsRecorded
from schakel.messages import Attention
from tests.scenarios.desk_stories import begun, items, kinds
from tests.scenarios.stories import given, why_not
from tests.support.casebook import Story
from tests.support.desks import (
    agreed,
    appointed,
    chosen,
    done,
    needs,
    settled,
    taken,
)
from tests.support.telling import (
    ADV,
    CITY,
    POLICE,
    Tell,
    explained,
    granted,
    label_given,
    label_refused,
    report,
)

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
