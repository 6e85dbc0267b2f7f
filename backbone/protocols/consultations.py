"""A consultation as data: who sits in it, who may be invited, which cases come on its agenda and who may see them.

Here: the fields. Not here: how often it has to meet (`rhythms`), nor building an agenda from the ledger
(`backbone.meetings`). A consultation is about several cases or none; what it decides on a case is told in that case.
"""

from enum import StrEnum

from pydantic import Field

from backbone.protocols.conditions import ALWAYS, When
from backbone.protocols.parts import Part, Source, Text
from schakel.events.base import Slug
from schakel.events.vocab import Purpose, Role


class Stays(StrEnum):
    """How long a case is on the agenda: until it is closed, or until minutes name it under `settled`."""

    CLOSED = "closed"
    SETTLED = "settled"


class Shows(StrEnum):
    """What a line of an agenda or a list says of a case besides its facts. Never who she is, her story or how to reach her."""

    RECORDS = "records"
    """The police records of the incident: report, complaint, log entry, official report."""
    ENRICHMENT = "enrichment"
    """What others assess, each with its author."""
    LEAD_TIMES = "lead_times"
    """Since the report and since the last step, suspensions apart."""
    EFFORT = "effort"
    """What was done: contacts, referrals and actions, by number."""
    SETTLEMENT = "settlement"
    """How it ended, or was settled."""
    CHANGES = "changes"
    """What changed since the last issue, or the last meeting."""
    JOINT = "joint"
    """How partners chose together to settle it, and what she wished."""
    ADVICE = "advice"
    """Which advice was asked of whoever reads it, and has no answer yet."""


class Sees(StrEnum):
    """What a guest gets to see of the cases."""

    NOTHING = "nothing"
    NUMBERS = "numbers"
    """Totals without small cells; never the list of cases."""


class CaseItems(Part):
    """Which cases come on the agenda by themselves. Drills never do."""

    when: When = ALWAYS
    criminal_side: bool = Field(
        False, description="only cases in which criminal law is applied or considered: a police record or a complaint"
    )
    screened_in: bool = Field(
        False, description="of the records that a query matched only those that somebody found relevant"
    )
    consent: Purpose | None = Field(
        None,
        description="only cases in which she said yes to every member, for this purpose; whoever reported it knows it already",
    )
    stays: Stays = Field(Stays.CLOSED, description="closed, or settled: until minutes settle it")
    shows: tuple[Shows, ...] = Field((), description="what a line says besides the facts")
    source: Source


class Guest(Part):
    """A role that may be invited, and what it sees. With `if_all_agree` only when every member agreed to it."""

    role: Role = Field(description="the role that may be invited")
    if_all_agree: bool = False
    sees: Sees = Sees.NOTHING
    source: Source


class AgendaItem(Part):
    """A subject that comes back, by id: minutes name it under `items` when it was discussed."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    title: Text = Field(description="the subject, in Dutch")
    source: Source


class Consultation(Part):
    """Partners who meet. Its minutes are events: `minutes.recorded` with this id."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens; minutes name it")
    title: Text = Field(description="its title, in Dutch")
    members: tuple[Role, ...] = Field(min_length=1, description="the roles that sit in it")
    guests: tuple[Guest, ...] = ()
    chair: Role | None = Field(None, description="who chairs it; left out: it names one from its midst")
    secretariat: Role | None = None
    on_request: bool = Field(False, description="whether any member may ask for a meeting besides the rhythm")
    parties_to: Slug | None = Field(None, description="the agreement whose parties alone see its cases")
    cases: CaseItems | None = None
    items: tuple[AgendaItem, ...] = ()
    source: Source

    def guest(self, role: Role) -> Guest | None:
        return next((guest for guest in self.guests if guest.role is role), None)

    def item(self, item_id: str) -> AgendaItem | None:
        return next((item for item in self.items if item.id == item_id), None)
