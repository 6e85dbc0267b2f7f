"""A mapping file: the examples load, and whoever makes a mistake is told where, what, and what to write instead."""

from pathlib import Path

import pytest

from backbone.lists.checks import columns, load_mapping
from backbone.protocols.reading import DefinitionError
from tests.lists.support import EXAMPLES, MAPPING, edited


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_are_in_order(path: Path) -> None:
    assert columns(load_mapping(path))


MISTAKES = {
    "a misspelt field": ("  place_type:", "  place_tipe:", "did you mean `place_type`?"),
    "a word that the catalogue does not know": ("woning: home", "woning: house", "'house' is no word for `place_type`"),
    "a close word": ("otherwise: other", "otherwise: oter", "did you mean `other`?"),
    "a sub-ground that does not exist": (
        "Homo: sexual_orientation/gay",
        "Homo: sexual_orientation/homo",
        "no word for",
    ),
    "a table that is not there": ("table: ja-nee}", "table: ja_nee}", "there is no table `ja_nee`"),
    "a cell that stands in a table twice": (
        "    Moslim:",
        '    "homo ": sexual_orientation\n    Moslim:',
        "the same cell",
    ),
    "a date format that cannot be read back": ("%d-%m-%Y", "%d-%-m-%Y", "no pattern"),
    "a date format without a date": ("%d-%m-%Y", "dd-mm-jjjj", "names no part of a date"),
    "a time format among the dates": ('"%d %B %Y"]', "hmm]", "none for dates"),
    "an unknown time zone": ("Europe/Amsterdam", "Europe/Mokum", "is no time zone"),
    "a sealed column called not personal": (
        "personal: [Stadsdeel",
        "personal: [Telefoon, Stadsdeel",
        "so it is personal",
    ),
    "a column both used and unused": ("unused: [", "unused: [Via, ", "is in use"),
    "a required field that is not there": ("required: [", "required: [nature, ", "did you mean `natures`?"),
    "a required field that is not mapped": ("required: [", "required: [tenure, ", "required but not mapped"),
    "column and constant together": ("{constant: amsterdam}", "{constant: amsterdam, column: Plaats}", "not both"),
    "a constant with a table": ("{constant: amsterdam}", "{constant: a, table: grond}", "stands alone"),
    "a name for a place that is no slug": ("{constant: amsterdam}", "{constant: Den Haag}", "write 'den-haag'"),
    "the same line twice": ("file:\n", "mapping: again\nfile:\n", "not readable as YAML"),
}
"""What somebody writes instead of what stands in the example, and what is said about it at that line."""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_shown_with_its_line(mistake: str, tmp_path: Path) -> None:
    old, new, says = MISTAKES[mistake]
    path = edited(tmp_path, (old, new), source=MAPPING)
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if new.splitlines()[0] in text)
    shown = faults(path)
    assert f"{path}:{line}: error: " in shown, shown
    assert says in shown, shown
    assert "expected: " in shown
    assert "do: " in shown


def test_a_field_that_would_take_over_any_text(tmp_path: Path) -> None:
    """A district is readable on the ledger: whatever somebody typed in that column must not be."""
    path = edited(tmp_path, ("    one_of: [Centrum", "    # [Centrum"), source=MAPPING)
    assert "this field is readable on the ledger" in faults(path)


def test_a_missing_part(tmp_path: Path) -> None:
    path = edited(tmp_path, ("identity: {columns: [Dossiernr]}", ""), source=MAPPING)
    assert f"{path}:1: error: `identity` is missing" in faults(path)


def test_an_exact_time_of_nothing(tmp_path: Path) -> None:
    path = edited(tmp_path, ("  occurred: {", "  # occurred: {"), source=MAPPING)
    assert "no moment to seal" in faults(path)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    path = edited(tmp_path, ("woning: home", "woning: house"), ("straat: street", "straat: lane"), source=MAPPING)
    assert faults(path).count(": error: ") == 2


def faults(path: Path) -> str:
    with pytest.raises(DefinitionError) as caught:
        load_mapping(path)
    return str(caught.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(DefinitionError, match="does not exist"):
        load_mapping(Path("nowhere.yaml"))
