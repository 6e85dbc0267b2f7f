"""Intake's rule for how she wants to be reached. Pure."""

from collections.abc import Iterator

from schakel.events import Event
from schakel.events.contact import ContactPreferenceSet
from schakel.events.vocab import ContactWish
from schakel.messages import Refusal


def objections(event: Event) -> Iterator[Refusal]:
    """`not_by_you` is what a receiver hears; whom she does want is told as roles."""
    if isinstance(event, ContactPreferenceSet) and ContactWish.NOT_BY_YOU in event.wishes:
        yield Refusal(
            code="wish.not_told",
            field="wishes",
            found=ContactWish.NOT_BY_YOU,
            expected="how she wants to be reached, and in `only_by` the roles that may",
            remedy="name in `only_by` whom she wants to be contacted by; leave it empty when anybody who helps her may",
        )
