"""A real case's history from a file: what `schakel case history --json` prints, or the ledger's records as a golden history holds them.

Only what was told is played again; what the backbone concluded then is read for the referrals that answers point to.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from schakel import codec
from schakel.entry import Entry
from schakel.envelope import Envelope, read_headers
from schakel.errors import SchakelError
from schakel.events import CATALOGUE, Derived
from schakel.events.base import Sealed
from schakel.events.report import CaseOpened, ProtocolMoveRequested


class NoHistory(SchakelError):
    """A file that holds no history of a case, or a line of it that cannot be read."""


def read_file(path: Path) -> list[Entry]:
    """Every record in order. Raises NoHistory naming the line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NoHistory(
            f"{path} cannot be read ({type(error).__name__}); expected the output of 'schakel case history --json'"
        ) from None
    entries = list(_entries(path, text.splitlines()))
    if not any(entry.envelope.type == "report.received" for entry in entries):
        raise NoHistory(
            f"{path} holds no report; expected the whole history of one case, from 'schakel case history CASE --json'"
        )
    return entries


def told(entries: Iterable[Entry]) -> list[Entry]:
    """What partners told and others saw; the first of each id. Not that the case was to move: it is played under one version."""
    first: dict[str, Entry] = {}
    for entry in entries:
        if not isinstance(entry.event, Derived | ProtocolMoveRequested) and entry.event.IN_CASE:
            first.setdefault(entry.id, entry)
    return list(first.values())


def chain_of(entries: Iterable[Entry]) -> str | None:
    """The chain that the case was opened in; None for one that nobody opened."""
    return next((entry.event.chain for entry in entries if isinstance(entry.event, CaseOpened)), None)


def _entries(path: Path, lines: Iterable[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            if "type" in data and "logged_at" in data:
                yield _plain(data)
            elif "headers" in data and "value" in data:
                headers = [(name, value.encode()) for name, value in data["headers"].items()]
                yield Entry(read_headers(headers), codec.decode_event(bytes.fromhex(data["value"])))
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError, SchakelError) as error:
            raise NoHistory(
                f"{path}:{number}: this line is no record of a case ({type(error).__name__}); expected the output of "
                f"'schakel case history --json', unchanged"
            ) from None


def _plain(data: Mapping[str, Any]) -> Entry:
    """A line of `schakel case history --json`: what was sealed is not in it, only whose and which fields."""
    model = CATALOGUE[data["type"]]
    sealed = [
        Sealed(subject=part["subject"], fields=tuple(part["fields"]), body=b"-") for part in data.get("sealed", ())
    ]
    fields = {**data["event"], **({"sealed": sealed} if "sealed" in model.model_fields else {})}
    event = model.model_validate(fields)
    at = datetime.fromisoformat(data["logged_at"])
    envelope = Envelope(
        id=data["id"],
        source=data["source"],
        type=data["type"],
        time=at,
        case=data.get("case", "-"),
        logtime=at,
        partner=data["partner"],
    )
    return Entry(envelope, event)
