"""What a case keeps of the desks' own work after the first contact: plain values, nothing that decides. See `schakel.case_desk`.

It hangs on `State.desk`, which is null until somebody tells something of the kind: most cases carry nothing of it. `n` is how many
events the case had then: an order that no clock of a partner's can upset.
"""

from datetime import date, datetime

import msgspec


class Talk(msgspec.Struct, omit_defaults=True):
    """What a contact with somebody brought: which questions were answered, and whether that person may be called again."""

    contact: str
    by: str
    whom: str
    at: datetime
    answered: list[str] = []
    wants_call: str = "unknown"
    n: int = 0


class Needs(msgspec.Struct, omit_defaults=True):
    """One record of what the person needs, hopes for, and wants."""

    id: str
    by: str
    at: datetime
    needs: list[str] = []
    cannot_be_met: list[str] = []
    wishes: list[str] = []
    no_wish: list[str] = []
    explained_before: int = 0
    """How often it had been explained by then what cannot be done."""


class Inquiry(msgspec.Struct, omit_defaults=True):
    """A closed question of one partner to another."""

    id: str
    by: str
    to: str
    question: str
    at: datetime
    answer: str | None = None
    answered_at: datetime | None = None


class AdviceAsked(msgspec.Struct, omit_defaults=True):
    """A request for advice of whoever holds a role."""

    id: str
    by: str
    to: str
    at: datetime
    answered_at: datetime | None = None


class Advice(msgspec.Struct, omit_defaults=True):
    """An advice, asked or unasked."""

    id: str
    by: str
    at: datetime
    request: str | None = None
    advises: list[str] = []


class Complaint(msgspec.Struct, omit_defaults=True):
    """The criminal complaint (aangifte), from appointment to end. Each step may be told without the one before it."""

    appointed: str | None = None
    appointed_on: date | None = None
    taken: str | None = None
    taken_on: date | None = None
    taken_by: str | None = None
    supplements: int = 0
    items: list[str] = []
    """What it holds, by the codes of the protocol's own list."""
    settled: str | None = None
    settled_by: str | None = None
    outcome: str | None = None
    reason: str | None = None
    settlements: int = 0
    """How many ends were told: each is explained to the person."""


class Settlement(msgspec.Struct, omit_defaults=True):
    """The way of settling that was chosen, beside the wish that it goes by or departs from."""

    id: str
    by: str
    at: datetime
    settlement: str
    wish: str | None = None
    departs_from_wish: bool = False
    motive: str | None = None
    explained_before: int = 0


class Grievance(msgspec.Struct, omit_defaults=True):
    """A complaint about how a partner treated the person."""

    id: str
    by: str
    about: str
    at: datetime
    handed_in: bool = False


class Hearing(msgspec.Struct, omit_defaults=True):
    """Hearing both sides: whether she agreed to it, what came of it, and whether what comes next was discussed with her."""

    agreed: str | None = None
    agreed_at: datetime | None = None
    owner: str | None = None
    removed: str | None = None
    """Did it take away the suspicion?"""
    content: str | None = None
    """Is the reporter content?"""
    by: str | None = None
    """Who said so last."""
    result_n: int = 0
    result_at: datetime | None = None
    discussed_n: int = 0


class Mark(msgspec.Struct, omit_defaults=True):
    """Something was done otherwise than agreed or described. It was accepted, and it shows."""

    id: str
    """The event that says so."""
    kind: str
    by: str
    at: datetime
    expected: str | None = None


class DeskNotes(msgspec.Struct, omit_defaults=True):
    """All of it, each by the id of the event that told it."""

    talks: dict[str, Talk] = {}
    needs: dict[str, Needs] = {}
    inquiries: dict[str, Inquiry] = {}
    asked_advice: dict[str, AdviceAsked] = {}
    advice: dict[str, Advice] = {}
    complaint: Complaint | None = None
    settlements: dict[str, Settlement] = {}
    grievances: dict[str, Grievance] = {}
    hearing: Hearing | None = None
    marks: list[Mark] = []
    explained: list[str] = []
    """Topics that were explained in the course of something else: with a question about consent, with a label."""


NOTHING = DeskNotes()
"""Of a case in which nobody told anything of the kind. Read it, never write it."""
