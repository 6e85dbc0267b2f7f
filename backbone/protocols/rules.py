"""What must hold inside one protocol file, beyond its form. Pure: a protocol in, faults out.

Each check is one function that reads like the sentence it enforces. The rules that stand above all files are in `above_all`.
"""

import re
from collections.abc import Iterator
from datetime import date

from backbone.protocols import above_all, answer_rules, reach, scheme_rules
from backbone.protocols.clock_faults import clock_faults
from backbone.protocols.conditions import Condition
from backbone.protocols.model import EXPLAIN_AFTER, EXPLAIN_BEFORE, IfRefused, Protocol, Status, Step
from backbone.protocols.reading import Fault, Level, Location
from schakel.events.vocab import Answer, Basis, Identity, Role, Scope

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
    yield from clock_faults(protocol)
    yield from above_all.faults(protocol)
    yield from scheme_rules.faults(protocol)
    yield from answer_rules.faults(protocol)
    yield from reach.faults(protocol)
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
        if (explain.before is None) == (explain.after is None):
            said = "both `before` and `after`" if explain.before else "neither `before` nor `after`"
            yield Fault(
                ("explain", position, "id"),
                f"`{explain.id}` has {said}",
                "one of the two",
                "write `before:` for what the person hears before deciding, or `after:` for what is explained once it has happened",
            )
            continue
        for name, where, words in (("before", explain.before, EXPLAIN_BEFORE), ("after", explain.after, EXPLAIN_AFTER)):
            if where is not None and where not in steps | words:
                yield Fault(
                    ("explain", position, name),
                    f"`{explain.id}` comes {name} `{where}`, which is no step of this file",
                    f"one of {', '.join(sorted(steps | words))}",
                    "name one of these",
                )


def _steps(protocol: Protocol) -> Iterator[Fault]:
    for position, step in enumerate(protocol.steps):
        at: Location = ("steps", position)
        yield from _stripped(at, step)
        yield from _anonymous(at, step)


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


def _stub(protocol: Protocol) -> Iterator[Fault]:
    """So that nobody believes that a scheme whose text we do not hold is carried out. To whoever coordinates it may say that it exists."""
    only_says = all(set(inform.inform) == {Role.COORDINATOR} for inform in protocol.informs)
    sections = ("steps", "clocks") if only_says else ("steps", "informs", "clocks")
    acts = [section for section in sections if getattr(protocol, section)]
    if protocol.status is Status.MENTIONED and acts:
        yield Fault(
            ("status",),
            f"the text of this scheme is not held, yet the file has {' and '.join(acts)}",
            "a stub: title, sources and notes, and at most `informs` that tell the coordinator that it exists",
            "drop them, or write `status: held` once somebody has read the text",
            Level.WARNING,
        )
