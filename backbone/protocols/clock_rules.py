"""What a protocol file says about time: clocks, the ladder above a breach, aftercare.

Here: the fields and their words. Not here: what must hold between them (`clock_faults`), and running them (`services.followup`).
"""

from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from backbone.protocols.conditions import ALWAYS, When
from backbone.protocols.parts import LimitText, Part, Source, Text
from schakel.calendar import Limit
from schakel.events.base import Slug
from schakel.events.vocab import ActionType, AftercareFor, ClockKind, Person, Role


class ClockStart(StrEnum):
    """What starts a clock. Where a case may have several (referrals, actions, questions), each gets a clock of its own."""

    REPORT_RECEIVED = "report.received"
    OCCURRENCE = "occurrence"
    """The last day of the incident, from its first hour. With `of_step`: once that referral was accepted."""
    LABEL_GIVEN = "label.given"
    LEVEL_SET = "level.set"
    REFERRAL_DELIVERED = "referral.delivered"
    REFERRAL_ACCEPTED = "referral.accepted"
    ACTION_AGREED = "action.agreed"
    ADVICE_REQUESTED = "advice.requested"
    COMPLAINT_WISHED = "complaint.wished"
    """She said that she wants the criminal process, or to be brought in touch with the police: the first time, as long as she has not
    said the opposite since."""
    COMPLAINT_TAKEN = "complaint.taken"
    COMPLAINT_SETTLED = "complaint.settled"
    NEEDS_RECORDED = "needs.recorded"
    TREATMENT_COMPLAINT = "treatment.complaint"
    """A complaint about how a partner treated her. `doer` is who takes it up: never the partner that it is about."""
    CASE_CLOSED = "case.closed"
    LAST_WORD = "last_word"
    """The newest word towards the person: the longest silence that she meets."""
    LAST_NEWS = "last_news"
    """The newest thing that any partner told in the case."""


OF_REFERRAL = (ClockStart.REFERRAL_DELIVERED, ClockStart.REFERRAL_ACCEPTED)


class StopOn(StrEnum):
    """What stops a clock. The first four are towards a person (`with`), the others are about what started it."""

    MADE = "made"
    ATTEMPTED = "attempted"
    NOTICE = "notice"
    """Word was given: information, a contact, or an attempt at which details were left or the person put it off. Notice is apart from
    contact, and stops no clock that wants a contact."""
    WORD = "word"
    """The next word towards the person after the one that started it."""
    ANSWERED = "answered"
    """The referral was accepted or declined."""
    ENDED = "ended"
    """The receiver completed the referral, or closed its own follow-up."""
    DONE = "done"
    ADVISED = "advised"
    AGREED = "agreed"
    APPOINTED = "appointed"
    """A day was set for the complaint, or it was taken."""
    SETTLED = "settled"
    HANDED_IN = "handed_in"
    """Of a complaint about a partner: it was handed in."""
    AFTERCARE = "aftercare"
    """Aftercare was answered: given, agreed, not wanted, not possible."""
    EVALUATED = "evaluated"
    NEWS = "news"


WITH_A_PERSON = (StopOn.MADE, StopOn.ATTEMPTED, StopOn.NOTICE, StopOn.WORD)
REPORTER = "reporter"
"""In `stops.with`: whoever reported, victim or not (domain-detail B05)."""
DOER = "doer"
"""In `responsible`: the receiver of the referral, the owner of the action, whoever was asked for advice; of a report its door."""
ANY_STEP = "any"
"""In `of_step`: every referral, also one asked for by hand."""
_CONTACT_WITH = (REPORTER, *Person)
_RESPONSIBLE = (DOER, *Role)


def _anybody(value: object) -> object:
    return () if value == "any" else value


def _contact_with(word: str) -> str:
    if word not in _CONTACT_WITH:
        raise ValueError(f"{word!r} is not one of {', '.join(_CONTACT_WITH)}")
    return word


def _responsible(word: str) -> str:
    if word not in _RESPONSIBLE:
        raise ValueError(f"{word!r} is not one of {', '.join(_RESPONSIBLE)}")
    return word


class Stops(Part):
    """What stops a clock: towards whom, by whom (no roles: by any partner)."""

    on: StopOn = Field(description="made or attempted (leaving details is an attempt), notice, answered, done, ...")
    with_: tuple[Annotated[str, AfterValidator(_contact_with)], ...] = Field(
        default=(), alias="with", description="the persons of whom a contact with one counts, such as [reporter]"
    )
    by: Annotated[tuple[Role, ...], BeforeValidator(_anybody)] = ()
    actions: tuple[ActionType, ...] = Field(
        (), description="with agreed: only one of these; another takes its place not"
    )


class ClockRule(Part):
    """A clock. Without a limit it measures and never breaches; a limit is promised by a passage, or is our choice."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    starts: ClockStart = Field(description="the event that starts it")
    of_step: Slug | None = None
    of: tuple[Slug, ...] = ()
    """Only of these: levels, kinds of action, roles asked for advice. Empty: of all."""
    stops: Stops = Field(description="what stops it: {on: made, with: [reporter], by: any}")
    limit: LimitText | None = Field(description='such as "48h" or "2 werkdagen"; null when nobody promised one')
    by_when: bool = False
    """The limit is the day that was agreed in the action itself: who, what, by when."""
    by_preference: bool = False
    """Where a rhythm of contact was agreed with her, that is the limit, and promised; `limit` and `promise` hold where none was."""
    promise: ClockKind = Field(description="measured (no limit), promised (with its passage) or our_choice")
    reminders: tuple[LimitText, ...] = ()
    """After the start. A clock without a limit may have them too: it asks, and accuses nobody."""
    every: LimitText | None = None
    """A reminder again and again, as long as nothing stops it."""
    waits: LimitText | None = None
    """How long it stands still, once, when the person herself puts a contact off."""
    responsible: Annotated[str, AfterValidator(_responsible)] = Field(
        description="the role that has to act, and is reminded; or doer"
    )
    on_breach: tuple[Role, ...] = ()
    when: When = ALWAYS
    source: Source

    @property
    def role(self) -> Role | None:
        """The responsible role; None for `doer`."""
        return None if self.responsible == DOER else Role(self.responsible)

    @property
    def has_limit(self) -> bool:
        return self.limit is not None or self.by_when

    @property
    def may_breach(self) -> bool:
        """Whether it has a limit, or gets one where something is agreed with her."""
        return self.has_limit or self.by_preference

    @property
    def of_the_person(self) -> bool:
        """Whether it times a word or contact towards a person: such a clock may wait for her."""
        return self.stops.on in WITH_A_PERSON


def same_kind(one: ClockRule, other: ClockRule) -> bool:
    """Whether both wait for the same thing of a referral: a referral has one of each kind."""
    return (one.starts, one.stops.on) == (other.starts, other.stops.on)


class LadderStep(Part):
    """One rung above a breach: so long after the due moment, when nothing has stopped the clock, this role hears of it."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    of: tuple[Slug, ...] = Field(min_length=1, description="the ids of the clocks above which it stands")
    after: LimitText = Field(description='how long after the due moment, such as "24h" or "1 werkdag"')
    to: Role = Field(description="the role that is told")
    escalates: bool = False
    """True: the case goes up to this role (`case.escalated`). False: it is reminded, and the case stays where it is."""
    source: Source


class Aftercare(Part):
    """Call again after the case was closed: from `after` to `until` later, unless the person wants no call."""

    id: Slug = Field(description="a short name in small letters, digits and hyphens")
    after: LimitText = Field(description='the earliest moment after closing, such as "1 maand"')
    until: LimitText | None = None
    promise: ClockKind = Field(description="promised (with its passage) or our_choice")
    responsible: Role = Field(description="the role that calls")
    asks: tuple[Text, ...] = ()
    when: When = ALWAYS
    source: Source

    @cached_property
    def as_clock(self) -> ClockRule:
        """The clock that keeps it. Only a term that somebody promised can be breached; our own choice asks, and measures."""
        limit: Limit | None = self.until if self.promise is ClockKind.PROMISED else None
        return ClockRule(
            id=self.id,
            starts=ClockStart.CASE_CLOSED,
            stops=Stops(on=StopOn.ATTEMPTED, with_=(Person.VICTIM.value,), by=(self.responsible,)),
            limit=limit,
            promise=ClockKind.PROMISED if limit else ClockKind.MEASURED,
            reminders=(self.after, *([self.until] if self.until and not limit else [])),
            responsible=self.responsible.value,
            when=self.when,
            source=self.source,
        )


class AftercareBeforeClosing(Part):
    """For whom aftercare has to have an answer before the case may close; that it is not wanted is an answer."""

    of: tuple[AftercareFor, ...] = Field(min_length=1, description="victim, others_involved, neighbourhood")
    when: When = ALWAYS
    source: Source
