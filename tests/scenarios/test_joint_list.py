"""ACT-3: the joint list of police, prosecutor and bureau [2] (10), (20). Named after its line of the scenarios (README.md here)."""

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest

from backbone.chains import Chains
from backbone.meeting_changes import Change, Joint, What
from backbone.meetings import Line, case_list
from backbone.overviews.lines import rows
from backbone.protocols import Protocols
from backbone.protocols.cooperation import faults
from schakel.case_state import State
from schakel.events.contact import NeedsRecorded
from tests.support.desks import chosen, taken
from tests.support.meetings import POLICE, case, case_id, joined, keeping, scheme
from tests.support.newest import newest_of
from tests.support.telling import HELP, Tell, accepted, contact_made, granted, moment, report

PLAN = "actieplan-veiligheid-maatregelen"
WISH = "00000000-0000-7000-8000-00000000abcd"
Files = tuple[Chains, Protocols]


@pytest.fixture
def plan(tmp_path: Path) -> Files:
    return keeping(tmp_path, PLAN)


def lines(files: Files, at: str, *cases: State) -> list[Line]:
    chain, here = files[0].get("proef"), scheme(files, PLAN)
    overview = here.overview("gezamenlijke-lijst")
    assert chain is not None
    assert overview is not None
    return case_list(chain, here, overview, cases, moment(at))[0]


def told(at: str = "2026-01-20 12:00") -> Tell:
    return report(at=at, police_record="complaint")


def said(line: Line) -> list[tuple[date, str]]:
    return [(change.on, change.what.value) for change in line.changes]


def test_act_3_each_line_says_what_changed_since_the_last_issue(plan: Files):
    """Issues of 5 February and 5 March. The March one has what came after February's: a contact, a taking up, a complaint, a settlement.

    NOT what stood in the issue before, and a case in which nothing changed says nothing, and stays on the list.
    """
    before = (told(), granted(HELP), contact_made(POLICE, "2026-01-21 10:00"))
    since = (
        replace(accepted(HELP), logged=moment("2026-02-10 12:00")),
        contact_made(POLICE, "2026-02-11 10:00"),
        replace(taken(POLICE), logged=moment("2026-03-02 12:00")),
        chosen(POLICE, "criminal"),
    )
    moved, still = case(plan, 1, *before, *since), case(plan, 2, *before)
    first, second = lines(plan, "2026-03-05 09:00", moved, still)
    assert {what for _, what in said(first)} == {"contact", "taken_up", "complaint_taken", "settlement"}
    assert all(date(2026, 2, 5) < on for on, _ in said(first))
    assert (second.cases, second.changes) == ((case_id(2),), ())


def test_act_3_what_is_new_is_a_report_and_the_first_issue_has_everything(plan: Files):
    """Of 5 January: the first. A report of 20 January is new on 5 February, and no longer on 5 March."""
    one = case(plan, 1, told())
    assert said(lines(plan, "2026-02-05 09:00", one)[0]) == [(date(2026, 1, 20), "report")]
    assert said(lines(plan, "2026-03-05 08:59", one)[0]) == [(date(2026, 1, 20), "report")], "February's still holds"
    assert said(lines(plan, "2026-03-05 09:00", one)[0]) == []
    old = case(plan, 2, report(at="2025-12-01 12:00", police_record="complaint"))
    assert said(lines(plan, "2026-01-05 09:00", old)[0]) == [(date(2025, 12, 1), "report")]


def test_act_3_a_second_report_of_the_same_incident_changes_its_line(plan: Files):
    old, new = joined(case(plan, 1, told()), 2), joined(case(plan, 2, told("2026-02-20 12:00")), 1)
    (line,) = lines(plan, "2026-03-05 09:00", old, new)
    assert said(line) == [(date(2026, 2, 20), "report")]


def test_act_3_the_joint_settlement_stands_beside_the_wish(plan: Files):
    """The newest choice, with what she said that she wants, and why it departs from that. NOT a wish that nobody named."""
    wants = Tell(POLICE, NeedsRecorded(needs=("criminal_process",)), id=WISH)
    away = case(plan, 1, told(), wants, chosen(POLICE, "criminal"), chosen(POLICE, "talk", WISH, "no_evidence", True))
    (line,) = lines(plan, "2026-03-05 09:00", away)
    assert line.joint is not None
    assert (line.joint.settlement, line.joint.wish, line.joint.departs_from_wish, line.joint.motive) == (
        "talk",
        ("criminal_process",),
        True,
        "no_evidence",
    )
    silent = case(plan, 2, told(), wants, chosen(POLICE, "criminal"))
    open_ = case(plan, 3, told())
    joints = [line.joint for line in lines(plan, "2026-03-05 09:00", silent, open_)]
    assert [one and (one.settlement, one.wish) for one in joints] == [("criminal", ()), None]
    assert "sealed" not in repr(line)


def test_act_3_it_is_handed_out_in_words():
    changed = (Change(date(2026, 2, 10), What.SETTLEMENT), Change(date(2026, 2, 11), What.CONTACT))
    joint = Joint("talk", date(2026, 2, 10), POLICE, ("criminal_process",), True, "no_evidence")
    line = {"changes": [asdict(one) for one in changed], "joint": asdict(joint)}
    head, row = rows([line])
    assert head == ("Veranderd sinds de vorige keer", "Gezamenlijke afdoening, en de wens")
    assert row[0] == "afdoening gekozen 2026-02-10, contact 2026-02-11"
    assert row[1].startswith("gesprek; wens: ")
    assert row[1].endswith("wijkt af van de wens, want: no_evidence")


def test_a_list_of_changes_without_issues_is_refused(plan: Files):
    here = scheme(plan, PLAN)
    sources = newest_of(PLAN).sources
    wrong = list(faults(here.model_copy(update={"rhythms": ()}), sources, held=True))
    assert [fault.at[-1] for fault in wrong] == ["shows"]
    assert list(faults(here, sources, held=True)) == []
