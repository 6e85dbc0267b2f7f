"""What a judgement stands on, and what is common to all of them: is the case over, did she want it so, whose was it to do. Pure."""

from dataclasses import dataclass
from datetime import datetime

from backbone.chains import Chain
from backbone.evaluation.trail import Trail
from backbone.evaluation.verdicts import Finding, Judged, Part, Verdict
from backbone.protocols import Facts, Protocol
from schakel.case_state import State
from schakel.events.vocab import CloseReason, Identity

NO_PROTOCOL = "-"
"""Where the protocol's `name@version` stands: what is in no protocol, such as a referral by hand or an agreed action."""

OF_NOBODY = ("reopened", "referral_ended", "no_longer_applies", "start_taken_back")
"""A clock stands still because what it timed is not there any more."""
ERASED = ("erased", "erasure_requested")
"""A clock stands still because she is to be erased."""

_OWN_WISH = (CloseReason.NO_HELP_WANTED.value,)
_OUT_OF_REACH = (CloseReason.ANONYMOUS.value, CloseReason.NO_CONTACT_POSSIBLE.value)


@dataclass(frozen=True, slots=True)
class Ground:
    """One case under one protocol, as the records say at their end. `until`: the moment at which they end."""

    trail: Trail
    chain: Chain
    protocol: Protocol
    facts: Facts
    until: datetime

    @property
    def case(self) -> State:
        return self.trail.state

    @property
    def over(self) -> bool:
        return self.case.closed is not None

    def judged(
        self,
        part: Part,
        name: str,
        partner: str | None,
        verdict: Verdict,
        *findings: Finding,
        protocol: str | None = None,
    ) -> Judged:
        return Judged(self.case.id, protocol or self.protocol.ref, part, name, partner, verdict, findings)

    def not_done(self) -> Verdict:
        """Of what has not happened: open as long as the case is."""
        return Verdict.SKIPPED if self.over else Verdict.NOT_YET_DUE


def own_wish(case: State) -> bool:
    """The case was closed because she wants no help (any more)."""
    return case.closed is not None and case.close_reason in _OWN_WISH


def out_of_reach(case: State) -> bool:
    """Nobody can get in touch with her: one-way, or closed for that reason."""
    one_way = bool(case.facts) and case.facts["identity"] == Identity.ONE_WAY
    return one_way or (case.closed is not None and case.close_reason in _OUT_OF_REACH)
