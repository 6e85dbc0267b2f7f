"""`schakel replay`: a case, or all of them, folded here from the ledger; a case at another moment, and what differs between two.

What a moment means is `schakel.travel`'s. Why something was concluded: `schakel.cli.hindsight`.
"""

import re
from datetime import UTC, datetime, time
from typing import Annotated, Any

import typer

from schakel.case_state import fingerprint
from schakel.cli.case import find_case, plain_state, show_all, show_state, tell_unread
from schakel.cli.output import Undoable, moment, say, show_json, wrapped
from schakel.cli.who import ProfilePath, reader
from schakel.differences import Change, changes
from schakel.entry import Entry
from schakel.history import History, Step, read_cases
from schakel.travel import Cut, Travelled, travel

NOW = "now"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OFFSET = re.compile(r"[0-9]{1,18}")
_SHOWN = 12


def replay(
    case: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="one case; default: all", show_default=False)
    ] = None,
    profile: ProfilePath = None,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT", help="the world then: what had happened, also if told later", show_default=False
        ),
    ] = None,
    as_known_at: Annotated[
        str | None,
        typer.Option(metavar="MOMENT", help="the ledger then: what had been written down", show_default=False),
    ] = None,
    at_offset: Annotated[
        int | None, typer.Option(metavar="OFFSET", help="up to and including this offset", show_default=False)
    ] = None,
    diff: Annotated[
        str | None,
        typer.Option(metavar="LATER", help="what differs there: a moment, an offset, or now", show_default=False),
    ] = None,
) -> None:
    """Fold the ledger from its beginning, here, and show what comes out.

    With a case: its state, and the fingerprint by which two replays are compared. Without: every case in a line, and the totals.

    A moment is 2026-03-28T12:00 (UTC), with a zone if you give one; a day alone is its end. With --diff: what changed between the two.

    Examples:

      schakel replay

      schakel replay 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --json

      schakel replay 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --as-known-at 2026-03-28T12:00

      schakel replay 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --at 2026-03-28 --diff now
    """
    cut = cut_of(at, as_known_at, at_offset)
    if case is None:
        if not cut.whole or diff is not None:
            raise Undoable("a moment, an offset and --diff are for one case; name it: schakel replay CASE --at MOMENT")
        _replay_all(profile, as_json)
        return
    later = None if diff is None else other_end(cut, diff)
    history = find_case(case, profile)
    if later is not None:
        _show_differences(history, cut, later, as_json)
    elif cut.whole:
        show_state(history, as_json)
        if not as_json:
            say(f"fingerprint  {fingerprint(history.state)}")
    else:
        _show_at(history, cut, as_json)


def cut_of(at: str | None, as_known_at: str | None, at_offset: int | None) -> Cut:
    """Raises Undoable naming the option."""
    if sum(one is not None for one in (at, as_known_at, at_offset)) > 1:
        raise Undoable("give --at, --as-known-at or --at-offset: one of them")
    if at_offset is not None and at_offset < 0:
        raise Undoable(f"--at-offset {at_offset}: expected a number from 0, as 'schakel case history' shows it")
    return Cut(
        at=moment_of("--at", at) if at is not None else None,
        as_known_at=moment_of("--as-known-at", as_known_at) if as_known_at is not None else None,
        at_offset=at_offset,
    )


def moment_of(option: str, text: str) -> datetime:
    """A moment in UTC. Without a zone it is UTC already; a day alone, as 2026-03-28, is its last moment. Raises Undoable."""
    try:
        found = datetime.fromisoformat(text)
        if _DAY.fullmatch(text):
            found = datetime.combine(found, time.max)
        elif not set(text) & {"T", " "}:
            raise ValueError  # 20260328 and 2026-W13 are days too, and would silently be their beginning
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Undoable(
            f"{option} {text[:40]!r} is no moment; expected one such as 2026-03-28T12:00 (UTC), 2026-03-28T13:00+01:00, or a day"
        ) from None


def other_end(cut: Cut, text: str) -> Cut:
    """The second moment of a comparison, of the same kind as the first. Raises Undoable."""
    if cut.whole:
        raise Undoable("--diff compares two moments; give the first with --at, --as-known-at or --at-offset")
    if text == NOW:
        return Cut()
    if cut.at_offset is not None:
        if not _OFFSET.fullmatch(text):
            raise Undoable(f"--diff {text[:40]!r}: expected an offset, as --at-offset is one, or {NOW}")
        return Cut(at_offset=int(text))
    later = moment_of("--diff", text)
    return Cut(at=later) if cut.at is not None else Cut(as_known_at=later)


def _replay_all(profile: ProfilePath, as_json: bool) -> None:
    access = reader(profile)
    with access.clear_errors():
        cases = read_cases(access.kafka())
    if not as_json:
        show_all(cases)
        return
    for history in cases.values():
        show_json({"state": plain_state(history.state), "fingerprint": fingerprint(history.state)})


def _show_at(history: History, cut: Cut, as_json: bool) -> None:
    found = travel(history.state.id, history.entries, cut)
    if as_json:
        shown = {"state": plain_state(found.state), "fingerprint": fingerprint(found.state), "cut": _plain_cut(cut)}
        show_json(shown | {"events": _counts(found)})
        return
    say(wrapped(_headline(cut, found), 0, below=2))
    if found.taken:
        show_state(History(found.state, [Step(one.entry, one.effect) for one in found.taken]), False)
        say(f"fingerprint  {fingerprint(found.state)}")
    for entry in found.written_later[:_SHOWN]:
        logged = moment(entry.envelope.logged_at)
        say(wrapped(f"written down later, {logged}: {entry.envelope.type} by {entry.author or 'us'}", 2, below=4))
    if len(found.written_later) > _SHOWN:
        say(f"  and {len(found.written_later) - _SHOWN} more")
    tell_unread(history.unread)


def _headline(cut: Cut, found: Travelled) -> str:
    counted = f"{len(found.taken)} of {len(found.taken) + len(found.left)} events count"
    if cut.at is not None:
        return f"the world at {moment(cut.at)} UTC, by all that is known today: {counted}"
    if cut.as_known_at is not None:
        at = f", up to offset {found.last.offset}" if found.last else ""
        return f"what the ledger knew at {moment(cut.as_known_at)} UTC{at}: {counted}"
    return f"up to offset {cut.at_offset}: {counted}"


def _show_differences(history: History, cut: Cut, later: Cut, as_json: bool) -> None:
    """What changed between the two, what the fold keeps for itself counted, and the events that brought it."""
    before, after = (travel(history.state.id, history.entries, one) for one in (cut, later))
    found = list(changes(before.state, after.state))
    there = {id(one.entry) for one in before.taken}
    brought = [one for one in after.taken if id(one.entry) not in there]
    if as_json:
        show_json(
            {
                "from": _plain_cut(cut) | {"fingerprint": fingerprint(before.state)},
                "to": _plain_cut(later) | {"fingerprint": fingerprint(after.state)},
                "changes": [change.as_json() for change in found],
                "events": [_plain_event(one.entry) | {"effect": one.effect.value} for one in brought],
            }
        )
        return
    say(wrapped(f"from {_in_words(cut)} to {_in_words(later)}: {len(brought)} events", 0, below=2))
    _say_changes(found)
    for one in brought:
        entry, by = one.entry, one.entry.author or one.entry.envelope.source.removeprefix("urn:schakel:")
        line = f"{entry.offset:>6}  {moment(entry.envelope.logged_at)}  {entry.envelope.type}  {by}  {one.effect.value}"
        say(wrapped(line, 0, below=8))
    tell_unread(history.unread)


def _say_changes(found: list[Change]) -> None:
    shown = [change for change in found if not change.own]
    for change in shown:
        say(wrapped(f"- {change.words()}", 0, below=2))
    if not shown:
        say("nothing that is known of the case changed")
    if own := len(found) - len(shown):
        say(f"  ({own} more of what the fold keeps for itself; --json shows them)")


def _in_words(cut: Cut) -> str:
    if cut.at is not None:
        return f"the world at {moment(cut.at)}"
    if cut.as_known_at is not None:
        return f"the ledger at {moment(cut.as_known_at)}"
    return NOW if cut.whole else f"offset {cut.at_offset}"


def _plain_cut(cut: Cut) -> dict[str, Any]:
    sides = {"at": cut.at, "as_known_at": cut.as_known_at, "at_offset": cut.at_offset}
    return {
        name: side.isoformat() if isinstance(side, datetime) else side
        for name, side in sides.items()
        if side is not None
    }


def _counts(found: Travelled) -> dict[str, Any]:
    return {
        "counted": len(found.taken),
        "left_out": len(found.left),
        "written_later": [_plain_event(entry) for entry in found.written_later],
    }


def _plain_event(entry: Entry) -> dict[str, Any]:
    return {
        "offset": entry.offset,
        "id": entry.id,
        "type": entry.envelope.type,
        "logged_at": entry.envelope.logged_at.isoformat(),
        "partner": entry.envelope.partner,
    }


__all__ = ["cut_of", "moment_of", "other_end", "replay"]
