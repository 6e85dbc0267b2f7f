"""The list of tests that take long (`tests/support/long.py`)."""

from pathlib import Path

from tests.support.long import FIRST, LIST, LONG_S, found, in_order, listed

ROOT = Path(__file__).resolve().parents[2]


def test_every_line_names_a_test_and_they_stand_in_order() -> None:
    names = LIST.read_text(encoding="utf-8").split()
    assert names == sorted(set(names))
    wrong = [name for name in names if not is_there(name)]
    assert wrong == [], "renamed or gone: measure anew, or put the new name there"


def is_there(name: str) -> bool:
    file, _, function = name.partition("::")
    path = ROOT / file
    return path.is_file() and f"def {function.split('::')[-1]}(" in path.read_text(encoding="utf-8")


def test_no_line_is_of_one_parameter_alone() -> None:
    assert not is_there("tests/house/test_long.py::test_that_is_not_there")
    assert listed()
    assert all("[" not in name for name in listed())


def test_what_counts_is_all_that_a_function_took_with_everything_it_is_run_with() -> None:
    half = LONG_S / 2
    printed = [
        "tests/a.py::test_b PASSED",
        f"{half:.3f}s call     tests/a.py::test_b[one]",
        f"{half:.3f}s setup    tests/a.py::test_b[two]",
        f"{half:.3f}s call     tests/a.py::test_short[one]",
        f"{half - 0.1:.3f}s teardown tests/a.py::test_short[two]",
        "3 passed in 99.00s",
    ]
    assert found(printed) == ["tests/a.py::test_b"]


def test_the_longest_files_are_there_and_are_begun_first() -> None:
    assert [file for file in FIRST if not (ROOT / file).is_file()] == []
    nodes = ["tests/a.py::test_b", f"{FIRST[1]}::test_c[x]", f"{FIRST[0]}::TestD::test_e"]
    assert sorted(nodes, key=in_order) == [*nodes[:0:-1], nodes[0]]
