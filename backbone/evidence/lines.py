"""A record as one line of JSON, and back, without losing a byte: how bundles and exports hold records (docs/evidence.md)."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from schakel.evidence.leaf import body_digest
from schakel.record import Raw


def event_line(raw: Raw) -> bytes:
    """A record whole. Its topic and partition are the file's."""
    return dumps(
        {
            "offset": raw.offset,
            "timestamp_ms": raw.timestamp_ms,
            "key": _text(raw.key),
            "value": _text(raw.value),
            "headers": [[name, _text(value)] for name, value in raw.headers],
        }
    )


def structure_line(raw: Raw) -> bytes:
    """What can be shown of a record without showing what it says."""
    return dumps({"key": _text(raw.key), "body": body_digest(raw).hex()})


def record_of(line: bytes, topic: str, partition: int) -> Raw:
    """The record of an `event_line`. Raises ValueError for anything else."""
    try:
        said: Mapping[str, Any] = orjson.loads(line)
        headers = tuple((str(name), _bytes(value) or b"") for name, value in said["headers"])
        return Raw(
            topic,
            partition,
            int(said["offset"]),
            int(said["timestamp_ms"]),
            _bytes(said["key"]),
            _bytes(said["value"]),
            headers,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"a line of {topic}[{partition}] is no record ({type(error).__name__}); is the export as it was made?"
        ) from None


def logged_at(raw: Raw) -> datetime | None:
    """The moment that counts of a record, as its headers say; None where they do not say one that can be read."""
    named = dict(raw.headers)
    try:
        moment = datetime.fromisoformat((named.get("ce_logtime") or named.get("ce_time") or b"").decode("ascii"))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def dumps(value: Any) -> bytes:
    """One line of JSON, always the same for the same value."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _text(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode("ascii")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text, validate=True)
