"""What a protocol says of the desks' own work: what a talk asks, whom to ask for advice in which order, what a complaint has to hold.

Data: nothing here is a limit on help. A talk with a question open is shown as such; a complaint that lacks an item stands all the same.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backbone.protocols.conditions import ALWAYS, When
from backbone.protocols.facts import Facts
from schakel.events.base import Reason, Slug
from schakel.events.vocab import Person, Role, TalkQuestion

Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]
_SOURCE = Field(description='where it says so: a mark of `sources` and a quote, or "keuze: ..." for our own')
_ID = Field(description="a short name in small letters, digits and hyphens")


class Part(BaseModel):
    """An immutable part without room for fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class TalkRule(Part):
    """A talk of one of these roles with the person, and what it asks. It is not done while an answer is missing."""

    id: Slug = _ID
    by: tuple[Role, ...] = Field(min_length=1, description="the roles that have the talk")
    whom: Person = Person.VICTIM
    asks: tuple[TalkQuestion, ...] = Field(min_length=1, description="the questions, such as [how_are_you]")
    when: When = ALWAYS
    source: Source = _SOURCE


class AdviceLadder(Part):
    """Whom to ask for advice, the nearest first; who skips one says why (domain-detail A78)."""

    rungs: tuple[Role, ...] = Field(min_length=2, description="roles, the nearest first")
    source: Source = _SOURCE


class ComplaintItems(Part):
    """What a complaint has to hold in such a case, by codes of the scheme's own list."""

    id: Slug = _ID
    items: tuple[Reason, ...] = Field(min_length=1, description="codes in small letters, such as address_of_the_page")
    when: When = ALWAYS
    source: Source = _SOURCE


class DeskRules(Part):
    """All of it."""

    talks: tuple[TalkRule, ...] = ()
    advice: AdviceLadder | None = None
    complaint_items: tuple[ComplaintItems, ...] = ()

    def talks_for(self, facts: Facts) -> Iterator[TalkRule]:
        return (talk for talk in self.talks if talk.when.matches(facts))

    def items_for(self, facts: Facts) -> tuple[str, ...]:
        """The codes of everything that a complaint has to hold, each once."""
        lists = (rule.items for rule in self.complaint_items if rule.when.matches(facts))
        return tuple(dict.fromkeys(item for items in lists for item in items))

    def sources(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Each source, with the way to it in the file."""
        for section in ("talks", "complaint_items"):
            for position, part in enumerate(getattr(self, section)):
                yield ("desk", section, position, "source"), part.source
        if self.advice:
            yield ("desk", "advice", "source"), self.advice.source
