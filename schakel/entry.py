"""One record of the ledger as the fold sees it, and the table of which handler folds which event."""

from collections.abc import Callable

import msgspec

from schakel.case_state import Effect, State
from schakel.envelope import Envelope
from schakel.events import Event


class Entry(msgspec.Struct, frozen=True):
    """One record of the ledger, understood."""

    envelope: Envelope
    event: Event
    partition: int = -1
    offset: int = -1

    @property
    def id(self) -> str:
        return self.envelope.id

    @property
    def author(self) -> str:
        """The partner that told it; empty for the backbone's own."""
        return self.envelope.partner or ""


Handler = Callable[[State, Entry], Effect]
HANDLERS: dict[type[Event], Handler] = {}
Note = Callable[[State, Entry], None]
NOTES: dict[type[Event], list[Note]] = {}
"""What else is kept of a told event beside what its handler makes of it."""


def folds(model: type[Event]) -> Callable[[Handler], Handler]:
    """Registers the handler of one event type; there is one, and what else is kept of it are `notes`."""

    def register(handler: Handler) -> Handler:
        assert model not in HANDLERS, f"{model.TYPE} is folded twice"
        HANDLERS[model] = handler
        return handler

    return register


def notes(*models: type[Event]) -> Callable[[Note], Note]:
    """Registers what is noted of these types besides: after their handler, and only where the event was not without effect."""

    def register(note: Note) -> Note:
        for model in models:
            NOTES.setdefault(model, []).append(note)
        return note

    return register
