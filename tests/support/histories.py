"""Golden histories: a case as the ledger held it, checked in, with what each record did and where the case stood at the end.

`tests/histories/<name>.jsonl`: the first line says what the history is about; then one line a record (headers, the value's bytes in
hexadecimal, the event as JSON for people to read, its effect); the last line holds the final state and its fingerprint. Every later
version of the fold must replay every file to the same answer; that is what makes old evidence stay evidence.

`write` records one, `replay` reads one. `python -m tests.histories.make` writes the hand-made ones again;
`python -m tests.histories.record` records cases of a demo, one behind the other in one file and without the JSON.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from schakel import codec
from schakel.case import apply
from schakel.case_state import Effect, State, fingerprint
from schakel.entry import Entry
from schakel.envelope import Headers, read_headers

FOLDER = Path(__file__).resolve().parent.parent / "histories"


@dataclass(frozen=True, slots=True)
class Step:
    """One record: what it holds, what it did when it was recorded, what it did now."""

    entry: Entry
    expected: Effect
    found: Effect


@dataclass(frozen=True, slots=True)
class Replay:
    """One golden history, folded by today's code."""

    says: str
    steps: list[Step]
    state: State
    expected_state: dict[str, Any]
    expected_fingerprint: str


def entry_of(headers: Headers, value: bytes) -> Entry:
    """What a reader of the ledger makes of one record."""
    return Entry(read_headers(headers), codec.decode_event(value))


def write(name: str, says: str, case_id: str, records: Iterable[tuple[Headers, bytes]]) -> Path:
    """Record a history as it is folded now. `records` are the case's records in the order of the ledger."""
    path = FOLDER / f"{name}.jsonl"
    path.write_text("\n".join(as_lines(says, case_id, records)) + "\n", encoding="utf-8")
    return path


def as_lines(
    says: str, case_id: str, records: Iterable[tuple[Headers, bytes]], *, explained: bool = True
) -> Iterator[str]:
    """The lines of one history. explained: with each event as people read it, which nothing is compared with."""
    state = State(id=case_id)
    yield _line({"history": says, "case": case_id})
    for headers, value in records:
        entry = entry_of(headers, value)
        event = {"event": entry.event.model_dump(mode="json", exclude_defaults=True)} if explained else {}
        yield _line(
            {
                "headers": {header: raw.decode() for header, raw in headers},
                "value": value.hex(),
                **event,
                "effect": apply(state, entry).value,
            }
        )
    yield _line({"state": _readable(state), "fingerprint": fingerprint(state)})


def replay(path: Path) -> Replay:
    """Fold a recorded history with today's code. Nothing is compared here; that is the test's work."""
    (only,) = replays(path)
    return only


def replays(path: Path) -> Iterator[Replay]:
    """The same for each history of a file that holds several, one behind the other."""
    lines: list[dict[str, Any]] = []
    for text in path.read_text(encoding="utf-8").splitlines():
        lines.append(json.loads(text))
        if "fingerprint" in lines[-1]:
            yield _replay(*lines)
            lines = []


def _replay(first: dict[str, Any], *more: dict[str, Any]) -> Replay:
    *records, last = more
    state, steps = State(id=first["case"]), []
    for record in records:
        headers = tuple((name, text.encode()) for name, text in record["headers"].items())
        entry = entry_of(headers, bytes.fromhex(record["value"]))
        steps.append(Step(entry, Effect(record["effect"]), apply(state, entry)))
    return Replay(first["history"], steps, state, last["state"], last["fingerprint"])


def readable(state: State) -> dict[str, Any]:
    """The state as plain values for people; the ids seen are only counted."""
    return _readable(state)


def _readable(state: State) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(state)
    plain["seen"] = len(state.seen)
    return plain


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
