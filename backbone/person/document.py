"""`person.json`: everything, for a program or for whoever helps her. Written as it is read: a case of any length goes through.

{"format": "schakel.person/1", "subject": …, "asked_in": …, "cases": [{…, "steps": [{…}, …]}, …]}
"""

from collections.abc import Sequence
from typing import Any, BinaryIO

import orjson

from backbone.person.copy import CaseCopy, step_as_told, summary

FORMAT = "schakel.person/1"


def write(file: BinaryIO, cases: Sequence[CaseCopy], left_out: Sequence[str]) -> None:
    """All cases of the copy, the one that it was asked for in first. left_out: cases said to be hers that are not in it."""
    first = cases[0]
    head = {"format": FORMAT, "subject": first.subject, "asked_in": first.state.id, "left_out": list(left_out)}
    file.write(_open_ended(head) + b',\n"cases": [')
    for number, case in enumerate(cases):
        file.write((b"," if number else b"") + b"\n" + _open_ended(summary(case)) + b',\n"steps": [')
        for position, shown in enumerate(case.steps()):
            file.write((b"," if position else b"") + b"\n" + _json(step_as_told(shown)))
        file.write(b"\n]}")
    file.write(b"\n]}\n")


def _open_ended(value: dict[str, Any]) -> bytes:
    """An object without its last brace: more members follow."""
    return b"{\n" + b",\n".join(_json(name) + b": " + _json(inner) for name, inner in value.items())


def _json(value: Any) -> bytes:
    return orjson.dumps(value, default=str)
