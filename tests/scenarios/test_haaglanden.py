"""HGL: the Haaglanden handbook, definitions and a part for each partner [0]. Each test is named after its line of the scenarios.

The scheme's own text is not held; what the lines ask of a handbook is asked of every protocol file there is.
"""

import shutil
from pathlib import Path

import pytest

from backbone.authoring.explaining import items, roles_in
from backbone.authoring.layout import as_text
from backbone.protocols import Protocol, Protocols, check_protocol, check_protocols, load_protocols
from schakel.events.report import ProtocolMoved
from services.rehearsal.setting import setting
from tests.protocols.samples import PROTOCOL, ROOT
from tests.scenarios.stories import given
from tests.support.casebook import repository
from tests.support.conclusions import clock_started
from tests.support.telling import report_in_groningen

ALL = list(load_protocols(ROOT / "protocols"))
EVERYBODYS = (
    "amsterdam-overleggen",
    "bekende-plannen",
    "ecad-p-zaaksoverzicht",
    "haaglanden-aanpak",
    "landelijke-zoekvraag",
    "mannenontmoetingsplaatsen",
    "panel-deurbeleid",
    "zwb-aanspreekpunt-overleg",
)
"""Files in which every part is everybody's, or one role's: one meeting, one list, or nothing but how a text is read."""


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
    assert shared is (protocol.protocol in EVERYBODYS)
    assert shared or any(len(part) < len(whole) for part in parts.values())


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
    path = tmp_path / "protocols" / "handreiking-negen-stappen" / "2017.1.yaml"
    before = path.read_text(encoding="utf-8")
    changed = before.replace('limit: "48h"', 'limit: "72h"')
    path.write_text(changed)
    _, problems = check_protocols(tmp_path / "protocols")
    (problem,) = (one for one in problems if one.path == path)
    assert problem.is_error
    assert "make a new version" in problem.fault.remedy
    path.write_text(before)
    path.with_name("2026.1.yaml").write_text(changed.replace('"2017.1"', '"2026.1"'))
    assert [one for one in check_protocols(tmp_path / "protocols")[1] if one.is_error] == []


def test_hgl_2_running_cases_keep_theirs_and_no_figure_mixes_two():
    """A case that runs keeps its version; a new one begins under the new. NOT figures of two definitions in one row without a mark."""
    chains, protocols = repository()
    old = protocols.get("handreiking-negen-stappen", "2017.3")
    new = old.model_copy(update={"version": "2026.1"})
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
