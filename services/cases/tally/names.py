"""The names under which things are counted: closed lists of words, joined by `|`. Never a case, a partner, a district."""

from enum import StrEnum

SEPARATOR = "|"
HOUR_S = 3_600
LEAD_BUCKETS_S = (900, 3_600, 4 * 3_600, 86_400, 2 * 86_400, 3 * 86_400, 7 * 86_400, 14 * 86_400, 30 * 86_400)
"""From a quarter of an hour to a month: what desks work in. Longer ones are in `+Inf`."""
INFINITE = "+Inf"


class What(StrEnum):
    """What a name counts, its first part."""

    CLOCK = "clock"
    """Standing: protocol, clock, how it stands (`Stands`), hour since 1970 in which it is due (or nothing)."""
    REFERRAL = "referral"
    """Standing: the receiver's role, state, why it is held (or nothing), for whom it waits."""
    CASE = "case"
    """Standing: chain."""
    ENDED = "ended"
    """Happened: protocol, clock, how it ended (`Ended`)."""
    BREACHED = "breached"
    """Happened: protocol, clock."""
    REPORT = "report"
    """Happened."""
    FLOW = "flow"
    """Happened: chain, step (`Step`)."""
    HELD = "held"
    """Happened: the receiver's role, reason."""
    RELEASED = "released"
    """Happened: the receiver's role, mode."""
    REVOKED = "revoked"
    """Happened: reason."""
    READ = "read"
    """Happened: `permitted`, or the reason of the denial."""
    LEAD = "lead"
    """Happened: lead time (`Lead`), the bucket's upper bound in seconds or `+Inf`."""
    LEAD_SUM = "lead_sum"
    """Seconds: lead time (`Lead`)."""


class Stands(StrEnum):
    """How an open clock stands in the tally; whether it is due soon depends on the hour, and is found when it is shown."""

    RUNNING = "running"
    MEASURED = "measured"
    """It has no limit: it measures, and nobody can be late."""
    SUSPENDED = "suspended"
    BREACHED = "breached"


class Shown(StrEnum):
    """How an open clock is shown."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    LATER = "later"
    MEASURED = "measured"
    SUSPENDED = "suspended"


class Ended(StrEnum):
    """How a clock ended."""

    MET = "met"
    LATE_WORK = "late_work"
    """Done after it was breached."""
    LATE_PAPERWORK = "late_paperwork"
    """Done in time and written down after the breach."""
    START_CORRECTED = "start_corrected"
    """It had been started by a word that was wrong."""
    MEASURED = "measured"
    """It had no limit."""


class Step(StrEnum):
    """A step on the way from report to help. `reported`: of those that a chain took up."""

    REPORTED = "reported"
    PROPOSED = "proposed"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMPLETED = "completed"
    CONTACT = "contact"
    """The first contact with the victim in a case."""


class Lead(StrEnum):
    """A lead time, by the ledger's clock."""

    REPORT_TO_DELIVERY = "report_to_delivery"
    DELIVERY_TO_ACCEPTANCE = "delivery_to_acceptance"
    REPORT_TO_CONTACT = "report_to_contact"


class Waits(StrEnum):
    """For whom a referral waits, where that is no role."""

    PERSON = "person"
    OTHER_SIDE = "other_side"
    CONFIRMATION = "confirmation"
    """Somebody has to confirm what was recorded as the person's word."""
    NOBODY = "nobody"
    """The person's no stands, she asked to be forgotten, or a rule forbids it."""
    BACKBONE = "backbone"


def name(what: What, *parts: str) -> str:
    """`clock|<protocol>|<clock>|running|492100`."""
    return SEPARATOR.join((what, *parts))


def parts(of: str) -> tuple[What, tuple[str, ...]]:
    """What `name` joined. Raises ValueError for anything else."""
    what, *rest = of.split(SEPARATOR)
    return What(what), tuple(rest)
