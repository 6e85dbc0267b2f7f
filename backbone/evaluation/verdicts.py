"""The words of conformance: what can be said of one part of a protocol in one case, and what was found beside it. Pure.

A verdict says whether it went as agreed; a finding says why, or what else showed. *Not explained*, *not asked*, *late work* and *late
paperwork* are four things: they are never one figure.
"""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """Of what kind the part of the protocol is."""

    CHECK = "check"
    EXPLAIN = "explain"
    STEP = "step"
    """Proposing the referral, asking her, letting it go: whoever is in touch with her, and the backbone."""
    UPTAKE = "uptake"
    """What its receiver does with it."""
    INFORM = "inform"
    CLOCK = "clock"
    CONTACT = "contact"
    """How she was reached, beside how she wanted to be."""
    ACTION = "action"
    LINE = "line"
    """One line of a checklist, or one stage."""
    CLOSING = "closing"
    AFTERCARE = "aftercare"


class Verdict(StrEnum):
    DONE = "done"
    OWN_WISH = "own_wish"
    """It did not happen, or not whole, because she wanted it so: a conforming end (domain-detail A52)."""
    LATE = "late"
    SKIPPED = "skipped"
    OUT_OF_ORDER = "out_of_order"
    NOT_ALLOWED = "not_allowed"
    OTHERWISE = "otherwise"
    """Done by another than agreed, or without having been agreed: accepted, shown, and not silently conforming."""
    NOT_YET_DUE = "not_yet_due"
    NOT_POSSIBLE = "not_possible"
    """Nobody could have: nobody can be asked in a one-way report, imported history asks nobody, and a rule may forbid the step."""
    CANNOT_TELL = "cannot_tell"
    """The history does not say, and nobody had to write it down."""


CONFORMING = (Verdict.DONE, Verdict.OWN_WISH)
OTHERWISE = (Verdict.LATE, Verdict.SKIPPED, Verdict.OUT_OF_ORDER, Verdict.NOT_ALLOWED, Verdict.OTHERWISE)
"""The others are in no share: neither for nor against anybody."""


class Finding(StrEnum):
    # of her word
    NOT_ASKED = "not_asked"
    """A step waits, or ended, without anybody having asked her."""
    NO_ANSWER = "no_answer"
    """She was asked and has not answered: nobody's fault."""
    NOT_CONFIRMED = "not_confirmed"
    NOT_EXPLAINED = "not_explained"
    EXPLAINED_AFTERWARDS = "explained_afterwards"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TOO_NARROW = "too_narrow"
    OTHER_SIDE = "other_side"
    ERASURE = "erasure"
    AGAINST_PREFERENCE = "against_preference"
    CALLED_AFTER_NO = "called_after_no"
    # of time
    LATE_WORK = "late_work"
    LATE_PAPERWORK = "late_paperwork"
    """Done in time, written down after the breach."""
    NOT_DONE = "not_done"
    ATTEMPTED_IN_TIME = "attempted_in_time"
    """Somebody tried before the due moment and did not reach her."""
    # of the chain
    NOT_PROPOSED = "not_proposed"
    NOT_INFORMED = "not_informed"
    NOBODY_HOLDS_ROLE = "nobody_holds_role"
    NO_ANSWER_OF_RECEIVER = "no_answer_of_receiver"
    DECLINED = "declined"
    NOBODY_TOOK_IT_UP = "nobody_took_it_up"
    NOT_ANSWERED = "not_answered"
    """Nobody wrote an answer to a question of the protocol: asked or not, the history does not say."""
    BEFORE_ITS_TURN = "before_its_turn"
    BY_ANOTHER = "by_another"
    NOT_AGREED = "not_agreed"
    REASON_NOT_IN_PROTOCOL = "reason_not_in_protocol"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one part of a protocol came to in one case. `partner`: whose it was to do; None where nobody's is known."""

    case: str
    protocol: str
    part: Part
    name: str
    partner: str | None
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
