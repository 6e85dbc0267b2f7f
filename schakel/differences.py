"""What differs between two states of a case, in words: for whoever compares two moments, two replays, or two databases.

Generic on purpose: whatever the fold learns to keep is compared without a line here. Only how a thing is called is said below. Pure.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

import msgspec

from schakel.case_state import State

OWN = frozenset(
    {
        "time",
        "events",
        "seen",
        "overtaken",
        "lapsed",
        "answered",
        "marks",
        "news",
        "clock_of",
        "silent",
        "needed",
        "needed_of_other",
        "informed_at",
        "fold_version",
    }
)
"""What the fold keeps for its own work: compared, and shown only to who asks for everything."""
_CALLED = {
    "grants": "consent",
    "noes": "no",
    "referrals": "referral",
    "clocks": "clock",
    "contacts": "contact",
    "labels": "label",
    "asked": "question to her",
    "reopened": "no that was reopened",
    "threads": "follow-up of",
    "links": "link",
    "known": "known to",
    "actions": "action",
    "escalated": "taken higher up",
    "reads": "reads of",
    "holds": "legal hold",
    "erasures": "to be erased",
    "terms": "kept until",
    "requests": "referral asked for by hand",
    "parties": "party",
    "protocols": "protocol",
    "informed": "informed",
    "explained": "explained",
    "subjects": "something sealed of",
}
_NAMES = ("name", "to", "recipient", "partner", "other_case", "by", "whom", "purpose", "basis", "kind", "what", "about")
"""By what of it a thing is recognised, in this order, at most three."""


class _Nothing:
    """Not there at all, which is another thing than null."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING = _Nothing()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `where`: the path in the state. `NOTHING` before: it is new; `NOTHING` after: it is gone."""

    where: str
    called: str
    before: Any
    after: Any

    @property
    def own(self) -> bool:
        """Of what the fold keeps for itself."""
        return self.where.partition(".")[0] in OWN

    def words(self) -> str:
        """One line."""
        if self.before is NOTHING:
            return f"{self.called}: new{_said(self.after)}"
        if self.after is NOTHING:
            return f"{self.called}: no longer there"
        return f"{self.called}: {_text(self.before)} → {_text(self.after)}"

    def as_json(self) -> dict[str, Any]:
        """For programs; an absent side is left out."""
        sides = {"before": self.before, "after": self.after}
        return {"where": self.where} | {name: side for name, side in sides.items() if side is not NOTHING}


def plain(value: Any) -> Any:
    """A state, or a part of one, as plain values: every field in it, sets in order. Equal states give equal values."""
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def changes(before: State, after: State) -> Iterator[Change]:
    """Everything that differs, field by field of the state; nothing when they are equal."""
    for name in State.__struct_fields__:
        called = _CALLED.get(name, name.replace("_", " "))
        yield from _walk(name, called, plain(getattr(before, name)), plain(getattr(after, name)))


def _walk(where: str, called: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after and before is not NOTHING:
        if isinstance(before, dict) and list(before) != list(after):
            yield Change(where, f"{called}, the order", list(before), list(after))
        return
    if isinstance(before, list) and isinstance(after, list):
        old, new = _keyed(before), _keyed(after)
        if old == new:
            yield Change(where, f"{called}, the order", before, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        old, new = before, after
    else:
        yield Change(where, called, before, after)
        return
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key, NOTHING), new.get(key, NOTHING)
        yield from _walk(f"{where}.{key}", f"{called} {_name_of(key, one, other)}", one, other)


def _keyed(items: Sequence[Any]) -> dict[str, Any]:
    """The items of a list by what tells them apart: their id, else what they say, and how often they said it before."""
    found: dict[str, Any] = {}
    for item in items:
        name = key = str(item["id"]) if isinstance(item, dict) and "id" in item else _text(item)
        number = 1
        while name in found:
            number += 1
            name = f"{key}#{number}"
        found[name] = item
    return found


def _name_of(key: str, before: Any, after: Any) -> str:
    thing = before if after is NOTHING else after
    if not isinstance(thing, dict):
        return key.replace("_", " ")
    named = [str(thing[name]) for name in _NAMES if thing.get(name) not in (None, "")]
    return " ".join(dict.fromkeys(named[:3])) or key.replace("_", " ")


_EMPTY: tuple[Any, ...] = (None, "", [], {}, False)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[0-9:.+]*")


def _said(thing: Any) -> str:
    """What a new thing says, as far as its name does not say it."""
    if isinstance(thing, dict):
        words = [
            f"{name.replace('_', ' ')} {_text(value)}"
            for name, value in thing.items()
            if name not in ("id", *_NAMES) and value not in _EMPTY
        ]
        return f" ({', '.join(words)})" if words else ""
    return "" if thing in _EMPTY else f" ({_text(thing)})"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "/".join(_text(inner) for inner in value.values() if inner not in _EMPTY) or "-"
    if isinstance(value, list):
        return " + ".join(_text(inner) for inner in value) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and (match := _MOMENT.fullmatch(value)):
        return f"{match[1]} {match[2]}"
    return "-" if value is None else str(value)


__all__ = ["NOTHING", "OWN", "Change", "changes", "plain"]
