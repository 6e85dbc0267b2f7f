"""`schakel case show`, `history` and `who-knows`: read from the ledger, folded here, by who may read it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from schakel.case_knows import reads_in, who_knows
from schakel.case_links import whole_person
from schakel.case_state import Effect, State, fingerprint
from schakel.cli import desk
from schakel.cli.output import Undoable, brief, moment, say, says, show, show_json, table, wrapped
from schakel.cli.scheme import scheme_lines
from schakel.cli.who import ProfilePath, reader
from schakel.definitions import TOPIC, Definitions
from schakel.her_copy import LANGUAGES
from schakel.her_copy import text as in_her_words
from schakel.history import History, Step, Unread, read_case
from schakel.kafka_errors import NotAllowed
from schakel.reading import TopicMissing, read_to_end

app = typer.Typer(
    name="case",
    no_args_is_help=True,
    help="""Look at one case, as its history in the ledger tells it.

    Examples:

      schakel case show 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e

      schakel case history 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --json
    """,
)
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="the case id, as a receipt gave it")]
AsJson = Annotated[bool, typer.Option("--json", help="as JSON")]
CASE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WITHOUT_EFFECT = (Effect.OVERTAKEN, Effect.NOT_UNDERSTOOD, Effect.DUPLICATE)
_HIDDEN = ("seen", "overtaken", "lapsed", "answered")  # what the fold needs for itself


@app.command("show")
def show_case(case: CaseId, profile: ProfilePath = None, as_json: AsJson = False) -> None:
    """How the case stands now: facts, consents, referrals, clocks, contacts; and what its protocols want explained to the person
    and nobody has explained.

    Example:

      schakel case show 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e
    """
    history, definitions, access = find_case(case, profile), Definitions(), reader(profile)
    with access.clear_errors():
        definitions.learn(read_to_end(access.kafka(), TOPIC))
    show_state(history, as_json, definitions.not_explained(history.state))


@app.command("history")
def show_history(case: CaseId, profile: ProfilePath = None, as_json: AsJson = False) -> None:
    """Every event of the case in the ledger's order: offset, when logged, type, who told or concluded it, its effect there.

    Below it its id and what it says. Sealed parts are shown as such.

    Example:

      schakel case history 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e
    """
    history = find_case(case, profile)
    if as_json:
        for step in history.steps:
            show_json(_plain_step(step))
        return
    for step in history.steps:
        entry = step.entry
        by = entry.envelope.partner or entry.envelope.source.removeprefix("urn:schakel:")
        say(wrapped(f"{entry.offset:>6}  {moment(entry.envelope.logged_at)}  {entry.envelope.type}  {by}", 0, below=8))
        say(wrapped(f"{brief(entry.id)}  {step.effect.value}  {says(entry.event)}", 8))
    place = f", partition {history.entries[0].partition}" if history.steps else ""
    say(f"{len(history.steps)} events{place}; times are UTC")
    tell_unread(history.unread)


@app.command("who-knows")
def show_who_knows(
    case: CaseId,
    profile: ProfilePath = None,
    as_json: AsJson = False,
    language: Annotated[str, typer.Option("--language", metavar="LANGUAGE", help="nl or en")] = "nl",
) -> None:
    """Who has seen what of the person, since when and on what ground; what she agreed to, and what not. A copy for her to hold.

    What happened on another ground than her consent stands first. Its words say nothing of what happened or to whom. Cases that a
    partner has linked as the same person follow, each by itself; as JSON each is a line of its own.

    Examples:

      schakel case who-knows 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e

      schakel case who-knows 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --language en
    """
    if language not in LANGUAGES:
        raise Undoable(f"{language[:20]!r} is no language of the copy; expected one of {', '.join(LANGUAGES)}")
    read: dict[str, History] = {}

    def find(case_id: str) -> State | None:
        read[case_id] = history = find_case(case_id, profile) if case_id == case else _look(case_id, profile)
        return history.state if history.state.report or case_id == case else None

    for number, state in enumerate(whole_person(case, find)):
        history = read[state.id]
        taken = (step.entry for step in history.steps if step.effect not in _WITHOUT_EFFECT)
        copy = who_knows(state, reads_in(taken))
        if as_json:
            show_json(msgspec.to_builtins(copy))
            continue
        if number:
            say()
        for line in in_her_words(copy, language).splitlines():
            say(wrapped(line, 0, below=2) if line else "")
        tell_unread(history.unread)


def find_case(case: str, profile: Path | None) -> History:
    """The case from the ledger. Raises Undoable when there is none of that id."""
    if not CASE_ID.fullmatch(case):
        raise Undoable(f"{case[:40]!r} is no case id; expected a UUID in small letters, as a receipt gives it")
    history = _look(case, profile)
    if not history.steps and not history.unread:
        raise Undoable(f"the ledger has no case {case}; is it the ledger of another backbone?")
    return history


def _look(case: str, profile: Path | None) -> History:
    access = reader(profile)
    try:
        with access.clear_errors():
            return read_case(access.kafka(), case)
    except (NotAllowed, TopicMissing) as error:
        hint = f"the ledger is for auditors and operators; 'schakel case status {case}' is for a partner of the case"
        raise Undoable(f"{error}; {hint}") from None


# --- a state -----------------------------------------------------------------------------------------------------------------


def show_state(history: History, as_json: bool, not_explained: Sequence[str] | None = None) -> None:
    """How a case stands: a line for each thing that is known of it."""
    if as_json:
        shown = {"state": plain_state(history.state), "fingerprint": fingerprint(history.state)}
        show_json(shown if not_explained is None else shown | {"not_explained": list(not_explained)})
        return
    made = table("", "")
    for name, text in _lines(history.state):
        made.add_row(name, text)
    if not_explained:
        made.add_row("not explained", ", ".join(not_explained))
    made.show_header = False
    show(made)
    tell_unread(history.unread)


def _lines(case: State) -> Iterator[tuple[str, str]]:
    yield "case", case.id
    status = "closed" if case.closed else "open" if case.opened else "not yet opened"
    yield "status", status + (" (drill)" if case.drill else "") + (" (imported history)" if case.history else "")
    yield "chain", f"{case.chain or '-'}, protocols {', '.join(case.protocols) or '-'}"
    yield "reported", f"{moment(case.reported_at)} at {case.door or '-'}, coordinator {case.coordinator or '-'}"
    yield "facts", ", ".join(f"{name}: {text}" for name, text in _facts(case.facts)) or "-"
    yield "parties", ", ".join(case.parties) or "-"
    yield "explained", ", ".join(dict.fromkeys(case.explained)) or "-"
    for grant in sorted(case.grants.values(), key=lambda grant: grant.basis == "consent"):  # what is no consent first
        until = f" until {moment(grant.until)}" if grant.until else ""
        state = "" if grant.standing else ", no longer stands"
        scopes = " + ".join(grant.scopes)
        if grant.basis != "consent":
            said = f"{grant.basis}: {grant.motive or '-'}, told by {grant.recorded_by}"
        else:
            whose = "" if grant.given_by == "victim" else f" of the {grant.given_by}"
            marked = ", which gains by it" if grant.by_beneficiary else ""
            said = f"consent{whose}, told by {grant.recorded_by}{marked}"
        yield (
            "consent" if grant.basis == "consent" else "other ground",
            f"{grant.recipient} for {grant.purpose}: {scopes}{until} ({said}){state}",
        )
    for no in case.noes:
        yield (
            "no",
            f"{'withdrawn' if no.withdrawn else 'refused'}: {no.recipient or 'everybody'} for {no.purpose or 'everything'}",
        )
    yield from _forgetting(case)
    for referral in case.referrals.values():
        missing = f": {' + '.join(referral.missing)}" if referral.missing else ""
        why = f" ({referral.hold_reason}{missing})" if referral.hold_reason else ""
        mode = f", {referral.mode}" if referral.mode else ""
        yield "referral", f"{brief(referral.id)} to {referral.to} ({referral.role}): {referral.state.value}{mode}{why}"
    for clock in case.clocks.values():
        due = f", due {moment(clock.due_at)}" if clock.due_at else ", no limit"
        stopped = f", stopped {moment(clock.stopped_at)}" if clock.stopped_at else ""
        yield (
            "clock",
            f"{clock.name} ({clock.protocol}): {clock.state.value}{due}{stopped}{', breached' if clock.breached else ''}",
        )
    for contact in case.contacts:
        yield (
            "contact",
            f"{moment(contact.at)} {'made' if contact.made else 'tried'} with {contact.whom} by {contact.by}",
        )
    for link in case.links.values():
        yield (
            "link",
            f"{link.kind} with {link.other_case}, told by {link.by}{'' if link.told_here else ' in the other case'}",
        )
    yield from desk.lines(case)
    yield from scheme_lines(case)
    yield "events", f"{case.events}, the last at {moment(case.time)}"


def _forgetting(case: State) -> Iterator[tuple[str, str]]:
    """Who is to be forgotten, from when on, and what stands in the way."""
    for subject, plan in case.erasures.items():
        told = ", ".join(f"{word.by} on {moment(word.at)}" for word in plan.asked)
        when = f"; not before {moment(plan.term.due_at)}" if plan.term else "; not proved yet"
        yield "to be erased", f"{subject}: asked by {told}{when}"
    for subject, kept in case.terms.items():
        yield "kept until", f"{subject}: {moment(kept.term.due_at if kept.term else None)}"
    for hold in case.holds.values():
        yield "legal hold", f"{hold.ground}, through {hold.until}, placed by {hold.by}"
    if case.erased:
        yield "erased", ", ".join(case.erased)


def _facts(facts: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """What was said; what is unknown or empty is left out."""
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _facts(value, f"{above}{name}.")
        elif isinstance(value, list):
            if value:
                yield above + name, " + ".join(_fact(item) for item in value)
        elif value not in (None, False, "unknown", "none"):
            yield above + name, _fact(value)


def _fact(value: Any) -> str:
    if isinstance(value, Mapping):
        return "/".join(str(item) for item in value.values() if item not in (None, "unknown", "none"))
    return "yes" if value is True else str(value)


def plain_state(case: State) -> dict[str, Any]:
    """A state for programs, without what the fold keeps for itself."""
    plain: dict[str, Any] = msgspec.to_builtins(case)
    return {name: value for name, value in plain.items() if name not in _HIDDEN}


def _plain_step(step: Step) -> dict[str, Any]:
    entry = step.entry
    said = entry.event.model_dump(mode="json", exclude={"sealed"})
    sealed = [{"subject": part.subject, "fields": part.fields} for part in getattr(entry.event, "sealed", ())]
    return {
        "partition": entry.partition,
        "offset": entry.offset,
        "id": entry.id,
        "type": entry.envelope.type,
        "logged_at": entry.envelope.logged_at.isoformat(),
        "source": entry.envelope.source,
        "partner": entry.envelope.partner,
        "effect": step.effect.value,
        "event": said,
        "sealed": sealed,
    }


# --- all cases ---------------------------------------------------------------------------------------------------------------


def show_all(cases: Mapping[str, History]) -> None:
    """A line a case, and the totals."""
    made = table("case", "reported", "chain", "door", "events#", "referrals")
    states: Counter[str] = Counter()
    for history in cases.values():
        case = history.state
        counted = Counter(referral.state.value for referral in case.referrals.values())
        states.update(counted)
        words = ", ".join(f"{count} {state}" for state, count in counted.items())
        made.add_row(
            brief(case.id),
            moment(case.reported_at),
            case.chain or "-",
            case.door or "-",
            str(case.events),
            words or "-",
        )
    if cases:
        show(made)
    events = sum(len(history.steps) for history in cases.values())
    say(
        f"{len(cases)} cases, {events} events, referrals: {', '.join(f'{n} {state}' for state, n in states.items()) or 'none'}"
    )
    tell_unread([unread for history in cases.values() for unread in history.unread])


def tell_unread(unread: list[Unread]) -> None:
    """What this version could not read; nothing when it could read all."""
    if unread:
        first = unread[0]
        place = f"the first: partition {first.partition}, offset {first.offset}, {first.problem.code}"
        say(wrapped(f"{len(unread)} records were not understood ({place}); is this client older than the backbone?", 0))
