"""The columns of a list are the fields of a line: one that is added to the line and to no column would be left out in silence."""

from dataclasses import fields
from enum import StrEnum

from backbone.meetings import Effort, Enrichment, LeadTime, Line
from backbone.overviews import lines
from schakel.events import vocab


def test_every_field_of_a_line_has_its_column_in_the_same_order() -> None:
    assert list(lines.COLUMNS) == [field.name for field in fields(Line)]
    assert len(set(lines.COLUMNS.values())) == len(lines.COLUMNS), "two columns of one name"


def test_what_stands_inside_a_field_has_words() -> None:
    inside = {field.name for one in (LeadTime, Effort) for field in fields(one)}
    assert inside == lines._INSIDE.keys()
    assert {field.name for field in fields(Enrichment)} == {"by", "what", "says"}, "the shape that a line is said in"


def test_fields_with_words_of_a_list_name_a_list_that_there_is() -> None:
    assert set(lines._LISTS) <= set(lines.COLUMNS)
    for name in lines._LISTS.values():
        assert issubclass(getattr(vocab, name), StrEnum)
        assert name in lines.lists()
