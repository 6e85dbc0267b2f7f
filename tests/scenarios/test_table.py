"""The table of README.md and the tests that exist say the same."""

import re
from pathlib import Path

import pytest

from backbone.chains import Chains
from tests.scenarios.region import REGIONS, north, region
from tests.support.casebook import repository
from tests.support.newest import newest, shipped

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


def lines_here() -> set[str]:
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
    assert {line for line, (state, _) in table().items() if state == "executable"} == lines_here()


def test_what_comes_later_says_what_it_waits_for():
    assert [line for line, (state, rest) in table().items() if state == "later" and not rest] == []


PLAYED = {"this repository's own": shipped, "north": north} | {
    path.stem: (lambda name=path.stem: region(name)) for path in REGIONS.glob("*.yaml") if path.stem != "partners"
}


@pytest.mark.parametrize("where", PLAYED)
def test_every_chain_of_the_scenarios_plays_the_newest_file_of_each_scheme(where: str):
    """A new version is played at once, whatever a chain of this repository binds; in a region of the tests by `NAME@newest`."""
    chains: Chains = PLAYED[where]()[0]
    used = [bound.use for chain in chains for bound in (*chain.file.protocols, *chain.file.schemes)]
    assert used
    assert [str(ref) for ref in used if str(ref) != newest(str(ref).partition("@")[0])] == []


def test_no_scenario_names_a_version_that_a_newer_one_would_leave_behind():
    """`name@version` of a protocol stands in none of them; a line about one particular version would say so here."""
    names = {one.protocol for one in repository()[1]}
    for path in (*HERE.glob("*.py"), *HERE.glob("*/*.yaml")):
        found = re.findall(r"([a-z-]+)@[0-9]{4}\.[0-9]+", path.read_text(encoding="utf-8"))
        assert not names.intersection(found), path.name
