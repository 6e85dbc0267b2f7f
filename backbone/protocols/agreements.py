"""What partners signed, as a scheme's text says: parties, purposes, from when until when, when it is reviewed; and a pilot's bounds.

Not here: who the parties are (a chain's file names the partners that signed, `backbone.chains.model.Agreement`).
"""

from datetime import date
from itertools import pairwise

from pydantic import Field, model_validator

from backbone.protocols.parts import LimitText, Part, Source, Text
from schakel.events.base import Slug
from schakel.events.vocab import Purpose, Role


class SignedAgreement(Part):
    """A covenant or agreement between roles. After its last day it allows nothing: it is not valid in silence."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    title: Text = Field(description="its title, in Dutch")
    parties: tuple[Role, ...] = Field(min_length=2, description="the roles that are party to it")
    purposes: tuple[Purpose, ...] = Field((), description="what may be shared for; none: it is no basis to share")
    signed_on: date | None = None
    in_force: date | None = Field(None, description="the first day; null when the text does not say")
    until: date | None = Field(None, description="the last day; null when the text names no end")
    review_every: LimitText | None = Field(None, description='such as "24 maanden", counted from the first day')
    warn_before: LimitText | None = Field(None, description="how long before its end its parties are warned")
    tell: tuple[Role, ...] = Field((), description="the roles that hear of a review or the end; none: its parties")
    source: Source

    @model_validator(mode="after")
    def _in_order(self) -> "SignedAgreement":
        days = [("signed_on", self.signed_on), ("in_force", self.in_force), ("until", self.until)]
        known = [(name, day) for name, day in days if day is not None]
        for (before, first), (after, then) in pairwise(known):
            if then < first:
                raise ValueError(f"{after} {then} lies before {before} {first}")
        if self.in_force is None and (self.review_every or self.warn_before):
            raise ValueError("review_every and warn_before count from in_force: add its first day")
        return self


class Pilot(Part):
    """A trial with an area and a period: a case is in or out. It gives nobody a right: consent or covenant still decides."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    title: Text = Field(description="its title, in Dutch")
    parties: tuple[Role, ...] = Field(min_length=1, description="the roles that take part")
    municipalities: tuple[Slug, ...] = Field(min_length=1, description="where, in small letters")
    from_day: date = Field(description="the first day, as 2026-01-01")
    until: date | None = None
    source: Source

    def covers(self, municipality: str | None, day: date) -> bool:
        """Whether an incident reported there on that day is in it."""
        started = self.from_day <= day and (self.until is None or day <= self.until)
        return municipality in self.municipalities and started
