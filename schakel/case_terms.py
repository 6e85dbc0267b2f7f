"""What a case remembers of requests to be forgotten, terms for keeping and legal holds. Values, part of `schakel.case_state.State`."""

from datetime import date, datetime

import msgspec


class Asking(msgspec.Struct, omit_defaults=True):
    """One message that asks to forget somebody. The first asks, another may be its proof."""

    id: str
    by: str
    """The partner that told it."""
    asked_by: str
    """Who asks, by role (`Person`)."""
    at: datetime
    proof: str | None = None


class Term(msgspec.Struct, omit_defaults=True):
    """A clock that ends in erasure."""

    id: str
    """Id of its `erasure.scheduled`."""
    due_at: datetime


class Erasure(msgspec.Struct, omit_defaults=True):
    """Somebody is to be forgotten: because it was asked (`asked`, oldest first), or because the term for keeping is over (none)."""

    asked: list[Asking] = []
    term: Term | None = None
    refused: str | None = None
    """Id of the hold for which it was refused last."""


class LegalHold(msgspec.Struct, omit_defaults=True):
    """A duty by law to keep what is here, through its last day."""

    id: str
    by: str
    ground: str
    until: date
