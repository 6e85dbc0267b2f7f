"""Two clocks that would wait for the same thing of one referral are shown: in one file, and in two files of a chain."""

from pathlib import Path

import pytest
from hypothesis import given

from backbone.protocols import Condition
from tests.properties.effort import effort
from tests.protocols.samples import cases, conditions
from tests.rules.test_clocks_of_two_files import clock, file, step
from tests.support.variants import written

HELP, ADVICE = step("victim_support"), step("anti_discrimination", "andere-stap")


@effort(300)
@given(conditions, conditions, cases)
def test_what_one_case_meets_may_hold_together(one: dict[str, object], other: dict[str, object], case) -> None:
    """Only what no case can meet at once is said to be apart."""
    first, second = Condition.of(one), Condition.of(other)
    assert not (first.matches(case) and second.matches(case)) or first.may_hold_with(second)
    assert first.may_hold_with(second) == second.may_hold_with(first)


def test_a_case_may_have_words_of_both() -> None:
    """Threat and assault at once: of a set fact two words are no two cases."""
    threat, assault = (Condition.of({"natures": [word]}) for word in ("threat", "assault"))
    assert threat.may_hold_with(assault)


def warned(folder: Path, protocols: dict[str, str], bindings: str) -> list[str]:
    chains, loaded = written(folder, protocols, bindings)
    return [str(one) for one in (*chains.warnings, *loaded.warnings) if "both" in str(one)]


def of_one(folder: Path, *clocks: str) -> list[str]:
    return warned(folder, {"een": file(HELP, *clocks)}, "  - {use: een@1.0, districts: all}\n")


@pytest.mark.parametrize("steps", [("any", "stap"), ("stap", "any"), ("any", "any"), ("stap", "stap")])
def test_two_in_one_file_are_a_warning(tmp_path: Path, steps: tuple[str, str]) -> None:
    first, second = (clock(name, "1 week", of_step=step) for name, step in zip("ab", steps, strict=True))
    (said,) = of_one(tmp_path, first, second)
    assert "`a` and `b` may both wait for answered of one referral" in said


@pytest.mark.parametrize(
    ("second", "when"),
    [
        ({"on": "ended"}, ("{{}}", "{{}}")),
        ({"starts": "referral.accepted", "on": "ended"}, ("{{}}", "{{}}")),
        ({}, ("{{acute: true}}", "{{acute: false}}")),
        ({}, ("{{acute: true}}", "{{not: {{acute: true}}}}")),
        ({}, ("{{identity: [by_name]}}", "{{identity: [known_to_door, one_way]}}")),
    ],
)
def test_what_waits_for_another_thing_or_never_at_once_is_none(tmp_path: Path, second, when: tuple[str, str]) -> None:
    clocks = clock("a", "1 week", when=when[0]), clock("b", "1 week", when=when[1], **second)
    assert of_one(tmp_path, *clocks) == []


def of_two(folder: Path, een: str, twee: str, more: str = "", first: str = "") -> list[str]:
    use = f"  - {{use: een@1.0, districts: all{first}}}\n  - {{use: twee@1.0, districts: all{more}}}\n"
    return warned(folder, {"een": file(HELP, een), "twee": file(ADVICE, twee)}, use)


def test_two_files_of_a_chain_with_other_terms_are_a_warning_that_says_which_holds_for_one_by_hand(tmp_path: Path):
    (said,) = of_two(tmp_path, clock("a", "1 week"), clock("b", "2 weken"))
    assert "`a` of een@1.0 and `b` of twee@1.0 both time every referral" in said
    assert "a referral by hand goes by een@1.0" in said


@pytest.mark.parametrize(
    ("een", "twee", "bound"),
    [
        (clock("a", "1 week"), clock("b", "1 week"), ("", "")),
        (clock("a", "1 week"), clock("b", "2 weken", of_step="andere-stap"), ("", "")),
        (clock("a", "1 week"), clock("b", "2 weken", on="ended"), ("", "")),
        (clock("a", "1 week", when="{{acute: true}}"), clock("b", "2 weken", when="{{acute: false}}"), ("", "")),
        (clock("a", "1 week"), clock("b", "2 weken"), (", when: {label: [given]}", ", when: {label: [refused, none]}")),
    ],
    ids=["the same term", "of a step", "another thing", "never at once", "bound apart"],
)
def test_two_files_that_agree_or_never_meet_are_none(tmp_path: Path, een: str, twee: str, bound: tuple[str, str]):
    assert of_two(tmp_path, een, twee, bound[0], bound[1]) == []
