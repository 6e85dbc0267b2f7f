"""Family *between partners*: inquiries, advice, minutes. Closed questions, and one answer for "no" and "not allowed"."""

from datetime import date
from typing import ClassVar

from schakel.events.base import CaseId, EventId, PartnerId, Reason, Slug, Told
from schakel.events.vocab import ActionType, InquiryAnswer, Question, Role


class InquiryRequested(Told):
    """A closed question to another partner about this case."""

    TYPE: ClassVar[str] = "inquiry.requested"
    to: PartnerId
    question: Question


class InquiryAnswered(Told):
    """The answer to a closed question: yes, or nothing to share."""

    TYPE: ClassVar[str] = "inquiry.answered"
    inquiry: EventId
    answer: InquiryAnswer


class AdviceRequested(Told):
    """A rung of the advice ladder; skipping one needs a reason (domain-detail A78)."""

    TYPE: ClassVar[str] = "advice.requested"
    to: Role
    skips_reason: Reason | None = None


class AdviceGiven(Told):
    """Asked or unasked; changes no owner, level or clock."""

    TYPE: ClassVar[str] = "advice.given"
    request: EventId | None = None
    advises: tuple[ActionType, ...] = ()
    """What it comes down to, in actions; the advice in words is sealed."""


class MinutesRecorded(Told):
    """A consultation was held; its decisions per case are told in those cases."""

    TYPE: ClassVar[str] = "minutes.recorded"
    IN_CASE: ClassVar[bool] = False
    consultation: Slug
    held_on: date
    present: tuple[PartnerId, ...] = ()
    cases: tuple[CaseId, ...] = ()
    items: tuple[Slug, ...] = ()
    """Subjects of its agenda that were discussed, by the ids that the scheme's file gives them."""
    settled: tuple[CaseId, ...] = ()
    """Cases that it is done with: they leave its agenda."""
    agreed_by: tuple[PartnerId, ...] = ()
    """Members that agreed to whoever was invited besides them."""
    chain: Slug | None = None
    """The chain in which it was held, where more than one of the teller's keeps a consultation of this name."""
