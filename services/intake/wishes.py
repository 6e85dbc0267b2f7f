"""Intake's rule for how she wants to be reached. Pure."""

from collections.abc import Iterator

from schakel.events import Event
from schakel.events.contact import ContactPreferenceSet
from schakel.events.vocab import ContactWish
from schakel.messages import Refusal
from schakel.preferences import LONGEST_DAYS


def objections(event: Event) -> Iterator[Refusal]:
    """`not_by_you` is what a receiver hears; whom she does want is told as roles. A rhythm is one that somebody can keep."""
    if isinstance(event, ContactPreferenceSet) and (event.contact_every_days or 0) > LONGEST_DAYS:
        yield Refusal(
            code="wish.rhythm_too_long",
            field="contact_every_days",
            found=str(event.contact_every_days),
            expected=f"days from 1 to {LONGEST_DAYS}; 0 when nothing is agreed any more",
            remedy="say within how many days of the last word she hears the next; leave it out when nothing was agreed",
        )
    if isinstance(event, ContactPreferenceSet) and ContactWish.NOT_BY_YOU in event.wishes:
        yield Refusal(
            code="wish.not_told",
            field="wishes",
            found=ContactWish.NOT_BY_YOU,
            expected="how she wants to be reached, and in `only_by` the roles that may",
            remedy="name in `only_by` whom she wants to be contacted by; leave it empty when anybody who helps her may",
        )
