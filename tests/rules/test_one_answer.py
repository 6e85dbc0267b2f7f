"""A report answers each question once: what reads its answers takes the first, the last, or all of them."""

from itertools import combinations, permutations

from hypothesis import given as of_any
from hypothesis import strategies as st

from schakel.case_checks import answers
from schakel.events.report import CheckAnswer
from schakel.events.vocab import Answer, Check
from services.intake.schemes import LATER
from tests.properties.effort import effort
from tests.rules.test_intake import answer
from tests.support.casebook import Story, given
from tests.support.telling import POLICE, Tell, corrected, report

DOOR = [check for check in Check if check not in LATER]
SAID = st.lists(st.builds(CheckAnswer, check=st.sampled_from(DOOR), answer=st.sampled_from(Answer)), max_size=6)


def of_report(checks: list[CheckAnswer]) -> Tell:
    return report(checks=tuple(checks))


@effort(100)
@of_any(SAID)
def test_a_report_is_refused_exactly_when_two_of_its_answers_differ(checks: list[CheckAnswer]) -> None:
    differ = any(one.check == other.check and one.answer != other.answer for one, other in combinations(checks, 2))
    refused = answer(of_report(checks))
    assert (refused.code if refused else None) == ("check.two_answers" if differ else None)
    if refused is None:
        case = given(of_report(checks)).case
        assert all(answers(case, one.check) == {one.answer} for one in checks)


def test_it_says_which_answer_and_what_to_do_in_a_correction_too() -> None:
    yes, no = (CheckAnswer(check=Check.DANGER_NOW, answer=word) for word in (Answer.YES, Answer.NO))
    other = CheckAnswer(check=Check.DISCRIMINATION, answer=Answer.NO)
    story: Story = given(report())
    for checks in permutations((yes, no, other)):
        place = max(checks.index(yes), checks.index(no))
        for refused in (answer(of_report(list(checks))), answer(corrected(POLICE, checks=checks), story.case)):
            assert refused is not None
            assert (refused.code, refused.field) == ("check.two_answers", f"facts.checks.{place}.answer")
            assert refused.found == checks[place].answer
            assert "assessment.recorded" in refused.remedy


def test_two_questions_of_a_protocols_own_are_two() -> None:
    """Both are `check: other`; each has its id."""
    first, second = (
        CheckAnswer(check=Check.OTHER, answer=word, question=word.value) for word in (Answer.YES, Answer.NO)
    )
    again = CheckAnswer(check=Check.OTHER, answer=Answer.NO, question=first.question)
    for checks, code in (((first, second), "check.unknown_question"), ((first, again), "check.two_answers")):
        refused = answer(of_report(list(checks)))
        assert refused is not None
        assert refused.code == code
