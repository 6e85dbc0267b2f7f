"""Which sealed fields a scope opens, and in which events they are told. Pure.

Only what is about the person who was harmed: a bystander and an accused are people with consents of their own, and nobody has asked
them. The door's own reference and free text are opened to nobody.
"""

from collections.abc import Iterable, Iterator, Mapping

from schakel.case_consent import HER
from schakel.case_state import Effect
from schakel.entry import Entry
from schakel.events import Told
from schakel.events.base import Sealed, SealedField
from schakel.events.contact import ContactPreferenceSet
from schakel.events.report import ReportCorrected, ReportReceived
from schakel.events.vocab import Scope

SUBJECT = HER
OPENS: Mapping[str, tuple[SealedField, ...]] = {
    # Who may call her must know when it is not safe to.
    Scope.CONTACT_DETAILS: (SealedField.CONTACT_DETAILS, SealedField.CONTACT_PREFERENCE),
    Scope.CONTACT_PREFERENCE: (SealedField.CONTACT_PREFERENCE,),
    Scope.STORY: (SealedField.STORY, SealedField.EXACT_PLACE, SealedField.EXACT_TIME),
}
"""A label is no sealed field: who may read it finds it beside these."""
_KEPT = frozenset(field for fields in OPENS.values() for field in fields)
_TOLD_IN = (ReportReceived, ReportCorrected, ContactPreferenceSet)


def opened_by(scopes: Iterable[str]) -> frozenset[SealedField]:
    """The fields that these scopes open."""
    return frozenset(field for scope in scopes for field in OPENS.get(scope, ()))


def told_in(entry: Entry, effect: Effect) -> Iterator[tuple[SealedField, Sealed]]:
    """The sealed fields that a reader may come to ask for. What is said later about the same field takes its place."""
    event = entry.event
    if not isinstance(event, Told) or not isinstance(event, _TOLD_IN) or effect is Effect.DUPLICATE:
        return
    if isinstance(event, ReportReceived) and effect is not Effect.EFFECTIVE:
        return  # one case, one report
    for part in event.sealed:
        if part.subject == SUBJECT and len(part.fields) == 1 and part.fields[0] in _KEPT:
            yield part.fields[0], part
