"""Asks a running service how it is: its `/readyz` over HTTP. Short waits, no exceptions: no answer is an answer too."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """`ready`, or why not. `details` is what the service said, empty when it said nothing."""

    ready: bool
    reason: str
    details: dict[str, Any] = field(default_factory=dict)


def readiness(url: str | None) -> Health:
    """Ask `<url>/readyz`."""
    if not url:
        return Health(False, "has not said where it listens")
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=_TIMEOUT_S) as answer:
            return _understand(answer.status, answer.read())
    except urllib.error.HTTPError as error:
        return _understand(error.code, error.read())
    except (OSError, ValueError):
        return Health(False, "does not answer")


def _understand(status: int, body: bytes) -> Health:
    try:
        details = json.loads(body)
    except ValueError:
        details = {}
    if not isinstance(details, dict):
        details = {}
    return Health(status == 200, str(details.get("reason") or ("ready" if status == 200 else "not ready")), details)
