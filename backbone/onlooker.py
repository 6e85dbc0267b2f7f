"""A service that folds the ledger and concludes nothing."""

from datetime import datetime

from schakel.case_state import State
from schakel.entry import Entry
from schakel.events import Derived


class NoRules:
    """See `backbone.case_rules.Rules`."""

    def decide(self, case: State, now: datetime | None) -> tuple[Derived, ...]:
        return ()

    def deliver(self, case: State, event: Derived) -> tuple[()]:
        return ()

    def announce(self, case: State, entry: Entry) -> tuple[()]:
        return ()
