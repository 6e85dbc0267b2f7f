"""What a case knows of its schemes' own parts: plain values, folded by `schakel.case_scheme`."""

from datetime import datetime

import msgspec


class CategoryMark(msgspec.Struct, omit_defaults=True):
    """Somebody put the case in a level or category of a protocol. None is overwritten; the newest that stands counts."""

    id: str
    protocol: str
    category: str
    by: str
    at: datetime


class Lead(msgspec.Struct, omit_defaults=True):
    """Who leads the case, in which role, by which event."""

    id: str
    partner: str
    role: str


class LineMark(msgspec.Struct, omit_defaults=True):
    """The newest answer to one line."""

    id: str
    answer: str
    by: str


class StepMark(msgspec.Struct, omit_defaults=True):
    """One step of BOB. `actions`: what was agreed after a decision and before the next one."""

    id: str
    step: str
    by: str
    actions: list[str] = []


class Agreed(msgspec.Struct, omit_defaults=True):
    """What kind of action was agreed by whom, and whether it helped; its dates and reminders are not here."""

    id: str
    action: str
    by: str
    helped: str | None = None


class Statement(msgspec.Struct, omit_defaults=True):
    id: str
    by: str
    speaker: str


class Said(msgspec.Struct, omit_defaults=True):
    """A partner's word on the aggravating circumstance of art. 44bis: considered, or with the outcome of the case."""

    id: str
    by: str
    answer: str
    outcome: str | None = None


class Found(msgspec.Struct, omit_defaults=True):
    """A police record that a query found, and what a person made of it."""

    id: str
    query: str
    version: str
    relevant: str | None = None


class Escalation(msgspec.Struct, omit_defaults=True):
    """Somebody asked to take the case up to a role. `done`: id of the `case.escalated`."""

    id: str
    to: str
    by: str
    done: str | None = None


class SchemeState(msgspec.Struct, omit_defaults=True):
    """All of it. A case that knows none of it has none of this."""

    categories: list[CategoryMark] = []
    suggested: dict[str, str] = {}
    """`<protocol>/<category>` -> id of the suggestion."""
    lead: Lead | None = None
    escalations: list[Escalation] = []
    lines: dict[str, LineMark] = {}
    """`<protocol>/<checklist>/<line>` -> its newest answer."""
    steps: list[StepMark] = []
    actions: list[Agreed] = []
    needs: dict[str, list[str]] = {}
    """Id of the `needs.recorded` -> what she asked for."""
    statements: list[Statement] = []
    complaint: dict[str, str] = {}
    """Id of the event -> how far a criminal complaint is: appointed, taken, or `settled/<outcome>`."""
    aggravating: list[Said] = []
    found: Found | None = None
    watched: dict[str, str] = {}
    """Id of the event -> why the place stays watched: told, or somebody moves."""
    settlement: str | None = None
    """How it is settled, as the partners chose last."""
