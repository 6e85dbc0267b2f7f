"""ZWB, GRN, AMS, ACT and HGL: what the desks hear, explain and do after the first contact.

Each test is named after its line of the scenarios. The schemes' own files come apart; what a line needs of one stands in a sample.
"""

from pathlib import Path

from schakel.case_needs import noted
from tests.scenarios.desk_stories import begun, items
from tests.scenarios.stories import given
from tests.support.casebook import Story
from tests.support.desks import (
    agreed,
    done,
    settled,
    taken,
)
from tests.support.telling import (
    ADV,
    CITY,
    POLICE,
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
