"""What the checker says of the part `scheme` of a protocol file: file and line, found, expected, remedy."""

import pytest

from backbone.protocols.conditions import Condition
from tests.protocols.samples import PROTOCOL

SCHEME = """\
opens: {when: {place_type: [home]}, source: "[0] «thuis»"}
scheme:
  outside:
    - {id: elders, when: {place_type: [online]}, to: anti_discrimination, says: Elders., source: "[0]"}
  levels:
    - {id: licht, text: Licht., source: "[0]", not_when: [{natures: [threat]}]}
    - {id: zwaar, text: Zwaar., lead: district_director, cards: true, source: "[0]"}
  cards:
    - {id: geel, action: yellow_card, to: offender, source: "[0]"}
    - {id: rood, action: red_card, after: yellow_card, to: offender, source: "[0]"}
  categories:
    - {id: reeks, text: Reeks., suggested_when: {series: [several]}, source: "[0]"}
  checklists:
    - id: woorden
      title: Woorden
      answered_by: [coordinator]
      communication: true
      lines: [{id: buurt, text: Buurt?, target_group: buurt, purpose: rust}]
      source: "[0]"
  stages:
    - {id: eerst, text: Eerst, answered_by: [coordinator], actions: [letter], source: "[0]"}
    - {id: dan, text: Dan, answered_by: [coordinator], actions: [camera], source: "[0]"}
  deliberation:
    - {id: beeld, step: picture, asks: [Wat?], source: "[0]"}
    - {id: oordeel, step: judgement, asks: [En?], source: "[0]"}
    - {id: besluit, step: decision, asks: [Dus?], source: "[0]"}
  pitfalls:
    - {id: valkuil, when: {actions: [victim_moves]}, tell: coordinator, says: Pas op., source: "[0]"}
"""
WHOLE = PROTOCOL + SCHEME

BROKEN = [
    pytest.param(
        'opens: {when: {place_type: [home]}, source: "[0] «thuis»"}\n',
        "",
        "outside:",
        "outside it and opens for every",
        id="outside",
    ),
    pytest.param("lead: district_director, ", "", "id: zwaar", "cards and nobody who leads", id="no lead"),
    pytest.param("cards: true, ", "", "  cards:", "no level in which one may be given", id="no level"),
    pytest.param("to: offender, source", "to: victim, source", "id: geel", "cannot be 'victim'", id="a card for her"),
    pytest.param(
        '    - {id: geel, action: yellow_card, to: offender, source: "[0]"}\n',
        "",
        "id: rood",
        "no card of this file",
        id="after nothing",
    ),
    pytest.param("action: red_card", "action: yellow_card", "id: rood", "under cards twice", id="card twice"),
    pytest.param("action: red_card", "action: camera", "id: rood", "cannot be 'camera'", id="no card"),
    pytest.param("id: reeks", "id: licht", "text: Reeks", "stands twice under levels and categories", id="name twice"),
    pytest.param(", purpose: rust", "", "id: buurt", "no purpose", id="no purpose"),
    pytest.param("id: woorden", "id: stages", "id: stages", "a checklist is called `stages`", id="stages"),
    pytest.param(
        "actions: [camera]", "actions: [letter]", "id: dan", "belongs to stage `eerst` and to `dan`", id="two stages"
    ),
    pytest.param(
        '    - {id: oordeel, step: judgement, asks: [En?], source: "[0]"}\n',
        "",
        "deliberation:",
        "the steps are picture, decision",
        id="step missing",
    ),
    pytest.param("series: [several]", "series: [many]", "id: reeks", "`series` cannot be 'many'", id="a fact's word"),
    pytest.param(
        'says: Pas op., source: "[0]"',
        'says: Pas op., source: "ergens"',
        "id: valkuil",
        "names no document",
        id="no passage",
    ),
]
BROKEN.append(
    pytest.param("id: valkuil", "id: bestuur", "tell: coordinator", "stands under informs too", id="told twice")
)


def test_the_whole_part_is_right(checked):
    protocol, problems = checked(text=WHOLE)
    assert problems == []
    assert protocol.scheme.category("zwaar").lead == "district_director"
    assert "outside elders" in protocol.roles().values()


@pytest.mark.parametrize(("old", "new", "at", "says"), BROKEN)
def test_each_fault_has_its_line_and_its_remedy(checked, old: str, new: str, at: str, says: str):
    protocol, problems = checked((old, new), text=WHOLE)
    assert protocol is None
    (problem,) = problems
    text = WHOLE.replace(old, new, 1)
    assert problem.line in [number for number, line in enumerate(text.splitlines(), 1) if at in line]
    assert says in problem.fault.what
    assert problem.fault.expected
    assert problem.fault.remedy


@pytest.mark.parametrize(
    ("span", "day", "holds"),
    [
        ("2025-10-01..", "2025-10-01", True),
        ("2025-10-01..", "2025-09-30", False),
        ("..2025-06-30", "2025-06-30", True),
        ("..2025-06-30", "2025-07-01", False),
        ("2026-01-01..2026-12-31", "2026-12-31", True),
        ("2026-01-01..2026-12-31", "2027-01-01", False),
    ],
)
def test_a_day_lies_in_a_span_with_both_its_ends(span: str, day: str, holds: bool):
    assert Condition.of({"reported_on": [span]}).matches({"reported_on": day}) is holds
    assert Condition.of({"not": {"reported_on": [span]}}).matches({"reported_on": day}) is not holds
    assert not Condition.of({"reported_on": [span]}).matches({})


@pytest.mark.parametrize("word", ["..", "2025-10-01", "2025-13-01..", "2026-01-02..2026-01-01", "vorig jaar"])
def test_what_is_no_span_is_refused(word: str):
    with pytest.raises(ValueError, match="spans of days"):
        Condition.of({"reported_on": [word]})
