"""`schakel why` as lines for a terminal and as JSON. English, for operators and auditors. Pure."""

from collections.abc import Iterator
from typing import Any

from schakel.cli.output import brief, moment, says
from schakel.entry import Entry
from schakel.events import Observed
from services.hindsight.explaining import Why

NOT_OURS = "nobody concluded it: {by} {did}"
NEVER = (
    "the rules and files of today do not conclude this in this case: a chain's or protocol's file, or the program, has changed since, "
    "or something outside the case was known"
)


def lines(why: Why) -> Iterator[tuple[str, str]]:
    """(what is said, what it says), in the order in which one asks."""
    entry = why.entry
    yield "event", f"{entry.envelope.type} {brief(entry.id)}, number {why.number} of the case, offset {entry.offset}"
    yield "logged", f"{moment(entry.envelope.logged_at)} UTC, {why.effect.value}"
    if said := says(entry.event):
        yield "says", said
    if not why.concluded:
        yield "why", NOT_OURS.format(by=_by(entry), did="saw it" if isinstance(entry.event, Observed) else "told it")
        return
    for number, premise in why.rests_on:
        yield "rests on", f"number {number}: {premise.envelope.type} {brief(premise.id)} by {_by(premise)}"
    yield from _decision(why)
    if why.not_kept:
        yield "chain", f"the case was opened under {why.not_kept}, which is not kept here or cannot be used any more"
    if why.passage is not None:
        part = f", {why.passage.part}" if why.passage.part else ""
        yield "protocol", f"{why.passage} ({why.passage.ref}{part})"
        yield "says there", why.passage.source
    if why.overtaken_by is not None:
        number, by = why.overtaken_by
        yield "overtaken by", f"number {number}: {by.envelope.type} {brief(by.id)} by {_by(by)}, offset {by.offset}"
    elif why.effect.value == "overtaken" and why.decision is not None:
        yield "overtaken by", "nothing that came between: it had no effect on its own prefix either"


def _decision(why: Why) -> Iterator[tuple[str, str]]:
    decision = why.decision
    if decision is None:
        yield "decided", NEVER
        return
    for rule in decision.rules[:1]:
        yield "rule", f"{rule.full_name}, {rule.place}"
        if rule.says:
            yield "the rule says", rule.says
    if others := decision.rules[1:]:
        yield "called by", ", ".join(f"{rule.full_name}:{rule.line}" for rule in others)
    at = f", at the watermark {moment(decision.now)}" if decision.now else ""
    ahead = ", together with what it rests on" if decision.ahead else ""
    last = f"offset {decision.last.offset}, {decision.last.envelope.type}"
    yield "decided on", f"the first {decision.prefix} events of the case (up to {last}){at}{ahead}"
    if decision.chain:
        yield "drawn again", f"the same event, with the chain {decision.chain}; not with its file of today"
    elif decision.same:
        yield "drawn again", "the same event"
    else:
        yield "drawn again", f"another event today; it differs in {', '.join(decision.differs)}"
        for name in decision.differs:
            told, now = (getattr(one, name) for one in (why.entry.event, decision.drawn.event))
            yield name, f"{told} in the ledger, {now} today"


def as_json(why: Why) -> dict[str, Any]:
    """The same for programs."""
    entry, decision = why.entry, why.decision
    found: dict[str, Any] = {
        "id": entry.id,
        "type": entry.envelope.type,
        "number": why.number,
        "offset": entry.offset,
        "logged_at": entry.envelope.logged_at.isoformat(),
        "effect": why.effect.value,
        "concluded_by": getattr(entry.event, "OWNER", None) if why.concluded else None,
        "told_by": entry.envelope.partner,
        "rests_on": [{"number": number, "id": one.id, "type": one.envelope.type} for number, one in why.rests_on],
    }
    if decision is not None:
        found["decision"] = {
            "prefix": decision.prefix,
            "up_to_offset": decision.last.offset,
            "watermark": decision.now.isoformat() if decision.now else None,
            "rules": [{"name": rule.full_name, "line": rule.line, "says": rule.says} for rule in decision.rules],
            "ahead": decision.ahead,
            "same_event_today": decision.same and decision.chain is None,
            "same_event_with_chain": decision.chain,
            "differs": list(decision.differs),
        }
    if why.passage is not None:
        passage = why.passage
        found["protocol"] = {
            "file": str(passage.path),
            "line": passage.line,
            "ref": passage.ref,
            "part": passage.part,
            "source": passage.source,
        }
    if why.overtaken_by is not None:
        number, by = why.overtaken_by
        found["overtaken_by"] = {"number": number, "id": by.id, "type": by.envelope.type, "offset": by.offset}
    return found


def _by(entry: Entry) -> str:
    return entry.author or entry.envelope.source.removeprefix("urn:schakel:")
