"""The rules above all files: none may say it, whatever its own text prescribes; and what they forbid is said with its passage."""

import pytest

SUPPORTS = "refer: {to: roze_in_blauw, purpose: referral, needs: [contact_details], if_refused: hold}"
LIMIT = '    limit: "48h"\n'
FIRST = "when: {identity: [by_name], not: {record_kind: [lead]}}"
STEP = "refer: {to: victim_support, purpose: referral, needs: [contact_details], if_refused: hold}"
OUTSIDE = """opens: {when: {place_type: [street]}, source: "[0]"}
scheme:
  outside:
    - {id: elders, when: {record_kind: [report], natures: [threat]}, to: mediation, says: Dit gaat elders heen., source: "[0]"}
checks:
"""
LEVEL = """clocks:
  - id: sneller
    starts: level.set
    of: [serious]
    stops: {on: made, with: [victim], by: any}
    limit: "4h"
    promise: our_choice
    responsible: coordinator
    source: "[0]"
"""
DANGER_SECOND = """checks:
  - id: discriminatie
    check: discrimination
    question: Is er sprake van discriminatie?
    asked_by: [police]
    consequences: {"yes": Ja., "no": Nee., "unknown": Vraag door.}
    source: "[0]"
"""
ERRORS = [
    pytest.param(("checks:\n", DANGER_SECOND), "asks about danger after 1 other question", id="A19"),
    pytest.param((STEP, SUPPORTS.replace("hold}", "hold, hand_over: true}")), "steeds leidend", id="A21"),
    pytest.param((STEP, STEP.replace("victim_support", "immigration_service")), "VST-5", id="VST-5"),
    pytest.param((STEP, STEP.replace("victim_support", "housing")), "tenure: [rented]", id="A26"),
    pytest.param(("[mayor]", "[mayor, mediation]"), "never with violence, threat or intimidation", id="A17 inform"),
    pytest.param(("checks:\n", OUTSIDE), "mediation in `elders` can be reached with nature", id="A17 outside"),
    pytest.param(
        (LIMIT, f"{LIMIT}    when: {{record_kind: [report, for_information]}}\n"), "meer ter kennisname", id="A27"
    ),
]
WARNINGS = [
    pytest.param(("clocks:\n", LEVEL), "depends on severity", id="B25"),
    pytest.param((LIMIT, f"{LIMIT}    when: {{high_profile: true}}\n"), "how much attention", id="A24 clock"),
    pytest.param((FIRST, "when: {high_profile: true, identity: [by_name]}"), "how much attention", id="A24 step"),
]


@pytest.mark.parametrize(("change", "said"), ERRORS)
def test_no_file_may_say_it(checked, change: tuple[str, str], said: str):
    protocol, problems = checked(change)
    assert protocol is None
    assert any(problem.is_error and said in str(problem) for problem in problems), list(map(str, problems))


@pytest.mark.parametrize(("change", "said"), WARNINGS)
def test_whoever_says_it_is_asked_to_weigh_it(checked, change: tuple[str, str], said: str):
    protocol, problems = checked(change)
    assert protocol is not None
    assert [said in str(problem) and not problem.is_error for problem in problems] == [True]


def test_a_rented_home_and_a_supporter_are_allowed(checked):
    rented = "when: {identity: [by_name], tenure: [rented]}\n    " + STEP.replace("victim_support", "housing")
    for change in ((f"{FIRST}\n    {STEP}", rented), (STEP, SUPPORTS), ("{acute: true}", "{high_profile: true}")):
        _, problems = checked(change)
        assert problems == []
