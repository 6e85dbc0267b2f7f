"""Identifiers: random for cases, ordered in time for a partner's own events, computed from their cause for derived events."""

import uuid_utils

_DERIVED = uuid_utils.UUID("6f2f5c1e-5d0c-5a39-9c3e-2f6d0c1b7a10")  # fixed for life: derived ids hang on it


def new_event_id() -> str:
    """A time-ordered id (UUIDv7) for an event that a partner tells."""
    return str(uuid_utils.uuid7())


def new_case_id() -> str:
    """A random id (UUIDv4): it says nothing about the person, the place or the moment."""
    return str(uuid_utils.uuid4())


def derived_id(owner: str, case_id: str, event_type: str, target: str, attempt: int) -> str:
    """The id of a conclusion: the same history gives the same id, a new decision after an overtaken one a new id.

    `target` is a digest of what is concluded. `attempt` tells repetitions of it apart: one that was overtaken, or that came true again.
    """
    return str(uuid_utils.uuid5(_DERIVED, f"{owner}|{case_id}|{event_type}|{target}|{attempt}"))


def message_id(*parts: str) -> str:
    """The id of a message on an `out` topic: repeated sending gives the same id, so that the receiver can ignore it."""
    return str(uuid_utils.uuid5(_DERIVED, "message|" + "|".join(parts)))


def partner_source(oin: str) -> str:
    """The CloudEvents source of a partner: its organisation number (NL GOV profile)."""
    return f"urn:nld:oin:{oin}"


def service_source(name: str) -> str:
    """The CloudEvents source of one of the backbone's own services."""
    return f"urn:schakel:{name}"


OPERATOR = service_source("operator")
"""The source of what an operator says in the ledger; nobody else gives up an event."""
