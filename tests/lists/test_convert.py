"""From a row to a report: what is taken over, what is sealed, what is refused, and what no error may show."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.lists.cells import Row, key
from backbone.lists.checks import columns
from backbone.lists.convert import Converter, Ready, Skipped
from backbone.lists.identity import ImportKey, make_key, read_key
from backbone.lists.mapping import Mapping
from backbone.lists.problems import ListError, RowError
from schakel.events.base import SealedField
from schakel.events.vocab import Channel, DayPart, Ground, GroundBasis, Identity, Nature, PlaceType, SubGround
from tests.lists.support import KEY, LIST, NOW, converted, edited, example


def test_the_first_row_of_the_example() -> None:
    row = converted(LIST)[0]
    assert isinstance(row, Ready)
    facts = row.event.facts
    assert row.event.reported_at == datetime(2026, 1, 5, 8, 15, tzinfo=UTC)
    assert (facts.occurrence.first_day, facts.occurrence.last_day) == (date(2026, 1, 3), date(2026, 1, 3))
    assert facts.occurrence.day_part is DayPart.EVENING
    assert facts.natures == (Nature.SCOLDING, Nature.THREAT)
    (motive,) = facts.grounds
    assert (motive.ground, motive.sub_ground) == (Ground.SEXUAL_ORIENTATION, SubGround.GAY)
    assert motive.basis is GroundBasis.SAID_BY_VICTIM
    assert (facts.place.municipality, facts.place.district, facts.place.place_type) == (
        "amsterdam",
        "oost",
        PlaceType.STREET,
    )
    assert (facts.identity, facts.channel) == (Identity.BY_NAME, Channel.WEB_FORM)
    assert [terms.recipient for terms in row.event.consents] == ["slachtofferhulp"]
    assert row.parts == {
        "victim": {
            SealedField.CONTACT_DETAILS: {"name": "Wies Verzonnen", "telephone": "0600000001"},
            SealedField.STORY: "Riep het twee keer; liep daarna mee tot de deur.",
            SealedField.EXACT_TIME: "2026-01-03T23:40:00+01:00",
            SealedField.OWN_REFERENCE: "M-2026-001",
        }
    }


def test_the_other_rows_of_the_example() -> None:
    _, second, third, fourth, fifth = converted(LIST)
    assert isinstance(second, Ready)
    assert [motive.ground for motive in second.event.facts.grounds] == [Ground.GENDER_IDENTITY, Ground.ORIGIN]
    assert second.event.facts.occurrence.day_part is DayPart.UNKNOWN
    assert SealedField.EXACT_TIME not in second.parts["victim"]
    assert second.event.consents == ()
    assert isinstance(third, Ready)
    assert third.event.reported_at == datetime(2026, 1, 7, 11, tzinfo=UTC)  # no time: the mapping's own
    assert third.event.facts.place.district is None  # "onbekend" is not filled in
    assert third.event.facts.channel is Channel.DESK  # "Balie "
    assert third.event.facts.identity is Identity.ANONYMOUS_HEARD
    assert set(third.parts["victim"]) == {SealedField.OWN_REFERENCE, SealedField.EXACT_TIME}
    assert fourth == Skipped(5, "not a report yet")
    assert isinstance(fifth, Ready)
    assert fifth.event.facts.channel is Channel.OTHER  # "formulier": otherwise


def errors(tmp_path: Path, *changes: tuple[str, str], mapping: Mapping | None = None) -> list[RowError]:
    found = converted(edited(tmp_path, *changes), mapping)
    return [error for row in found if isinstance(row, tuple) for error in row]


def test_a_value_that_nobody_mapped(tmp_path: Path) -> None:
    (error,) = errors(tmp_path, (";Oost;straat;", ";Oost;plein;"))
    assert (error.row, error.column, error.field, error.found) == (2, "Plaats", "place_type", "plein")
    assert error.code == "cell.unmapped"
    assert error.expected == "one of: online, ov, school, straat, uitgaan, werk, woning"
    assert "add this value to the mapping" in error.remedy


def test_a_personal_cell_is_never_shown(tmp_path: Path) -> None:
    mapping = example()
    hidden = mapping.model_copy(update={"not_personal": ()})
    (error,) = errors(tmp_path, (";Oost;straat;", ";Oost;bij Wies Verzonnen thuis;"), mapping=hidden)
    assert error.found == "(not shown: personal data)"
    assert "Wies" not in repr(error)


def test_everything_wrong_with_a_row_is_said_at_once(tmp_path: Path) -> None:
    changes = ("05-01-2026;09:15", "05-13-2026;9 uur"), (";schelden/bedreiging;Homo", ";schelden/slaan;Hetero")
    found = errors(tmp_path, *changes)
    assert [(error.code, error.field) for error in found] == [
        ("cell.date", "reported_at"),
        ("cell.unmapped", "natures"),
        ("cell.unmapped", "grounds"),
    ]
    assert found[0].expected == "a date from 1970 on, written as %d-%m-%Y or %d %B %Y"


WRONG = {
    "cell.time": (";05-01-2026;09:15;", ";05-01-2026;kwart over negen;"),
    "cell.future": (";05-01-2026;09:15;03-01-2026;", ";05-02-2026;09:15;03-01-2026;"),
    "cell.identity": ("M-2026-001;", ";"),
    "cell.shortened": ("M-2026-001;", "2,02601E+12;"),
    "cell.required": (";05-01-2026;09:15;", ";;09:15;"),
    "row.order": (";03-01-2026;23:40;", ";06-01-2026;23:40;"),
    "row.required": (";Homo;;", ";;;"),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_can_be_wrong_with_a_row(tmp_path: Path, code: str) -> None:
    (error,) = errors(tmp_path, WRONG[code])
    assert (error.row, error.code) == (2, code)
    assert error.expected
    assert error.remedy


@pytest.mark.parametrize("cell", ["", "  ", "onbekend", "2,02601E+12"])
def test_a_row_needs_an_identity_of_its_own(tmp_path: Path, cell: str) -> None:
    """Else every row without a number would be one and the same report."""
    (error,) = errors(tmp_path, ("M-2026-001;", f"{cell};"))
    assert error.field == "identity"
    assert error.found in ("an empty cell", "(not shown: personal data)")


def test_a_time_that_means_that_nobody_knows_the_time(tmp_path: Path) -> None:
    mapping = example()
    occurred = mapping.report.occurred
    assert occurred is not None
    report = mapping.report.model_copy(update={"occurred": occurred.model_copy(update={"unknown_times": ("00:01",)})})
    path = edited(tmp_path, (";03-01-2026;23:40;", ";03-01-2026;0:01;"))
    row = converted(path, mapping.model_copy(update={"report": report}))[0]
    assert isinstance(row, Ready)
    assert row.event.facts.occurrence.day_part is DayPart.UNKNOWN
    assert SealedField.EXACT_TIME not in row.parts["victim"]
    assert converted(path, mapping)[0].event.facts.occurrence.day_part is DayPart.NIGHT  # type: ignore[union-attr]


def test_a_row_has_the_same_id_every_time_and_another_mark_when_it_changes(tmp_path: Path) -> None:
    first, again = converted(LIST)[0], converted(LIST)[0]
    assert isinstance(first, Ready)
    assert isinstance(again, Ready)
    assert (first.event_id, first.mark) == (again.event_id, again.mark)
    for change in ((";Oost;", ";West;"), ("Wies;", "Wiesje;"), (";ja;B1\nM-2026-002", ";nee;B1\nM-2026-002")):
        changed = converted(edited(tmp_path, change))[0]
        assert isinstance(changed, Ready)
        assert changed.event_id == first.event_id
        assert changed.mark != first.mark
    unused = converted(edited(tmp_path, (";ja;B1\nM-2026-002", ";ja;B9\nM-2026-002")))[0]
    assert unused == first  # a column that is not used


def test_an_id_cannot_be_guessed_without_the_partners_key() -> None:
    """Who knows the dossier number but not the key gets another id: the ledger cannot be searched for it."""
    mine, other = converted(LIST)[0], converted(LIST, key=ImportKey(bytes(31) + b"1", "meldpunt"))[0]
    assert isinstance(mine, Ready)
    assert isinstance(other, Ready)
    assert mine.event_id != other.event_id
    assert mine.mark != other.mark
    assert converted(LIST, key=ImportKey(bytes(32), "somebody-else"))[0] != mine


def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "meldpunt.key"
    made = make_key(path, "meldpunt")
    assert read_key(path, "meldpunt").event_id(["1"]) == made.event_id(["1"])
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        make_key(path, "meldpunt")
    path.chmod(0o640)
    with pytest.raises(ListError, match="chmod 600"):
        read_key(path, "meldpunt")
    path.chmod(0o600)
    path.write_text("not hexadecimal")
    with pytest.raises(ListError, match="is no import key"):
        read_key(path, "meldpunt")


def test_history_is_said_in_the_event() -> None:
    converter = Converter(example(), KEY, now=NOW, history=True)
    cells = _cells()
    row = converter.convert(Row(2, cells))
    assert isinstance(row, Ready)
    assert row.event.history
    assert not converted(LIST)[0].event.history  # type: ignore[union-attr]


def test_a_fault_of_ours_shows_nothing_of_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, words: object) -> str:
        raise ZeroDivisionError("Wies Verzonnen")

    monkeypatch.setattr(ImportKey, "mark", broken)
    found = converted(LIST)[0]
    assert isinstance(found, tuple)
    assert (found[0].code, found[0].found) == ("row.unforeseen", "ZeroDivisionError")
    assert "Wies" not in repr(found)


def _cells() -> dict[str, str]:
    with LIST.open(encoding="utf-8", newline="") as file:
        return {key(column): cell for column, cell in next(csv.DictReader(file, delimiter=";")).items()}


@given(st.dictionaries(st.sampled_from([key(column) for column in columns(example())]), st.text(max_size=30)))
def test_whatever_the_cells_hold_a_row_is_converted_skipped_or_refused_with_a_reason(cells: dict[str, str]) -> None:
    row = CONVERTER.convert(Row(2, {**CELLS, **cells}))
    if isinstance(row, tuple):
        assert row
        assert all(error.row == 2 and error.code and error.expected and error.remedy for error in row)
    elif isinstance(row, Ready):
        assert replace(row).event.facts.grounds


@given(st.text(min_size=12, max_size=30).filter(lambda words: words.strip() and not words.isascii()))
def test_no_error_repeats_what_stands_in_a_personal_column(words: str) -> None:
    personal = {key(column): words for column in columns(EXAMPLE) if column not in EXAMPLE.not_personal}
    row = CONVERTER.convert(Row(2, {**CELLS, **personal, key("Dossiernr"): ""}))
    assert isinstance(row, tuple)
    assert words not in repr(row)


EXAMPLE = example()
CONVERTER = Converter(EXAMPLE, KEY, now=NOW)
CELLS = _cells()
