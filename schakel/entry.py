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


def folds(model: type[Event]) -> Callable[[Handler], Handler]:
    """Registers the handler of one event type."""

    def register(handler: Handler) -> Handler:
        HANDLERS[model] = handler
        return handler

    return register
