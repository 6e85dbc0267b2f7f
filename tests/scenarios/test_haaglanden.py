"""HGL: the Haaglanden handbook, definitions and a part for each partner [0]. Each test is named after its line of the scenarios.

The scheme's own text is not held; what the lines ask of a handbook is asked of every protocol file there is.
"""

import json
import shutil
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from backbone.authoring.explaining import items, roles_in
from backbone.authoring.layout import as_text
from backbone.chains import Chains
from backbone.cli.main import app
from backbone.evaluation.conformance import Chosen
from backbone.evaluation.leadtimes import lead_times
from backbone.evaluation.period import Period
from backbone.evaluation.shares import shares
from backbone.evaluation.small_cells import Reader
from backbone.evaluation.trail import Trail, trails
from backbone.evaluation.verdicts import Part, Verdict
from backbone.protocols import Protocol, Protocols, check_protocol, check_protocols, load_protocols
from schakel.case_needs import noted
from schakel.events.report import ProtocolMoved
from services.rehearsal.setting import setting
from tests.evaluation.stories import judged
from tests.protocols.samples import PROTOCOL, ROOT
from tests.scenarios.region import given_in
from tests.scenarios.stories import given, why_not
from tests.support.casebook import Story
from tests.support.conclusions import clock_started
from tests.support.desks import agreed, done, settled, taken
from tests.support.newest import newest_of, shipped
from tests.support.telling import Tell, moment, report, report_in_groningen

ALL = list(load_protocols(ROOT / "protocols"))
EVERYBODYS = (
    "bekende-plannen",
    "ecad-p-zaaksoverzicht",
    "haaglanden-aanpak",
    "landelijke-zoekvraag",
    "mannenontmoetingsplaatsen",
    "zwb-aanspreekpunt-overleg",
)
"""Files in which every part is everybody's, or one role's: one meeting, one list, or nothing but how a text is read."""
PANEL = "panel-deurbeleid"
"""One meeting too, until its file had a step for each who sits in it."""
UNTIL_SOMEBODY_HEARS = ("amsterdam-overleggen",)
"""So were its versions in which nobody is told of a rhythm."""


@pytest.mark.parametrize("protocol", ALL, ids=lambda one: one.protocol)
def test_hgl_1_each_role_reads_its_part_and_all_parts_are_the_whole(protocol: Protocol):
    """Definitions and only that role's way of working; the union of all parts is the whole file."""
    whole = items(protocol)
    roles = roles_in(protocol)
    parts = {role: items(protocol, role) for role in roles}
    common = [item for item in whole if not item.roles]
    for role, part in parts.items():
        assert [item for item in part if not item.roles] == common
        assert all(role in item.roles for item in part if item.roles)
        assert as_text(protocol, role).splitlines()[0] == protocol.title
    united = [item for item in whole if any(item in part for part in (*parts.values(), common))]
    assert united == whole
    shared = all(item.roles in (frozenset(), frozenset(roles)) for item in whole)
    one_meeting = protocol.protocol == PANEL and not protocol.steps
    nobody_hears = protocol.protocol in UNTIL_SOMEBODY_HEARS and not any(
        one.tell for one in protocol.cooperation.rhythms
    )
    assert shared is (protocol.protocol in EVERYBODYS or one_meeting or nobody_hears)
    assert shared or any(len(part) < len(whole) for part in parts.values())


FOUR = ("anti_discrimination", "coc", "municipality", "police")


@pytest.mark.parametrize("role", FOUR)
def test_hgl_1_explain_shows_each_of_the_four_partners_the_handbook_as_far_as_it_is_held(role: str):
    """`protocol explain --role` on the scheme's own file: what is everybody's, and that its text is not held. NOT a word less."""
    file = newest_of("haaglanden-aanpak")
    path = str(ROOT / "protocols" / file.protocol / f"{file.version}.yaml")
    (whole, mine) = (CliRunner().invoke(app, ["protocol", "explain", path, *more]) for more in ([], ["--role", role]))
    assert (whole.exit_code, mine.exit_code) == (0, 0)
    said = " ".join(mine.stdout.split())
    for reading in file.readings:
        assert " ".join(reading.text.split()) in said
    assert all(line in whole.stdout for line in mine.stdout.splitlines() if line.startswith("- "))


NEWEST = [newest_of(name) for name in sorted({one.protocol for one in ALL})]


OWES = {"steps": "to", "clocks": "responsible", "informs": "inform"}
"""Section -> the field that says whose it is."""


@pytest.mark.parametrize(
    ("protocol", "section"),
    [
        pytest.param(one, section, id=f"{one.protocol}-{section}")
        for one in NEWEST
        for section in OWES
        if getattr(one, section)
    ],
)
def test_hgl_1_not_a_step_clock_or_inform_of_a_shipped_file_that_is_nobodys(
    tmp_path: Path, protocol: Protocol, section: str
):
    """Take the partner away from them: the check fails, at each of them."""
    path, field = tmp_path / protocol.protocol / f"{protocol.version}.yaml", OWES[section]
    path.parent.mkdir()
    file = YAML(typ="safe").load((ROOT / "protocols" / protocol.protocol / path.name).read_text(encoding="utf-8"))
    parts = [part["refer"] if section == "steps" else part for part in file[section]]
    taken_away = [number for number, part in enumerate(parts) if part.pop(field, None) is not None]
    assert taken_away
    path.write_text(json.dumps(file, default=str), encoding="utf-8")
    checked, problems = check_protocol(path)
    assert checked is None
    said = [one.fault.what for one in problems if field in one.fault.what]
    assert [number for number in taken_away if not any(f"{section}[{number}]" in what for what in said)] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("refer: {to: victim_support, purpose", "refer: {purpose", "`steps[0].refer.to` is missing"),
        ("    responsible: coordinator\n", "", "`clocks[0].responsible` is missing"),
        ("asked_by: [police]", "asked_by: []", "asked_by` has 0"),
        ("inform: [mayor]", "inform: []", "inform` has 0"),
    ],
)
def test_hgl_1_not_a_step_without_a_responsible_partner(tmp_path: Path, old: str, new: str, said: str):
    """NOT a step, clock, question or inform that is nobody's: the check fails, with file and line."""
    path = tmp_path / "proef" / "1.0.yaml"
    path.parent.mkdir()
    assert old in PROTOCOL
    path.write_text(PROTOCOL.replace(old, new))
    protocol, problems = check_protocol(path)
    assert protocol is None
    assert any(said in problem.fault.what and problem.line > 1 for problem in problems)


def test_hgl_2_a_changed_definition_is_a_new_version(tmp_path: Path):
    """Saved over a version in use it is refused, and the answer says: make a new version."""
    shutil.copytree(ROOT / "protocols", tmp_path / "protocols")
    newest = newest_of("handreiking-negen-stappen")
    path = tmp_path / "protocols" / newest.protocol / f"{newest.version}.yaml"
    before = path.read_text(encoding="utf-8")
    changed = before.replace('limit: "48h"', 'limit: "72h"')
    path.write_text(changed)
    _, problems = check_protocols(tmp_path / "protocols")
    (problem,) = (one for one in problems if one.path == path)
    assert problem.is_error
    assert "make a new version" in problem.fault.remedy
    path.write_text(before)
    path.with_name("2999.1.yaml").write_text(changed.replace(f'"{newest.version}"', '"2999.1"'))
    assert [one for one in check_protocols(tmp_path / "protocols")[1] if one.is_error] == []


def test_hgl_2_running_cases_keep_theirs_and_no_figure_mixes_two():
    """A case that runs keeps its version; a new one begins under the new. NOT figures of two definitions in one row without a mark."""
    chains, protocols = shipped()
    old = newest_of("handreiking-negen-stappen")
    new = old.model_copy(update={"version": "2999.1"})
    both = Protocols({**protocols.by_ref, new.ref: new})
    running = given(report_in_groningen(), protocols=both)
    here = setting("groningen", new, chains, both, others=True)
    started = given(report_in_groningen(), chains=here.chains, protocols=here.protocols)
    running.world.settle()
    assert old.ref in running.case.protocols
    assert new.ref in started.case.protocols
    assert old.ref not in started.case.protocols
    assert [entry for entry in running.world.ledger if isinstance(entry.event, ProtocolMoved)] == []
    rows = {(clock.name, clock.protocol) for story in (running, started) for clock in story.case.clocks.values()}
    assert {("contact-met-melder", old.ref), ("contact-met-melder", new.ref)} <= rows, "each figure bears its version"
    running.then_among(clock_started("contact-met-melder"))
    mixed = (*cases_of(running), *cases_of(started))
    steps = [row.name for row in shares(chain.from_iterable(map(judged, (running, started))), Reader.INSIDE).by_step]
    times = [row.step for row in lead_times(in_one_view(here.chains, mixed), Reader.INSIDE).steps]
    for rows in (steps, times):
        of_the_clock = sorted(row for row in rows if row.endswith("contact-met-melder"))
        assert [(old.ref in row, new.ref in row) for row in of_the_clock] == [(True, False), (False, True)]


def cases_of(story: Story) -> list[Trail]:
    return list(trails(story.world.ledger).cases.values())


def in_one_view(chains: Chains, cases: Sequence[Trail]) -> Chosen:
    """What an evaluation of the chain looks at, of these cases."""
    groningen = chains.get("groningen")
    assert groningen is not None
    return Chosen(groningen, Period.parse("all"), moment("2026-03-31 12:00"), list(cases))


# --- HGL-3

ACTION = "00000000-0000-7000-8000-00000000ac70"
CITY, POLICE, ADV = "gemeente-den-haag", "politie-haaglanden", "discriminatiezaken-haaglanden"


def told(by: str = POLICE) -> Tell:
    return report(by=by, place={"municipality": "den-haag", "district": "centrum"})


def agreed_with_the_police() -> Story:
    """A step is the police's: agreed with it, in a case of the four partners."""
    return given_in("haaglanden", told(), agreed(CITY, "camera", owner=POLICE, id=ACTION))


def test_hgl_3_done_by_another_than_agreed_is_accepted_and_marked():
    """Assigned to A, reported done by B: accepted as told, and shown as by another than agreed. NOT silently conforming."""
    story = agreed_with_the_police()
    assert why_not(story, done(CITY, ACTION)) is None
    story.when(done(CITY, ACTION)).expect_nothing()
    assert story.case.desk is not None
    (made,) = story.case.desk.marks
    assert (made.kind, made.by, made.expected) == ("by_another_than_agreed", CITY, POLICE)
    assert story.case.actions[ACTION].done is not None
    (found,) = [one for one in judged(story) if one.part is Part.ACTION]
    assert found.verdict is Verdict.OTHERWISE


def test_hgl_3_done_by_whom_it_was_agreed_with_is_not_marked():
    story = agreed_with_the_police().when(done(POLICE, ACTION))
    assert story.case.actions[ACTION].done is not None
    assert noted(story.case).marks == []
    (found,) = [one for one in judged(story) if one.part is Part.ACTION]
    assert found.verdict is Verdict.DONE


def test_hgl_3_an_end_told_before_its_beginning_is_accepted_and_marked():
    """As WON-1 has it: out of order shows, and blocks nothing."""
    story = given_in("haaglanden", told(), settled(POLICE))
    assert story.case.desk is not None
    assert [(made.kind, made.expected) for made in story.case.desk.marks] == [("told_out_of_order", "complaint.taken")]
    story.when(taken(POLICE)).expect_nothing()
