"""The table of README.md and the tests that exist say the same."""

import re
from pathlib import Path

HERE = Path(__file__).parent
ROWS = re.compile(r"^\| ([A-Z]+)-([0-9]+) \| ([^|]+) \| (executable|later) \| ([^|]*) \|$", re.MULTILINE)
SECTIONS = {
    "GRN": 6,
    "AMS": 6,
    "UTR": 6,
    "TRT": 6,
    "HRK": 6,
    "SCP": 5,
    "ZWB": 5,
    "RDO": 6,
    "ECD": 4,
    "RTD": 5,
    "NRD": 4,
    "HGL": 3,
    "WON": 5,
    "MLD": 6,
    "ACT": 5,
    "VST": 6,
    "X": 6,
}
"""How many lines each scheme has in the scenario list."""


def table() -> dict[str, tuple[str, str]]:
    """State and what is still to come, by line."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    return {f"{scheme}-{number}": (state, rest.strip()) for scheme, number, _, state, rest in ROWS.findall(text)}


def tested() -> set[str]:
    """The lines that tests in this folder are named after."""
    names = re.compile(r"^def test_([a-z]{1,3})_([0-9]+)_", re.MULTILINE)
    found = (match for path in HERE.glob("test_*.py") for match in names.findall(path.read_text(encoding="utf-8")))
    return {f"{scheme.upper()}-{number}" for scheme, number in found if scheme.upper() in SECTIONS}


def test_every_line_is_in_the_table_once():
    wanted = {f"{scheme}-{number}" for scheme, lines in SECTIONS.items() for number in range(1, lines + 1)}
    text = (HERE / "README.md").read_text(encoding="utf-8")
    assert set(table()) == wanted
    assert len(ROWS.findall(text)) == len(wanted) == len(re.findall(r"^\| [A-Z]+-[0-9]", text, re.MULTILINE))


def test_what_is_called_executable_is_executed_and_nothing_else():
    assert {line for line, (state, _) in table().items() if state == "executable"} == tested()


def test_what_comes_later_says_what_it_waits_for():
    assert [line for line, (state, rest) in table().items() if state == "later" and not rest] == []
