"""What conditions may ask of answers: those for few stay with few, and a file's own questions are the file's own."""

from pathlib import Path

import pytest

from backbone.protocols import DefinitionError
from tests.support.variants import HELP_STEP, written

RESERVED = """\
scheme:
  reserved:
    - {id: verward, check: confused_offender, by: [police, coordinator], source: "[0]"}
"""
INFORM = '  - {id: bestuur, when: {acute: true}, inform: [mayor], source: "[0]"}\n'
OWN = """\
  - id: pilot
    check: other
    question: Valt het onder de pilot?
    asked_by: [police]
    consequences: {"yes": Ja., "no": Nee., "unknown": Vraag door.}
    source: "[0]"
explain:
"""


def informs(when: str, *roles: str) -> tuple[str, str]:
    return INFORM, f'  - {{id: bestuur, when: {when}, inform: [{", ".join(roles)}], source: "[0]"}}\n'


def with_reserved(checked, *changes: tuple[str, str]):  # type: ignore[no-untyped-def]
    end = '    source: "[0] «binnen 48 uur»"\n'
    return checked(*changes, (end, end + RESERVED))


def errors(found) -> list[str]:  # type: ignore[no-untyped-def]
    return [str(problem) for problem in found[1] if problem.is_error]


@pytest.mark.parametrize("when", ['{confused_offender: ["yes"]}', '{not: {confused_offender: ["yes", "no"]}}'])
def test_who_may_say_that_the_offender_is_confused_may_hear_it(checked, when: str):
    assert errors(with_reserved(checked, informs(when, "coordinator", "police"))) == []
    (said,) = errors(with_reserved(checked, informs(when, "coordinator", "mayor")))
    assert "mayor would know by it" in said
    assert "only coordinator, police" in said


@pytest.mark.parametrize(
    "change",
    [
        ("when: {identity: [by_name], not", 'when: {confused_offender: ["no"], identity: [by_name], not'),
        ("    responsible: coordinator", '    when: {confused_offender: ["yes"]}\n    responsible: municipality'),
        ("on_breach: [coordinator]", 'on_breach: [coordinator, alderman]\n    when: {confused_offender: ["yes"]}'),
        ("before: hulp", 'before: hulp, when: {confused_offender: ["yes"]}'),
        ("asked_by: [police]", 'asked_by: [municipal_desk]\n    when: {confused_offender: ["yes"]}'),
        ("explain:", 'opens: {when: {confused_offender: ["yes"]}, source: "[0]"}\nexplain:'),
        (
            "clocks:\n",
            'ladder:\n  - {id: hoger, of: [contact], after: 1 dag, to: mayor, source: "[0]"}\nclocks:\n  # \n',
        ),
    ],
    ids=[
        "a step",
        "who acts",
        "who hears of a breach",
        "whoever explains it",
        "who is asked",
        "what opens",
        "a ladder",
    ],
)
def test_nothing_lets_anybody_else_conclude_it(checked, change: tuple[str, str]):
    changes = [change]
    if "ladder" in change[1]:
        changes.append(
            ("    responsible: coordinator", '    when: {confused_offender: ["yes"]}\n    responsible: coordinator')
        )
    assert any("confused person" in said for said in errors(with_reserved(checked, *changes)))


FIRST = '  - {id: eerst, when: {confused_offender: ["yes"]}, refer: {to: police, WHAT}, source: "[0]"}\n'
THEN = '  - {id: daarna, after: eerst, refer: {to: ROLE, WHAT}, source: "[0]"}\n'
LAST = '  - {id: ten-slotte, after: daarna, refer: {to: coc, WHAT}, source: "[0]"}\n'
WAIT = """\
clocks:
  - {id: wacht, starts: referral.delivered, of_step: eerst, stops: {on: answered}, limit: 1 week, promise: our_choice, responsible: doer,
     on_breach: [ROLE], source: "keuze: proef"}
"""
LIST = """\
cooperation:
  overviews:
    - {id: lijst, title: Lijst, of: cases, readers: [ROLE], when: {confused_offender: ["yes"]}, source: "[0]"}
clocks:
"""
MEET = """\
cooperation:
  consultations:
    - {id: overleg, title: Overleg, members: [police, ROLE], cases: {when: {confused_offender: ["yes"]}, source: "[0]"}, source: "[0]"}
clocks:
"""
TALK = """\
desk:
  talks:
    - {id: gesprek, by: [ROLE], asks: [how_are_you], when: {confused_offender: ["yes"]}, source: "[0]"}
clocks:
"""
CLOCKS, INFORMS = "clocks:\n", "informs:\n"


def filled(text: str, role: str) -> str:
    return text.replace("WHAT", "purpose: referral, needs: [contact_details], if_refused: hold").replace("ROLE", role)


@pytest.mark.parametrize(
    "parts",
    [
        ((INFORMS, FIRST + THEN + INFORMS),),
        ((INFORMS, FIRST + INFORMS), (CLOCKS, WAIT)),
        ((CLOCKS, LIST),),
        ((CLOCKS, MEET),),
        ((CLOCKS, TALK),),
    ],
    ids=["the step behind it", "the clock of the step", "a list of cases", "an agenda", "a talk"],
)
def test_nor_does_what_follows_from_it_or_a_list_of_such_cases(checked, parts):
    """Whoever hears of the step behind it, or of its breach, knows as much as whoever it is told to."""
    changes = {role: [(old, filled(new, role)) for old, new in parts] for role in ("coordinator", "mayor")}
    assert errors(with_reserved(checked, *changes["coordinator"])) == []
    (said,) = errors(with_reserved(checked, *changes["mayor"]))
    assert "mayor would know by it that the offender is a confused person" in said


def test_a_step_far_behind_it_is_behind_it(checked):
    (said,) = errors(with_reserved(checked, (INFORMS, filled(FIRST + THEN + LAST, "police") + INFORMS)))
    assert "coc would know by it" in said


@pytest.mark.parametrize("when", ['{confused_offender: ["yes"]}', '{not: {confused_offender: ["no"]}}'])
def test_no_chain_lets_cases_run_under_a_file_because_of_it(tmp_path: Path, when: str):
    """Everybody whom the file tells something would know it."""
    with pytest.raises(DefinitionError, match="would know by it that the offender is a confused person"):
        written(tmp_path, {"een": HELP_STEP}, f"  - {{use: een@1.0, districts: all, when: {when}}}\n")


def test_a_clock_of_those_who_may_say_it_is_theirs(checked):
    change = ("    responsible: coordinator", '    when: {confused_offender: ["yes"]}\n    responsible: coordinator')
    assert errors(with_reserved(checked, change)) == []


def test_a_file_says_whose_answer_it_is(checked):
    (said,) = errors(checked(informs('{confused_offender: ["yes"]}', "coordinator")))
    assert "does not say whose answer that is" in said


@pytest.mark.parametrize("word", ["pilot-yes", "pilot-no", "pilot-unknown", "absent"])
def test_a_question_of_the_files_own_may_be_asked_about(checked, word: str):
    assert errors(checked(("explain:\n", OWN), informs(f"{{answered: [{word}]}}", "mayor"))) == []


@pytest.mark.parametrize("word", ["pilot", "pilot-ja", "danger-yes", "proef-yes"])
@pytest.mark.parametrize("when", ["{{answered: [{}]}}", "{{not: {{answered: [{}]}}}}"])
def test_another_word_is_found(checked, word: str, when: str):
    (said,) = errors(checked(("explain:\n", OWN), informs(when.format(word), "mayor")))
    assert f"`{word}` is no answer to a question of this file's own" in said
    assert "pilot" in said


def test_the_question_of_another_kind_has_a_fact_of_its_own(checked):
    (said,) = errors(checked(informs("{answered: [danger-yes]}", "mayor")))
    assert "there is none" in said
