"""The rules of a case as intake has them: it folds the ledger to know cases, and concludes nothing about them. Pure."""

from datetime import datetime

from backbone.case_rules import READS, TOLD
from schakel.case_state import State
from schakel.entry import Entry
from schakel.events import Derived


class NoRules:
    """Intake concludes nothing about a case."""

    hastens = TOLD - READS
    """Receipts wait for what was told to be read back; a reader waits for the gate alone."""

    def decide(self, case: State, now: datetime | None) -> tuple[Derived, ...]:
        return ()

    def deliver(self, case: State, event: Derived) -> tuple[()]:
        return ()

    def announce(self, case: State, entry: Entry) -> tuple[()]:
        return ()
