"""Family *case*: closing is per partner first (a thread); closed is not stopped is not recovered."""

from datetime import date
from typing import ClassVar

from schakel.events.base import Derived, Digest, EventId, Moment, PartnerId, PeriodName, Reason, Slug, Told
from schakel.events.vocab import Answer, CloseReason, DayPart, Outcome, PlaceType, Role, Severity, TrendMeasure, Weekday


class ThreadClosed(Told):
    """This partner ends its own follow-up; the case stays open."""

    TYPE: ClassVar[str] = "thread.closed"
    reason: CloseReason
    situation_stopped: Outcome = Outcome.UNKNOWN
    recovered: Outcome = Outcome.UNKNOWN
    wants_call: Answer = Answer.UNKNOWN


class CloseRequested(Told):
    """The coordinator closes the case."""

    TYPE: ClassVar[str] = "close.requested"
    reason: CloseReason
    situation_stopped: Outcome = Outcome.UNKNOWN
    recovered: Outcome = Outcome.UNKNOWN
    wants_call: Answer = Answer.UNKNOWN


class ReopenRequested(Told):
    """The closed case has to go on."""

    TYPE: ClassVar[str] = "reopen.requested"
    reason: Reason


class EscalationRequested(Told):
    """The case has to go up, to this role."""

    TYPE: ClassVar[str] = "escalation.requested"
    to: Role
    reason: Reason


class LevelSet(Told):
    """How heavy the case is, as this partner sees it."""

    TYPE: ClassVar[str] = "level.set"
    level: Severity


class PlaceWatched(Told):
    """A place stays watched after its people moved; who lived there is not shown (domain-detail A25)."""

    TYPE: ClassVar[str] = "place.watched"
    until_reviewed: bool = True


class EvaluationRecorded(Told):
    """How working together went, and what came of it; the lessons stay with those who drew them, or come sealed."""

    TYPE: ClassVar[str] = "evaluation.recorded"
    process: Outcome = Outcome.UNKNOWN
    results: Outcome = Outcome.UNKNOWN


class TrendSignalled(Told):
    """A hotspot or hot time, told to those who can act on it; an answer is expected (domain-detail A64)."""

    TYPE: ClassVar[str] = "trend.signalled"
    IN_CASE: ClassVar[bool] = False
    municipality: Slug
    district: Slug
    to: tuple[PartnerId, ...]
    place_type: PlaceType = PlaceType.UNKNOWN
    day_part: DayPart = DayPart.UNKNOWN
    weekday: Weekday = Weekday.UNKNOWN
    period: PeriodName | None = None
    """The overview that shows it, and the mark of its issue."""
    issue: Digest | None = None
    answer_by: date | None = None
    """The last day on which an answer is in time; without it none is waited for."""


class TrendAnswered(Told):
    """What a partner does about a hotspot or hot time that was signalled to it; nothing, with the reason, is an answer too."""

    TYPE: ClassVar[str] = "trend.answered"
    IN_CASE: ClassVar[bool] = False
    municipality: Slug
    trend: EventId
    measures: tuple[TrendMeasure, ...]
    reason: Reason | None = None


class TrendUnanswered(Derived):
    """The last day for an answer has passed without one from these partners. Said once; an answer is taken after it too."""

    TYPE: ClassVar[str] = "trend.unanswered"
    OWNER: ClassVar[str] = "followup"
    IN_CASE: ClassVar[bool] = False
    chain: Slug
    trend: EventId
    silent: tuple[PartnerId, ...]
    watermark: Moment
    tell: tuple[PartnerId, ...] = ()


class CaseClosed(Derived):
    TYPE: ClassVar[str] = "case.closed"
    OWNER: ClassVar[str] = "followup"
    reason: CloseReason
    requested: EventId | None = None


class CaseReopened(Derived):
    TYPE: ClassVar[str] = "case.reopened"
    OWNER: ClassVar[str] = "followup"
    requested: EventId


class CaseEscalated(Derived):
    """The case goes up: somebody asked for it, or a rung of the ladder above a breach was reached. `owner` null: nobody holds the role."""

    TYPE: ClassVar[str] = "case.escalated"
    OWNER: ClassVar[str] = "followup"
    to: Role
    owner: PartnerId | None = None
