"""What must hold inside one protocol file, beyond its form, and the rules that stand above all files.

Pure: a protocol in, faults out. Each check is one function that reads like the sentence it enforces. The rule above all
files about mediation is also asked live, as long as a talk is proposed or runs (`schakel.case_mediation`).
"""

import re
from collections.abc import Iterator
from datetime import date

from backbone.protocols import scheme_rules
from backbone.protocols.clock_faults import clock_faults
from backbone.protocols.conditions import Condition
from backbone.protocols.model import EXPLAIN_BEFORE, IfRefused, Protocol, Status, Step
from backbone.protocols.reading import Fault, Level, Location
from schakel.case_mediation import (
    INSTEAD_PASSAGE,
    LOCK_DOWN_PASSAGE,
    LOCKED_DOWN,
    MEDIATION_PASSAGE,
    NO_MEDIATION_NATURES,
    Against,
    is_mediation,
)
from schakel.events.vocab import Answer, Basis, Identity, Scope

OWN_CHOICE = "keuze:"
_MARK = re.compile(r"\[([0-9A-Za-z]+)\]")
_ANONYMOUS = (Identity.ONE_WAY, Identity.ANONYMOUS_HEARD)


def faults(protocol: Protocol) -> Iterator[Fault]:
    """Everything that is wrong with the protocol, in the order of the file's sections."""
    yield from _adoption(protocol)
    yield from _ids(protocol)
    yield from _sources(protocol)
    yield from _conditions(protocol)
    yield from _checks(protocol)
    yield from _explains(protocol)
    yield from _steps(protocol)
    yield from _clocks(protocol)
    yield from scheme_rules.faults(protocol)
    yield from _stub(protocol)


def expired(protocol: Protocol, on: date) -> bool:
    """Whether its term ended before this day. Running cases go on; a new one needs somebody to look."""
    return protocol.valid_until is not None and on > protocol.valid_until


def _adoption(protocol: Protocol) -> Iterator[Fault]:
    adopted, until = protocol.adopted_on, protocol.valid_until
    if adopted and until and until < adopted:
        yield Fault(
            ("valid_until",),
            f"valid_until {until} lies before adopted_on {adopted}",
            "a term that ends after it began",
            "correct one of the two dates",
        )


def _ids(protocol: Protocol) -> Iterator[Fault]:
    """Events name steps, clocks and informs by id: each id once a section."""
    for section in ("checks", "explain", "steps", "informs", "clocks", "ladder", *_NOTES):
        seen: set[str] = set()
        for position, part in enumerate(getattr(protocol, section)):
            if part.id in seen:
                yield Fault(
                    (section, position, "id"),
                    f"the id `{part.id}` stands twice under {section}",
                    "an id of its own for each",
                    "give one of them another id",
                )
            seen.add(part.id)


_NOTES = ("readings", "consultations", "rhythms", "doors", "escalation", "evaluations")


def _sourced(protocol: Protocol) -> Iterator[tuple[Location, str]]:
    for section in ("checks", "explain", "steps", "informs", "clocks", "ladder", *_NOTES):
        for position, part in enumerate(getattr(protocol, section)):
            yield (section, position, "source"), part.source
    for position, reason in enumerate(protocol.closing.reasons):
        yield ("closing", "reasons", position, "source"), reason.source
    for position, note in enumerate(protocol.closing.notes):
        yield ("closing", "notes", position, "source"), note.source
    yield from protocol.desk.sources()
    if protocol.opens:
        yield ("opens", "source"), protocol.opens.source
    if protocol.closing.aftercare:
        yield ("closing", "aftercare", "source"), protocol.closing.aftercare.source
    if protocol.aftercare:
        yield ("aftercare", "source"), protocol.aftercare.source
    yield from scheme_rules.sourced(protocol)


def _sources(protocol: Protocol) -> Iterator[Fault]:
    """Nothing without its passage: a mark that the file explains, or our own choice, marked as such."""
    known = ", ".join(f"[{mark}]" for mark in protocol.sources) or "none"
    for at, source in _sourced(protocol):
        marks = _MARK.findall(source)
        if not marks and not source.startswith(OWN_CHOICE):
            yield Fault(
                at,
                f"the source {source!r} names no document",
                f'a mark of `sources` ({known}) with a passage, or text that begins with "{OWN_CHOICE}"',
                "cite the passage, or say that it is our own choice",
            )
        for mark in marks:
            if mark not in protocol.sources:
                yield Fault(
                    at, f"the source names [{mark}]", f"a mark of `sources` ({known})", f"add {mark} under `sources`"
                )


def _conditions(protocol: Protocol) -> Iterator[Fault]:
    for at, when in _whens(protocol):
        if name := when.never_holds():
            yield Fault(
                (*at, name),
                f"the condition can never hold: `not` excludes every word that `{name}` asks for",
                "a condition that some case can meet",
                f"take the word out of `not`, or out of `{name}`",
            )


def _whens(protocol: Protocol) -> Iterator[tuple[Location, Condition]]:
    if protocol.opens:
        yield ("opens", "when"), protocol.opens.when
    for section in ("checks", "explain", "steps", "informs", "clocks"):
        for position, part in enumerate(getattr(protocol, section)):
            yield (section, position, "when"), part.when
    if protocol.closing.aftercare:
        yield ("closing", "aftercare", "when"), protocol.closing.aftercare.when
    if protocol.aftercare:
        yield ("aftercare", "when"), protocol.aftercare.when
    yield from scheme_rules.whens(protocol)


def _checks(protocol: Protocol) -> Iterator[Fault]:
    """No answer without a consequence, and "unknown" least of all (domain-detail B26)."""
    for position, check in enumerate(protocol.checks):
        for answer in (answer for answer in Answer if answer not in check.consequences):
            yield Fault(
                ("checks", position, "consequences"),
                f"the check `{check.id}` has no consequence for `{answer}`",
                "a consequence for each of yes, no and unknown",
                f'add "{answer}": ...; for unknown say who finds out, it is never the same as no',
            )


def _explains(protocol: Protocol) -> Iterator[Fault]:
    steps = {step.id for step in protocol.steps}
    for position, explain in enumerate(protocol.explain):
        if explain.before not in steps | EXPLAIN_BEFORE:
            yield Fault(
                ("explain", position, "before"),
                f"`{explain.id}` comes before `{explain.before}`, which is no step of this file",
                f"one of {', '.join(sorted(steps | EXPLAIN_BEFORE))}",
                "name one of these",
            )


def _steps(protocol: Protocol) -> Iterator[Fault]:
    for position, step in enumerate(protocol.steps):
        at: Location = ("steps", position)
        yield from _stripped(at, step)
        yield from _anonymous(at, step)
        yield from _severity((*at, "when"), f"the help of step `{step.id}`", step.when)
        if is_mediation(step.refer.to, step.refer.purpose):
            yield from _mediation(at, step, protocol)


def _stripped(at: Location, step: Step) -> Iterator[Fault]:
    """What is stripped carries case facts only, so that a step which strips cannot need more."""
    beyond = [scope for scope in step.refer.needs if scope is not Scope.CASE_FACTS]
    if step.refer.if_refused is IfRefused.STRIP and beyond:
        yield Fault(
            (*at, "refer", "needs"),
            f"step `{step.id}` strips on refusal but needs {', '.join(beyond)}",
            "needs: [case_facts] for a referral that also goes without a name",
            "move the rest to `wants`, or write `if_refused: hold`",
        )


def _anonymous(at: Location, step: Step) -> Iterator[Fault]:
    """A referral that needs contact details would wait forever for a person whom nobody can ask."""
    reachable = [form for form in _ANONYMOUS if not step.when.excludes("identity", form)]
    if Scope.CONTACT_DETAILS in step.refer.needs and step.refer.basis is Basis.CONSENT and reachable:
        yield Fault(
            (*at, "when"),
            f"step `{step.id}` needs contact details and can be proposed for {' and '.join(reachable)} reports",
            "a condition on identity, since nobody can ask such a person for consent",
            "add `identity: [known_to_door, by_name]` to `when`",
            Level.WARNING,
        )


def _severity(at: Location, subject: str, when: Condition) -> Iterator[Fault]:
    if when.asks_about("severity"):
        yield Fault(
            (*at, "severity" if any(name == "severity" for name, _ in when.must) else "not"),
            f"{subject} depends on severity",
            "help that is the same for all: [1] «Acties bij ernstige incidenten zijn dan ook niet anders»",
            "drop `severity`; only informing the board may depend on it (domain-detail B25)",
            Level.WARNING,
        )


def _mediation(at: Location, step: Step, protocol: Protocol) -> Iterator[Fault]:
    """Above all files: no mediation with violence, threat, intimidation, open suspicion, honour or household (domain-detail A17, A08)."""
    whens = [step.when, *([protocol.opens.when] if protocol.opens else [])]
    natures = sorted(n for n in NO_MEDIATION_NATURES if not any(when.excludes("natures", n) for when in whens))
    if natures:
        yield Fault(
            (*at, "when"),
            f"mediation in step `{step.id}` can be reached with nature {', '.join(natures)}",
            f"never with violence, threat or intimidation: {MEDIATION_PASSAGE}",
            f"write `not: {{natures: [{', '.join(sorted(NO_MEDIATION_NATURES))}]}}`",
        )
    open_suspicion = [Answer.YES, Answer.UNKNOWN, None]
    still_open = [a or "absent" for a in open_suspicion if not any(when.excludes("suspicion", a) for when in whens)]
    if still_open:
        yield Fault(
            (*at, "when"),
            f"mediation in step `{step.id}` can be reached while suspicion of discrimination is {', '.join(still_open)}",
            f"only once the suspicion was answered with no: {MEDIATION_PASSAGE}",
            'write `suspicion: ["no"]`',
        )
    stands_in = [one for one in protocol.steps if not is_mediation(one.refer.to, one.refer.purpose) and _instead(one)]
    if not stands_in:
        yield Fault(
            at,
            f"step `{step.id}` proposes mediation, and no step says who is proposed where a suspicion stops it",
            f"a step with `talk_ruled_out: [suspicion]`, in this file or in another of the chain: {INSTEAD_PASSAGE}",
            "add a step to roze_in_blauw, anti_discrimination or coc_safety_coordinator",
            Level.WARNING,
        )
    locked = [name for name in LOCKED_DOWN if not any(when.excludes(name, Answer.YES) for when in whens)]
    if locked:
        yield Fault(
            (*at, "when"),
            f"mediation in step `{step.id}` can be reached where {' and '.join(locked)} is yes",
            f"never there: {LOCK_DOWN_PASSAGE}",
            "write `not: {" + ", ".join(f'{name}: ["yes"]' for name in locked) + "}`",
        )


def _instead(step: Step) -> bool:
    """Whether it is for a case in which a suspicion of discrimination stops a talk (domain-detail A18)."""
    return any(name == "talk_ruled_out" and Against.SUSPICION in allowed for name, allowed in step.when.must)


def _clocks(protocol: Protocol) -> Iterator[Fault]:
    yield from clock_faults(protocol)
    for position, clock in enumerate(protocol.clocks):
        yield from _severity(("clocks", position, "when"), f"clock `{clock.id}`", clock.when)


def _stub(protocol: Protocol) -> Iterator[Fault]:
    """So that nobody believes that a scheme whose text we do not hold is carried out."""
    acts = [section for section in ("steps", "informs", "clocks") if getattr(protocol, section)]
    if protocol.status is Status.MENTIONED and acts:
        yield Fault(
            ("status",),
            f"the text of this scheme is not held, yet the file has {' and '.join(acts)}",
            "a stub: title, sources and notes",
            "drop them, or write `status: held` once somebody has read the text",
            Level.WARNING,
        )
