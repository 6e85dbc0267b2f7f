"""The mapping of the acceptance test, on an invented list in that form, against counts by the acceptance test's own code."""

from collections import Counter
from pathlib import Path

import pytest

from backbone.lists.checks import columns, load_mapping
from backbone.lists.convert import Ready
from backbone.lists.run import counted
from schakel.events.base import SealedField
from schakel.events.vocab import DayPart
from tests.acceptance.counts import count
from tests.acceptance.run import main
from tests.lists.support import EXAMPLES, converted, opened

INCIDENTS = Path(__file__).with_name("incidents.csv")
MAPPING = load_mapping(EXAMPLES / "toronto.yaml")


def incidents() -> list[Ready]:
    found = [row for row in converted(INCIDENTS, MAPPING) if isinstance(row, Ready)]
    assert len(found) == 5
    return found


def test_the_import_and_the_count_agree() -> None:
    mapped, straight = counted(incidents()), count(INCIDENTS)
    assert mapped["ground"] == straight.grounds
    assert mapped["nature"] == straight.natures
    assert mapped["place"] == straight.places
    assert mapped["district"]["(none)"] == straight.districts["-"] == 1
    assert Counter(str(row.event.facts.occurrence.first_day) for row in incidents()) == straight.days


def test_the_count_itself() -> None:
    assert count(INCIDENTS).grounds == {
        "antisemitism": 1, "skin_colour": 2, "origin": 1, "disability": 1, "language": 1, "anti_muslim": 1, "religion": 1,
        "sexual_orientation": 2, "gender_identity": 1, "gender": 1, "unknown": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"melding;datum\nM-1;05-01-2026\n", "it has no column 'EVENT_UNIQUE_ID'"),
        (b"PK\x03\x04\xff\xfe", "it is no CSV in UTF-8"),
    ],
)
def test_another_list_is_told_from_that_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, why: str
) -> None:
    other = tmp_path / "meldingen.csv"
    other.write_bytes(content)
    assert main([str(other)]) == 2
    assert why in capsys.readouterr().out


def test_times_of_day() -> None:
    """0 is no midnight but an unknown hour; 02:30 was skipped that night in Toronto, and 01:30 came twice."""
    rows = incidents()
    assert [row.event.facts.occurrence.day_part for row in rows[:2]] == [DayPart.AFTERNOON, DayPart.UNKNOWN]
    assert SealedField.EXACT_TIME not in rows[1].parts["victim"]
    assert rows[2].parts["victim"][SealedField.EXACT_TIME] == "2022-03-13T03:30:00-04:00"
    assert rows[3].parts["victim"][SealedField.EXACT_TIME] == "2022-11-06T01:30:00-04:00"
    assert rows[4].event.reported_at.isoformat() == "2023-01-01T05:10:00+00:00"


def test_what_is_finer_than_a_district_is_only_sealed() -> None:
    row = incidents()[0]
    readable = row.event.model_dump_json()
    assert "Invented" not in readable
    assert "XX-1" not in readable
    assert row.parts["victim"][SealedField.EXACT_PLACE] == "Invented (1)"


def test_every_column_is_used_or_left_out_on_purpose() -> None:
    assert opened(INCIDENTS, MAPPING).others_than([*columns(MAPPING), *MAPPING.unused]) == []
