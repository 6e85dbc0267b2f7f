"""Whom an event is about. Pure.

A copy holds what is about one person. Of the others in the case it says that they are there, by their role, and nothing else: not what
was said to them or by them, and where two have to agree not what the other one answered (domain-detail A51). Nor whether the offender is
a confused person: his health is his, though it was told in her case (A88; GDPR, article 15(4)).
"""

from collections.abc import Collection, Iterator
from typing import Any

from schakel.case import KEPT_BACK
from schakel.case_consent import side_of
from schakel.case_state import Side
from schakel.events import Event, Told
from schakel.events.consent import ConsentAsked, ConsentGranted
from schakel.events.vocab import Person

VICTIM = "victim"
_HERS = frozenset({Person.VICTIM, Person.REPRESENTATIVE, Person.HOUSEHOLD})
"""With whom a contact counts as one with her."""
_SUBJECT_OF = {Person.OFFENDER: "accused"}
"""A person whose word in a subject's handle is another one."""
_SPEAKS = ("of", "refused_by", "withdrawn_by")
"""Fields that say whose yes or no it is."""


def people_in(event: Event) -> Iterator[str]:
    """Who an event names, by their handles in the case."""
    if isinstance(event, Told):
        yield from (part.subject for part in event.sealed)
    if named := names(event):
        yield named


def names(event: Event) -> str | None:
    """Whom the event itself is about, by handle; null when it is about the case."""
    if (subject := getattr(event, "subject", None)) is not None:
        return str(subject)
    person = _speaks(event) or getattr(event, "whom", None)
    return None if person is None else _SUBJECT_OF.get(person, person.value)


def is_hers(event: Event) -> bool:
    """Whether what the event says belongs in the copy of the person who was harmed: all that is not about somebody else."""
    if (subject := getattr(event, "subject", None)) is not None:
        return bool(subject == VICTIM)
    if (speaks := _speaks(event)) is not None:
        return side_of(speaks) is Side.HERS
    whom = getattr(event, "whom", None)
    return whom is None or whom in _HERS


def is_of_his_health(event: Event) -> bool:
    """Whether the event says nothing but how it is with the offender."""
    return getattr(event, "check", None) in KEPT_BACK


def without_others(says: dict[str, Any]) -> bool:
    """Take out of what an event says, in place, what its facts say of somebody else's health; whether there was any."""
    facts = says.get("facts") or {}
    told = facts.get("checks") or ()
    kept = [one for one in told if one["check"] not in KEPT_BACK]
    if len(kept) == len(told):
        return False
    facts["checks"] = kept
    return True


def is_theirs(event: Event, subject: str, people: Collection[str]) -> bool:
    """Whether what the event says belongs in the copy of somebody else: only what is about him, and about nobody else of that role."""
    if getattr(event, "subject", None) is not None:
        return names(event) == subject
    return names(event) == subject and not any(one.startswith(f"{subject}-") for one in people)


def is_her_contact(whom: str) -> bool:
    """Whether a contact with this person was one with her."""
    return whom in _HERS


def _speaks(event: Event) -> Person | None:
    """Whose yes or no it is, or is asked for."""
    if isinstance(event, ConsentAsked | ConsentGranted):
        return event.terms.given_by
    return next((getattr(event, name) for name in _SPEAKS if getattr(event, name, None) is not None), None)
