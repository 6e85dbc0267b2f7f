"""What every part of a protocol file is made of: a frozen model without room for more, its texts, limits and sources.

Here: what the parts share. Not here: the parts themselves (`model`, `clock_rules`, ...).
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, StringConstraints

from backbone.protocols.reading import Fault, Location
from schakel.calendar import Limit
from schakel.events.base import Slug


def _limit(value: object) -> Limit:
    if isinstance(value, Limit):
        return value
    return Limit.parse(value if isinstance(value, str) else f"{value}")


LimitText = Annotated[Limit, PlainValidator(_limit), PlainSerializer(str)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Source = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3),
    Field(
        description='where it says so: a mark of `sources` and a quote, "[1] §2.1 «...»", or "keuze: ..." for our own'
    ),
]


class Part(BaseModel):
    """An immutable part of a definition without room for fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Note(BaseModel):
    """Something the scheme prescribes that no service acts on yet: kept word for word, never dropped."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    source: Source


def no_such(at: Location, what: str, found: str, known: Sequence[str], where: str) -> Fault:
    """A part names another one that is not there."""
    return Fault(
        at,
        f"{what} names `{found}`, which is not among {where}",
        f"one of {', '.join(known) or 'none: this file has none'}",
        f"name one of these, or add `{found}` to {where}",
    )
