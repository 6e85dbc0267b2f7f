"""The table of README.md, the lines of lines.md and the tests that exist say the same."""

import re
from pathlib import Path

import pytest

from backbone.chains import Chains
from tests.scenarios.region import REGIONS, north, region
from tests.support.casebook import repository
from tests.support.lines import PAGE, ROWS, TABLE, blocks, digest, played, renewed, table, texts
from tests.support.newest import newest, shipped

HERE = Path(__file__).parent
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


THE_LIST_SAYS = "2f23c617bd34355ceaedc514a7af967c554cf207fcd6bc0fd2e8b0cfe81d6962"
"""What the list's lines hash to. They are retold from documents: a test that fails is never mended by changing its line."""


def lines_here() -> set[str]:
    """The lines that tests in this folder are named after."""
    here = (line for line, tests in played().items() if any(one.path.startswith("scenarios/") for one in tests))
    return {line for line in here if line.partition("-")[0] in SECTIONS}


def wanted() -> list[str]:
    return [f"{scheme}-{number}" for scheme, lines in SECTIONS.items() for number in range(1, lines + 1)]


def test_every_line_is_in_the_table_once():
    text = TABLE.read_text(encoding="utf-8")
    assert set(table()) == set(wanted())
    assert len(ROWS.findall(text)) == len(wanted()) == len(re.findall(r"^\| [A-Z]+-[0-9]", text, re.MULTILINE))


def test_every_line_stands_there_once_in_the_lists_own_words():
    found = [line for line, _, _ in blocks(PAGE.read_text(encoding="utf-8"))]
    assert (len(found), set(found)) == (len(wanted()), set(wanted()))
    assert [line for line, text in texts().items() if not text.startswith("Given ")] == []
    assert digest() == THE_LIST_SAYS, "a line reads otherwise than in the scenario list"


def test_under_every_line_stand_the_tests_that_play_it_and_what_is_still_to_come():
    page = PAGE.read_text(encoding="utf-8")
    assert page == renewed(page), "`python -m tests.support.lines` renews what stands under the lines"


@pytest.mark.parametrize("line", wanted())
def test_a_line_that_says_what_must_not_be_has_a_test_that_says_so_too(line: str):
    retold = [one.retold for one in played()[line]]
    assert any(re.search(r"\bNOT\b", one) for one in retold) or "**NOT**" not in texts()[line]


def test_the_page_names_no_test_that_is_not_there():
    names = set(re.findall(r"`(test_[a-z0-9_]+)`", PAGE.read_text(encoding="utf-8")))
    assert names
    here = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))
    assert names <= set(re.findall(r"^def (\w+)", here, re.MULTILINE))


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
