"""The declaration of destruction (verklaring van vernietiging): what was destroyed, on which ground, when, by whom, after which term.

Everything comes from the ledger, with its positions, and the moment of the key's end from the database of keys. There is no personal data
in it: a person is a handle in a case, a proof is a code. Pure; who reads the ledger is `backbone.cli.erasure`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from backbone.chains import Chains
from schakel.case_state import Effect
from schakel.entry import Entry
from schakel.events.case import CaseClosed
from schakel.events.data import ErasureRefused, ErasureRequested, ErasureScheduled, SubjectErased
from schakel.events.vocab import ErasureGround
from schakel.history import History

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
KeyEnd = Callable[[str, str], datetime | None]
"""When the key of (case, subject) was destroyed; None: it was not."""
FinalSince = Callable[[datetime], datetime | None]
"""From when on an erasure is final whose key was destroyed at that moment; None: it is not yet."""


@dataclass(frozen=True, slots=True)
class Act:
    """One event that led there. by: the partner that told it, or the service that concluded it; position: `partition/offset`."""

    what: str
    at: datetime
    by: str
    position: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Destruction:
    """One person of one case, erased. term: how long was waited. final_by: until when it has to be final, None when the chain is no more.

    final_since: since when it is, as far as the database of keys can tell; None: not yet.
    """

    case: str
    subject: str
    ground: str
    chain: str
    chain_version: str
    term: str
    due_at: datetime
    acts: tuple[Act, ...]
    effective_at: datetime
    position: str
    key_destroyed_at: datetime | None
    final_by: datetime | None
    final_since: datetime | None

    def is_late(self, at: datetime) -> bool:
        """Whether its term to be final is over, and it is not."""
        return self.final_since is None and self.final_by is not None and at >= self.final_by


def declared(
    histories: Iterable[History],
    chains: Chains,
    key_end: KeyEnd,
    final_since: FinalSince,
    *,
    since: date | None = None,
    until: date | None = None,
) -> list[Destruction]:
    """Every erasure that took effect from `since` through `until` (days in UTC), oldest first."""
    found = [one for history in histories for one in _of(history, chains, key_end, final_since)]
    chosen = [
        one
        for one in found
        if (since is None or one.effective_at.date() >= since) and (until is None or one.effective_at.date() <= until)
    ]
    return sorted(chosen, key=lambda one: (one.effective_at, one.case, one.subject))


def _of(history: History, chains: Chains, key_end: KeyEnd, final_since: FinalSince) -> Iterator[Destruction]:
    taken = [step.entry for step in history.steps if step.effect is Effect.EFFECTIVE]
    by_id = {entry.id: entry for entry in taken}
    for entry in taken:
        event = entry.event
        if not isinstance(event, SubjectErased):
            continue
        rests_on = [by_id[premise] for premise in event.premises if premise in by_id]
        scheduled = next(one.event for one in rests_on if isinstance(one.event, ErasureScheduled))
        refusals = [
            one for one in taken if isinstance(one.event, ErasureRefused) and one.event.request == event.request
        ]
        chain, at = chains.get(scheduled.chain), entry.envelope.logged_at
        destroyed_at = key_end(history.state.id, event.subject)
        yield Destruction(
            case=history.state.id,
            subject=event.subject,
            ground=event.ground.value,
            chain=scheduled.chain,
            chain_version=scheduled.chain_version,
            term=scheduled.term,
            due_at=scheduled.due_at,
            acts=tuple(_act(one) for one in sorted([*rests_on, *refusals], key=lambda one: one.offset)),
            effective_at=at,
            position=_position(entry),
            key_destroyed_at=destroyed_at,
            final_by=chain.final_by(at) if chain else None,
            final_since=final_since(destroyed_at) if destroyed_at else None,
        )


def _act(entry: Entry) -> Act:
    event, detail = entry.event, None
    if isinstance(event, ErasureRequested):
        detail = event.requested_by.value + (f", {event.second_proof}" if event.second_proof else "")
    elif isinstance(event, ErasureScheduled):
        detail = event.term
    elif isinstance(event, ErasureRefused):
        detail = event.reason
    elif isinstance(event, CaseClosed):
        detail = event.reason.value
    by = entry.envelope.partner or entry.envelope.source.removeprefix("urn:schakel:")
    return Act(event.TYPE, entry.envelope.logged_at, by, _position(entry), detail)


def _position(entry: Entry) -> str:
    return f"{entry.partition}/{entry.offset}"


_WORDS: dict[Language, dict[str, str]] = {
    "nl": {
        "title": "Verklaring van vernietiging",
        "about": "{count} personen, volgens het grootboek; opgemaakt op {at}. Tijden zijn UTC, posities zijn partitie/plaats.",
        "none": "Niets is vernietigd in dit tijdvak.",
        "what": "Zaak {case}, {subject}: alle verzegelde gegevens over deze persoon in deze zaak.",
        "request": "Grond: verzoek van de persoon. Bedenktijd {term}, voorbij op {due}.",
        "retention_term": "Grond: bewaartermijn {term} na sluiten, voorbij op {due}.",
        "chain": "Termijn volgens keten {chain}, versie {version}.",
        "act": "{at}  {what}, door {by}{detail}, positie {position}",
        "effective": "Van kracht op {at} (subject.erased, positie {position}), door de dienst consent.",
        "key": "Sleutel vernietigd op {at}.",
        "no_key": "LET OP: de sleutel is niet vernietigd; zie of de dienst consent draait.",
        "final": "Definitief sinds {at}: toen waren de sleutels weg waarmee haar kopieën nog te openen waren. {rest}",
        "waits": "Nog niet definitief. Definitief uiterlijk {at}, mits voor dan de sleutels vervangen en vernietigd zijn. {rest}",
        "late": "LET OP: nog niet definitief, en de termijn was voorbij op {at}; zie 'backbone keys status'.",
        "rest": "Back-ups van sleutelbestanden staan hierbuiten: wie ze bewaart, verklaart dat ze weg zijn.",
        "left": "Niet vernietigd: wat leesbaar in het grootboek staat (gesloten lijsten, stadsdeel, dag), zonder wie het was.",
    },
    "en": {
        "title": "Declaration of destruction",
        "about": "{count} persons, by the ledger; drawn up on {at}. Times are UTC, positions are partition/offset.",
        "none": "Nothing was destroyed in this period.",
        "what": "Case {case}, {subject}: all that was sealed about this person in this case.",
        "request": "Ground: the person asked. Cooling-off period {term}, over on {due}.",
        "retention_term": "Ground: kept for {term} after the closing, over on {due}.",
        "chain": "Term by chain {chain}, version {version}.",
        "act": "{at}  {what}, by {by}{detail}, position {position}",
        "effective": "In effect on {at} (subject.erased, position {position}), by the service consent.",
        "key": "Key destroyed on {at}.",
        "no_key": "NOTE: the key has not been destroyed; see whether the service consent runs.",
        "final": "Final since {at}: by then the keys were gone that could still open copies of it. {rest}",
        "waits": "Not final yet. Final by {at} at the latest, if the keys are replaced and destroyed before then. {rest}",
        "late": "NOTE: not final yet, and the term was over on {at}; see 'backbone keys status'.",
        "rest": "Backups of key files are not seen here: whoever keeps them declares that they are gone.",
        "left": "Not destroyed: what is readable in the ledger (closed lists, district, day), without who it was.",
    },
}


def text(found: Iterable[Destruction], language: Language, at: datetime) -> str:
    """The declaration to read and sign."""
    say, found = _WORDS[language], list(found)
    lines = [say["title"], say["about"].format(count=len(found), at=_moment(at)), ""]
    for one in found:
        lines += [*_lines(one, say, at), ""]
    return "\n".join([*lines, say["left"] if found else say["none"]]) + "\n"


def _lines(one: Destruction, say: dict[str, str], now: datetime) -> Iterator[str]:
    yield say["what"].format(case=one.case, subject=one.subject)
    ground = one.ground if one.ground in say else ErasureGround.REQUEST.value
    yield "  " + say[ground].format(term=one.term, due=_moment(one.due_at))
    yield "  " + say["chain"].format(chain=one.chain, version=one.chain_version)
    for act in one.acts:
        detail = f" ({act.detail})" if act.detail else ""
        yield "  - " + say["act"].format(
            at=_moment(act.at), what=act.what, by=act.by, detail=detail, position=act.position
        )
    yield "  " + say["effective"].format(at=_moment(one.effective_at), position=one.position)
    yield "  " + (say["key"].format(at=_moment(one.key_destroyed_at)) if one.key_destroyed_at else say["no_key"])
    if one.final_since:
        yield "  " + say["final"].format(at=_moment(one.final_since), rest=say["rest"])
    elif one.final_by:
        yield "  " + say["late" if one.is_late(now) else "waits"].format(at=_moment(one.final_by), rest=say["rest"])


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
