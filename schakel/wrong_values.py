"""What was expected of a value, in words for whoever wrote it: pydantic's own are for programmers. Never the value itself. Pure."""

from collections.abc import Mapping
from typing import Any, get_args

from schakel.events.base import CaseId, PartnerId, Reason, Slug


def _pattern(shape: Any) -> str:
    return str(get_args(shape)[1].pattern)


_FORMS: Mapping[str, str] = {
    _pattern(PartnerId): "a partner's id: small letters, digits and hyphens",
    _pattern(Slug): "small letters, digits and hyphens",
    _pattern(CaseId): "a case id, as a receipt gave it",
    _pattern(Reason): "a short code of small letters and underscores, such as corrected_term",
    r"^[0-9]{20}$": "20 digits, between quotes",
}
"""What the usual patterns ask for; any other is shown as it is."""


def expected_of(found: Mapping[str, Any]) -> str:
    """What one of pydantic's errors says was expected. found: with its context, where it has one."""
    context = found.get("ctx", {})
    match found["type"]:
        case "missing":
            return "a value: the field is missing"
        case "extra_forbidden":
            return "nothing: there is no such field"
        case "enum" | "literal_error":
            return f"one of {', '.join(words_of(context['expected']))}"
        case "string_pattern_mismatch":
            return _FORMS.get(context["pattern"], f"text that fits {context['pattern']}")
        case moment if moment.startswith(("datetime", "timezone")):
            return "a moment with its time zone, such as 2026-03-28T12:00:00+01:00"
        case day if day.startswith("date"):
            return "a date such as 2026-01-31"
        case "value_error":
            return str(found["msg"]).removeprefix("Value error, ")
        case _:
            return str(found["msg"])


def words_of(expected: str) -> list[str]:
    """The words of a closed list, from what pydantic says was expected."""
    return expected.replace("'", "").replace(" or ", ", ").split(", ")
