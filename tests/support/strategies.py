"""Hypothesis strategies made from the models themselves: every field, every enumeration, absent and present.

`events(model)` gives valid instances of an event or message. `known` narrows the readable texts to a few, so that events refer to each
other: `events(model, known={"EventId": st.sampled_from(ids)})`, by the names of schakel/events/base.py, or
for one field only by both names: `{"EventId clock": …}`.
"""

import types
import typing
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from schakel import envelope as envelopes_module
from schakel.envelope import Envelope
from schakel.events import base

Known = Mapping[str, st.SearchStrategy[str]]


def _patterns() -> Iterator[tuple[str, str]]:
    for name, kind in vars(base).items():
        if typing.get_origin(kind) is typing.Annotated:
            for constraint in typing.get_args(kind)[1:]:
                if isinstance(constraint, StringConstraints):
                    yield str(constraint.pattern), name


TEXT_KINDS: dict[str, str] = dict(_patterns())
"""Every text shape that may be readable: its pattern, and its name in schakel/events/base.py."""


def events(model: type[BaseModel], known: Known | None = None) -> st.SearchStrategy[Any]:
    """Valid instances of `model`."""
    return _instances(model, tuple((known or {}).items()))


@cache
def _instances(model: type[BaseModel], known: tuple[tuple[str, st.SearchStrategy[str]], ...]) -> st.SearchStrategy[Any]:
    fields = {name: _field(field, _for_field(name, dict(known))) for name, field in model.model_fields.items()}
    return st.builds(model, **fields)


def _field(field: FieldInfo, known: Known) -> st.SearchStrategy[Any]:
    return _values(field.annotation, tuple(field.metadata), known)


def _for_field(name: str, known: Known) -> Known:
    """Strategies given for one field (`EventId clock`) go before those for every field (`EventId`)."""
    here = {key.split()[0]: strategy for key, strategy in known.items() if key.endswith(f" {name}")}
    return {**known, **here}


def _values(kind: Any, limits: tuple[Any, ...], known: Known) -> st.SearchStrategy[Any]:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _values(args[0], args[1:], known)
    if origin in (types.UnionType, typing.Union):
        return st.none() | _values(next(arg for arg in args if arg is not types.NoneType), (), known)
    if origin is tuple:
        return st.lists(_values(args[0], (), known), max_size=3).map(tuple)
    if kind is str:
        return _texts(pattern_of(limits), known)
    if kind is int:
        return st.integers(min_value=_least(limits), max_value=2**63 - 1) | st.integers(max(_least(limits), 0), 3)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return events(kind, known)
    return _PLAIN[kind]


def pattern_of(limits: tuple[Any, ...]) -> str | None:
    """The pattern among the constraints of a text; None for a text without one."""
    return next((str(limit.pattern) for limit in limits if getattr(limit, "pattern", None)), None)


def _texts(pattern: str | None, known: Known) -> st.SearchStrategy[str]:
    assert pattern is not None, "a text without a pattern: tests/language/test_readable.py says which"
    name = TEXT_KINDS[pattern]
    return known[name] if name in known else st.from_regex(pattern, fullmatch=True)


def _least(limits: tuple[Any, ...]) -> int:
    for limit in limits:
        for one in (limit, *getattr(limit, "metadata", ())):
            if getattr(one, "ge", None) is not None:
                return int(one.ge)
    raise AssertionError("a whole number without bounds does not fit Avro's long: use Count or Seconds of base.py")


_FIRST, _LAST = datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30")
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.one_of(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(_FIRST, _LAST, timezones=_ZONES),
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2026-12-31"), timezones=st.just(UTC)),
)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    bytes: st.binary(max_size=40),
    date: st.dates(),
    datetime: MOMENTS,
}


def envelopes(event_type: st.SearchStrategy[str], **narrowed: st.SearchStrategy[Any]) -> st.SearchStrategy[Envelope]:
    """Valid envelopes; every attribute absent and present. Keyword arguments replace the strategy of an attribute."""
    whole = {name: st.from_regex(pattern, fullmatch=True) for name, pattern in envelopes_module.PATTERNS.items()}
    fields: dict[str, st.SearchStrategy[Any]] = {
        "id": whole["ce_id"],
        "source": whole["ce_source"],
        "type": event_type,
        "time": MOMENTS,
        "case": st.none() | whole["ce_subject"],
        "causation": st.none() | whole["ce_causationid"],
        "actor": st.none() | whole["ce_actor"],
        "traceparent": st.none() | whole["traceparent"],
        "drill": st.booleans(),
        "logtime": st.none() | MOMENTS,
        "partner": st.none() | whole["ce_partner"],
        "position": st.none() | whole["ce_inposition"],
        "digest": st.none() | whole["ce_indigest"],
    }
    return st.builds(Envelope, **{**fields, **narrowed})
