"""What to do when a service ends: pure rules over its exit code and how long it ran.

The codes are the engine's promise (backbone.engine.run). Nothing here starts or stops a process.
"""

from dataclasses import dataclass

EXIT_GO_ON_AT_CHECKPOINT = 75
"""The service could not go on in this process (a gap in its partition): start it again, it goes on at its checkpoint."""
EXIT_STOPPED_AND_SAYS_WHY = 78
"""Its position does not fit the ledger, its settings are wrong…: starting again would change nothing."""

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
SETTLED_AFTER_S = 60.0
"""A service that ran this long is forgiven its earlier ends."""
QUICK_RESTARTS = 5
"""So many ends with code 75 in a row are answered at once; then something is wrong and the back-off applies."""


@dataclass(frozen=True, slots=True)
class Record:
    """How a service has been doing: its ends since it last ran for `SETTLED_AFTER_S`."""

    failures: int = 0
    quick: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`delay_s` until it is started again; None: it stays stopped until a person has looked."""

    delay_s: float | None
    reason: str
    record: Record


def after_exit(code: int, ran_s: float, record: Record) -> Verdict:
    """What follows the end of a service that nobody asked to end.

    code: as subprocess gives it (negative: the signal that ended it). ran_s: seconds since it was started.
    """
    if ran_s >= SETTLED_AFTER_S:
        record = Record()
    if code == EXIT_STOPPED_AND_SAYS_WHY:
        return Verdict(None, "it stopped and says why", record)
    if code == EXIT_GO_ON_AT_CHECKPOINT and record.quick < QUICK_RESTARTS:
        return Verdict(0.0, "it goes on at its checkpoint", Record(record.failures, record.quick + 1))
    failures = record.failures + 1
    delay_s = min(FIRST_DELAY_S * 2 ** (failures - 1), LONGEST_DELAY_S)
    return Verdict(delay_s, _how(code), Record(failures, record.quick))


def _how(code: int) -> str:
    return f"it was ended by signal {-code}" if code < 0 else f"it ended with code {code}"
