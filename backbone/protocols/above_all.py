"""The rules that stand above all protocol files (domain-detail a2): what none may say, whatever its own text prescribes.

Pure: a protocol in, faults out. The rule about mediation is also asked live, as long as a talk is proposed or runs
(`schakel.case_mediation`).
"""

from collections.abc import Iterator

from backbone.protocols.clock_rules import WITH_A_PERSON, ClockStart
from backbone.protocols.conditions import Condition
from backbone.protocols.fault import Fault, Level, Location
from backbone.protocols.model import Protocol, Step
from schakel.case_mediation import (
    INSTEAD_PASSAGE,
    LOCK_DOWN_PASSAGE,
    LOCKED_DOWN,
    MEDIATION_PASSAGE,
    NO_MEDIATION_NATURES,
    Against,
    is_mediation,
)
from schakel.events.report import FIRST_QUESTION
from schakel.events.vocab import Answer, Purpose, RecordKind, Role, Severity, Tenure

_NOT_INCIDENTS = (RecordKind.LEAD, RecordKind.SIGNAL, RecordKind.FOR_INFORMATION, RecordKind.ADVICE_REQUEST)


def faults(protocol: Protocol) -> Iterator[Fault]:
    """Whatever of it no file may say."""
    for position, step in enumerate(protocol.steps):
        at: Location = ("steps", position)
        yield from _severity((*at, "when"), f"the help of step `{step.id}`", step.when)
        yield from _attention((*at, "when"), f"step `{step.id}`", step.when)
        yield from _receiver(at, step)
        if is_mediation(step.refer.to, step.refer.purpose):
            yield from _talk(at, f"mediation in step `{step.id}`", step.when, protocol)
            yield from _instead_of_a_talk(at, step, protocol)
    for position, inform in enumerate(protocol.informs):
        if any(is_mediation(role, Purpose.REFERRAL) for role in inform.inform):
            yield from _talk(("informs", position), f"mediation in inform `{inform.id}`", inform.when, protocol)
    for position, outside in enumerate(protocol.scheme.outside):
        if is_mediation(outside.to, Purpose.REFERRAL):
            yield from _talk(("scheme", "outside", position), f"mediation in `{outside.id}`", outside.when, None)
    yield from _first_question(protocol)
    yield from _clocks(protocol)


def _first_question(protocol: Protocol) -> Iterator[Fault]:
    """In danger now, or raped: asked before anything else (domain-detail A19)."""
    asked = [position for position, check in enumerate(protocol.checks) if check.check in FIRST_QUESTION]
    if asked and asked[0] > 0:
        yield Fault(
            ("checks", asked[0]),
            f"check `{protocol.checks[asked[0]].id}` asks about danger after {asked[0]} other question{'s' * (asked[0] > 1)}",
            "the first question of every desk: [0] flyer «Bij nood bel je altijd 112»",
            "put it above the others",
        )


def _severity(at: Location, subject: str, when: Condition) -> Iterator[Fault]:
    if when.asks_about("severity"):
        yield _same_for_all((*at, "severity" if any(name == "severity" for name, _ in when.must) else "not"), subject)


def _same_for_all(at: Location, subject: str) -> Fault:
    return Fault(
        at,
        f"{subject} depends on severity",
        "help that is the same for all: [1] «Acties bij ernstige incidenten zijn dan ook niet anders»",
        "drop `severity`; only informing the board may depend on it (domain-detail B25)",
        Level.WARNING,
    )


def _attention(at: Location, subject: str, when: Condition) -> Iterator[Fault]:
    """That the media look away changes no step and no clock (domain-detail A24)."""
    if when.asks_about("high_profile"):
        yield Fault(
            (*at, "high_profile" if any(name == "high_profile" for name, _ in when.must) else "not"),
            f"{subject} depends on how much attention the case has",
            "help and clocks that stay when attention goes: [0] «Na een paar dagen is de aandacht weer weggeëbd»",
            "drop `high_profile`; whoever speaks to the public may be informed by it",
            Level.WARNING,
        )


def _receiver(at: Location, step: Step) -> Iterator[Fault]:
    """Who may be asked at all, and for what."""
    to = step.refer.to
    if to is Role.ROZE_IN_BLAUW and step.refer.hand_over:
        yield Fault(
            (*at, "refer", "hand_over"),
            f"step `{step.id}` hands the case over to {to}",
            "a supporter beside whoever leads: [0] «De wijkpolitie is steeds leidend in het proces»",
            "drop `hand_over` (domain-detail A21)",
        )
    if to is Role.IMMIGRATION_SERVICE:
        yield Fault(
            (*at, "refer", "to"),
            f"step `{step.id}` refers to {to}",
            "nobody who decides on somebody's stay: it is consulted inside its own decisions only (scenarios.md, VST-5)",
            "refer to reception, or to nobody",
        )
    owned = [word for word in (Tenure.OWNED, Tenure.UNKNOWN, None) if not step.when.excludes("tenure", word)]
    if to is Role.HOUSING and owned:
        yield Fault(
            (*at, "when"),
            f"step `{step.id}` asks a housing corporation where the home is {', '.join(word or 'absent' for word in owned)}",
            "a rented home: [0, bijlage 1] «bij een koophuis kan dat niet»",
            "write `tenure: [rented]`; who owns it is asked first (domain-detail A26)",
        )


def _talk(at: Location, subject: str, when: Condition, protocol: Protocol | None) -> Iterator[Fault]:
    """No mediation with violence, threat, intimidation, open suspicion, honour or household (domain-detail A17, A08).

    protocol: whose `opens` holds beside the condition; none for what lies outside it.
    """
    whens = [when, *([protocol.opens.when] if protocol and protocol.opens else [])]
    natures = sorted(n for n in NO_MEDIATION_NATURES if not any(when.excludes("natures", n) for when in whens))
    if natures:
        yield Fault(
            (*at, "when"),
            f"{subject} can be reached with nature {', '.join(natures)}",
            f"never with violence, threat or intimidation: {MEDIATION_PASSAGE}",
            f"write `not: {{natures: [{', '.join(sorted(NO_MEDIATION_NATURES))}]}}`",
        )
    open_suspicion = [Answer.YES, Answer.UNKNOWN, None]
    still_open = [a or "absent" for a in open_suspicion if not any(when.excludes("suspicion", a) for when in whens)]
    if still_open:
        yield Fault(
            (*at, "when"),
            f"{subject} can be reached while suspicion of discrimination is {', '.join(still_open)}",
            f"only once the suspicion was answered with no: {MEDIATION_PASSAGE}",
            'write `suspicion: ["no"]`',
        )
    locked = [name for name in LOCKED_DOWN if not any(when.excludes(name, Answer.YES) for when in whens)]
    if locked:
        yield Fault(
            (*at, "when"),
            f"{subject} can be reached where {' and '.join(locked)} is yes",
            f"never there: {LOCK_DOWN_PASSAGE}",
            "write `not: {" + ", ".join(f'{name}: ["yes"]' for name in locked) + "}`",
        )


def _instead_of_a_talk(at: Location, step: Step, protocol: Protocol) -> Iterator[Fault]:
    stands_in = [one for one in protocol.steps if not is_mediation(one.refer.to, one.refer.purpose) and _instead(one)]
    if not stands_in:
        yield Fault(
            at,
            f"step `{step.id}` proposes mediation, and no step says who is proposed where a suspicion stops it",
            f"a step with `talk_ruled_out: [suspicion]`, in this file or in another of the chain: {INSTEAD_PASSAGE}",
            "add a step to roze_in_blauw, anti_discrimination or coc_safety_coordinator",
            Level.WARNING,
        )


def _instead(step: Step) -> bool:
    """Whether it is for a case in which a suspicion of discrimination stops a talk (domain-detail A18)."""
    return any(name == "talk_ruled_out" and Against.SUSPICION in allowed for name, allowed in step.when.must)


def _clocks(protocol: Protocol) -> Iterator[Fault]:
    for position, clock in enumerate(protocol.clocks):
        at: Location = ("clocks", position)
        subject = f"clock `{clock.id}`"
        yield from _severity((*at, "when"), subject, clock.when)
        yield from _attention((*at, "when"), subject, clock.when)
        if clock.starts is ClockStart.LEVEL_SET and set(clock.of) & {level.value for level in Severity}:
            yield _same_for_all((*at, "of"), subject)
        kinds = [
            kind for name, kinds in clock.when.must if name == "record_kind" for kind in _NOT_INCIDENTS if kind in kinds
        ]
        if clock.stops.on in WITH_A_PERSON and kinds:
            yield Fault(
                (*at, "when", "record_kind"),
                f"{subject} waits for a contact about what is {', '.join(kinds)}",
                "no clock towards a person where nobody reported for herself: [1] «Dan is het meer ter kennisname»",
                "write `record_kind: [report]` (domain-detail A27)",
            )
