"""Family *scheme*: what a scheme's own parts ask for: its levels and categories, checklists, deliberation, statements to the public.

Which of these a case knows stands in its protocol files; names of them (`Slug`) are checked against these at the door.
"""

from typing import ClassVar

from schakel.events.base import Derived, EventId, Slug, Told
from schakel.events.report import ProtocolRef
from schakel.events.vocab import Answer, DecisionStep, LineAnswer, Role


class CategorySet(Told):
    """Which level or category of its scheme the case has, as this partner judges it. A later one stands beside the earlier ones."""

    TYPE: ClassVar[str] = "category.set"
    protocol: Slug
    category: Slug
    lead: Role | None = None
    """In this role its author takes the lead."""
    suggested: EventId | None = None
    """The `category.suggested` that it answers."""


class ChecklistAnswered(Told):
    """One line of a checklist, or one stage of a scheme, answered. A later answer replaces the earlier one."""

    TYPE: ClassVar[str] = "checklist.answered"
    protocol: Slug
    checklist: Slug
    line: Slug
    answer: LineAnswer


class DeliberationRecorded(Told):
    """One step of BOB was taken in this case: what is seen, what it means, what is decided. The words themselves are sealed."""

    TYPE: ClassVar[str] = "deliberation.recorded"
    step: DecisionStep
    existing_suffices: Answer = Answer.UNKNOWN
    """For a decision: whether what runs already is enough. What comes besides is told as `action.agreed`: who, what, by when."""


class StatementPublished(Told):
    """Something was said to the public about this case. It holds no personal data; who is addressed and what for is named."""

    TYPE: ClassVar[str] = "statement.published"
    speaker: Role
    target_group: Slug | None = None
    purpose: Slug | None = None
    shows_case: bool = False
    """The case itself is shown, be it anonymised: for that she has said yes, to publication and nothing else."""
    takes_over: EventId | None = None
    """The newest statement of whoever spoke before: from here on this partner speaks."""


class CategorySuggested(Derived):
    """What is known looks like this category; `premises` are the evidence. A person confirms it, or not."""

    TYPE: ClassVar[str] = "category.suggested"
    OWNER: ClassVar[str] = "routing"
    protocol: ProtocolRef
    category: Slug
