"""Rows that say danger go first: sent before all others, each once, and named by the number that they have in the file."""

import csv
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from backbone.lists import partner
from backbone.lists.cells import Row
from backbone.lists.urgent import danger_first
from tests.lists.support import LIST, MAPPING, FakeBackbone, edited

NAME = "discriminatie-nl-amsterdam"


@given(urgent=st.sets(st.integers(0, 30)), numbers=st.lists(st.integers(0, 30), unique=True).map(sorted))
def test_each_row_once_those_in_danger_before_the_others_and_both_in_the_order_of_the_list(
    urgent: set[int], numbers: list[int]
) -> None:
    found = [row.number for row in danger_first([Row(number, {}) for number in numbers], urgent)]
    assert found == sorted(numbers, key=lambda number: (number not in urgent, number))


class Desk:
    """A desk with the example list, whose last column says whether somebody is in danger: row number -> what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.backbone = folder, FakeBackbone()
        danger = (
            'report:\n  checks:\n    danger_now: {column: Gevaar, values: {ja: "yes", nee: "no"}, missing: unknown}\n'
        )
        self.mapping = edited(folder, ("unused: [Behandelaar]\n", ""), ("report:\n", danger), source=MAPPING)

    def file(self, **danger: str) -> Path:
        """Rows by dossier: 001, 002, 003 and 005 are reports; 004 is skipped. Those that are not named leave the column empty."""
        with LIST.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, delimiter=";")
        header[-1] = "Gevaar"
        for row in rows:
            row[-1] = danger.get(f"d{row[0][-3:]}", "")
        path = self.folder / "lijst.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([header, *rows])
        return path

    def imports(self, file: Path, *options: str) -> Result:
        said = ["import", str(file), "--mapping", str(self.mapping), "--as", NAME, *options]
        return CliRunner().invoke(app, said)

    def order(self) -> list[str]:
        """The places of what was sent, in the order of sending: each row of the list has another."""
        return [self.backbone.events[event_id].facts.place.place_type.value for event_id in self.backbone.sent]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path)

    @contextmanager
    def connect(*_: object):
        yield made.backbone

    monkeypatch.setattr(partner, "connect", connect)
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path / "var"))
    return made


IN_ORDER = ["street", "home", "public_transport", "school"]


@pytest.mark.parametrize(
    ("danger", "order"),
    [
        ({}, IN_ORDER),
        ({"d001": "nee", "d005": "nee"}, IN_ORDER),
        ({"d005": "ja"}, ["school", "street", "home", "public_transport"]),
        ({"d002": "ja", "d005": "ja"}, ["home", "school", "street", "public_transport"]),
    ],
)
def test_what_says_danger_is_sent_first(desk: Desk, danger: dict[str, str], order: list[str]) -> None:
    file = desk.file(**danger)
    result = desk.imports(file)
    assert result.exit_code == 0, result.output
    assert desk.order() == order
    count = list(danger.values()).count("ja")
    assert (f"{count} of 4 rows say that somebody is in danger: they go first." in result.output) == bool(count)
    again = desk.imports(file)
    assert (again.exit_code, desk.order()) == (0, order), "importing again adds nothing"
    assert "known" in again.output


def test_an_old_list_keeps_its_order(desk: Desk) -> None:
    """Nobody is in danger now in a list from before the backbone."""
    assert desk.imports(desk.file(d005="ja"), "--history").exit_code == 0
    assert desk.order() == IN_ORDER


def test_a_dry_run_says_it_too_and_sends_nothing(desk: Desk) -> None:
    result = desk.imports(desk.file(d005="ja"), "--dry-run")
    assert "1 of 4 rows say that somebody is in danger" in result.output
    assert desk.order() == []


def test_the_rest_waits_for_next_time_and_the_danger_was_sent(desk: Desk) -> None:
    """The backbone answers one report only: it is the one in danger; the same command goes on with the others."""
    file = desk.file(d005="ja")
    desk.backbone.answers = lambda number: number == 1
    assert desk.imports(file, "--in-flight", "1", "--timeout", "1").exit_code == 1
    assert desk.order()[0] == "school"
    assert len(desk.backbone.receipts) == 1
    desk.backbone.answers = lambda number: True
    assert desk.imports(file).exit_code == 0
    assert len(desk.backbone.receipts) == 4
    assert desk.order().count("school") == 1


def test_a_line_names_the_row_of_the_file(desk: Desk) -> None:
    """Refused, wrong or in danger: the number is what the spreadsheet shows, and the lines stand in the order of sending."""
    desk.backbone.refuses = lambda event: event.facts.place.place_type.value in ("school", "street")
    file = desk.file(d005="ja", d002="wat")
    assert desk.imports(file).exit_code == 1
    with file.with_name("lijst.csv.errors.csv").open(encoding="utf-8-sig", newline="") as found:
        listed = {row["row"]: row["code"] for row in csv.DictReader(found)}
    assert listed == {"2": "place.unknown_district", "3": "cell.unmapped", "6": "place.unknown_district"}
    assert desk.order()[0] == "school"


def test_of_two_rows_that_are_one_report_the_one_in_danger_counts(desk: Desk) -> None:
    file = desk.file(d005="ja")
    file.write_text(file.read_text(encoding="utf-8").replace("M-2026-005", "M-2026-001"), encoding="utf-8")
    result = desk.imports(file)
    assert result.exit_code == 1
    assert desk.order()[0] == "school"
    assert "street" not in desk.order()
    with file.with_name("lijst.csv.errors.csv").open(encoding="utf-8-sig", newline="") as found:
        (line,) = csv.DictReader(found)
    assert (line["row"], line["code"]) == ("2", "row.same_identity")
