"""What must hold of conditions that rest on answers for few to know, or on questions of the file's own. Pure: a protocol in, faults out."""

from collections.abc import Iterator

from backbone.protocols import scheme_rules
from backbone.protocols.conditions import Condition
from backbone.protocols.model import Protocol, Step
from backbone.protocols.reading import Fault, Location
from schakel.events.vocab import Answer, Check, Role

FOR_FEW, OWN = "confused_offender", "answered"


def faults(protocol: Protocol) -> Iterator[Fault]:
    """Both of them, in the order of the file's sections."""
    for at, when, hear in parts(protocol):
        if when.asks_about(FOR_FEW):
            yield from _for_few(protocol, at, hear)
        if when.asks_about(OWN):
            yield from _own(protocol, at, when)
    for at, when, hear in _following(protocol):
        if when.asks_about(FOR_FEW):
            yield from _for_few(protocol, at, hear)


def _for_few(protocol: Protocol, at: Location, hear: frozenset[Role] | None) -> Iterator[Fault]:
    """Whoever is told something because the offender is confused knows that he is: so only those who may say it (domain-detail A88)."""
    by = {role for one in protocol.scheme.reserved if one.check is Check.CONFUSED_OFFENDER for role in one.by}
    if not by:
        yield Fault(
            (*at, "when", FOR_FEW),
            f"the condition asks for `{FOR_FEW}`, and the file does not say whose answer that is",
            "the check under `scheme.reserved`, with the roles that may answer it",
            "add it there",
        )
    elif hear is None or not hear <= by:
        others = ", ".join(sorted(hear - by)) if hear else "whoever it concerns"
        yield Fault(
            (*at, "when", FOR_FEW),
            f"{others} would know by it that the offender is a confused person, or is not",
            f"only {', '.join(sorted(by))}: who may say it (`scheme.reserved`)",
            "tell one of these, who decides what goes further; or leave the condition out",
        )


def _own(protocol: Protocol, at: Location, when: Condition) -> Iterator[Fault]:
    """It can only be answered where the file asks it."""
    asked = [check.id for check in protocol.checks if check.check is Check.OTHER]
    known = {f"{question}-{answer}" for question in asked for answer in Answer}
    named = {word for lines in (when.must, when.none_of) for name, words in lines if name == OWN for word in words}
    for word in sorted(str(word) for word in named if word is not None and word not in known):
        yield Fault(
            (*at, "when", OWN),
            f"`{word}` is no answer to a question of this file's own",
            f"the id of a check with `check: other` ({', '.join(asked) or 'there is none'}) and yes, no or unknown, as in {_such(asked)}",
            "name a question of this file, or add it under `checks`",
        )


def _such(asked: list[str]) -> str:
    return f"{asked[0] if asked else 'pilot'}-{Answer.YES}"


def parts(protocol: Protocol) -> Iterator[tuple[Location, Condition, frozenset[Role] | None]]:
    """(place, condition, who hears of it) of all that a case's facts decide on; None: whoever it concerns."""
    if protocol.opens:
        yield ("opens",), protocol.opens.when, None
    for position, check in enumerate(protocol.checks):
        yield ("checks", position), check.when, frozenset(check.asked_by)
    for position, explain in enumerate(protocol.explain):
        yield ("explain", position), explain.when, frozenset({explain.by}) if explain.by else None
    for position, step in enumerate(protocol.steps):
        yield ("steps", position), step.when, frozenset({step.refer.to})
    for position, inform in enumerate(protocol.informs):
        yield ("informs", position), inform.when, frozenset(inform.inform)
    for position, clock in enumerate(protocol.clocks):
        above = {rung.to for rung in protocol.rungs(clock.id)}
        hear = frozenset({clock.role, *clock.on_breach, *above}) if clock.role else None
        yield ("clocks", position), clock.when, hear
    if protocol.aftercare:
        yield ("aftercare",), protocol.aftercare.when, frozenset({protocol.aftercare.responsible})
    if protocol.closing.aftercare:
        yield ("closing", "aftercare"), protocol.closing.aftercare.when, None
    for at, when in scheme_rules.whens(protocol):
        yield at[:-1], when, None
    for position, talk in enumerate(protocol.desk.talks):
        yield ("desk", "talks", position), talk.when, frozenset(talk.by)
    for position, rule in enumerate(protocol.desk.complaint_items):
        yield ("desk", "complaint_items", position), rule.when, None
    for position, overview in enumerate(protocol.cooperation.overviews):
        makes = {overview.made_by} if overview.made_by else set[Role]()
        yield ("cooperation", "overviews", position), overview.when, frozenset(overview.readers) | makes
    for position, meeting in enumerate(protocol.cooperation.consultations):
        if meeting.cases:
            there = {*meeting.members, *(guest.role for guest in meeting.guests)}
            yield ("cooperation", "consultations", position, "cases"), meeting.cases.when, frozenset(there)


def _following(protocol: Protocol) -> Iterator[tuple[Location, Condition, frozenset[Role]]]:
    """The same of what only comes once another step was proposed or taken up: whoever hears of it knows that this one's condition held."""
    for position, step in enumerate(protocol.steps):
        for before in _up_to(protocol, step.after):
            yield ("steps", position), before.when, frozenset({step.refer.to})
    for position, clock in enumerate(protocol.clocks):
        its = protocol.step(clock.of_step or "")
        acts = {clock.role} if clock.role else {its.refer.to} if its else set[Role]()
        above = {rung.to for rung in protocol.rungs(clock.id)}
        for before in _up_to(protocol, clock.of_step):
            yield ("clocks", position), before.when, frozenset({*acts, *clock.on_breach, *above})


def _up_to(protocol: Protocol, name: str | None) -> Iterator[Step]:
    """A step and those that it comes after, each once."""
    seen: set[str] = set()
    while name and name not in seen and (step := protocol.step(name)):
        seen.add(name)
        yield step
        name = step.after
