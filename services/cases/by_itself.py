"""What each case counts as in an overview when no other is about its incident, kept beside it in the transaction that folds.

So to press an overview nobody takes every case of a chain apart for a dozen words of it. Which chain's day and district it is of is
found when it is asked: those go by the chain's file, which may change; what stands here follows from the case alone.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, MetaData, Row, String, Table, Text, select

from backbone.desks import Desks
from backbone.overviews.incident import Clocks, by_itself
from backbone.store.transaction import Tx
from schakel.case_state import State
from schakel.events.vocab import LinkKind
from services.cases.overview import overview

metadata = MetaData()
incident = Table(
    "incident",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("reported_at_us", BigInteger),
    Column("district", String(60)),
    Column("words", Text),
    Column("linked", Text, nullable=False),
)
"""A row a case with a report. words: JSON, by table of the overviews (`backbone.overviews.incident.Words`); null when the case is no
incident. reported_at_us: microseconds since 1970. linked: the cases that it says are about the same incident, between spaces."""

FILL_AT_ONCE = 500
_FILLED = "filled"
_A_LIST = "["
"""In no closed word: in words as they were kept before, a list of them by table."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_ASKED = (
    select(overview.c.case_id, incident.c.reported_at_us, incident.c.district, incident.c.words, incident.c.linked)
    .join_from(overview, incident, overview.c.case_id == incident.c.case_id, isouter=True)
    .where(overview.c.drill.is_(False))
)


def keep(tx: Tx, cases: Iterable[State], contact: Clocks) -> None:
    """These cases count as they stand now. contact: which clocks time a contact (`backbone.overviews.incident`)."""
    rows = [_row(case, contact) for case in cases if case.report is not None and not case.drill]
    tx.put(incident, rows)


def fill(tx: Tx, desks: Desks, contact: Clocks) -> bool:
    """The same for a database that is older than this table, or than words as strings, some at a time. True when there are more."""
    note = _note(tx)
    after = tx.note(note) or ""
    if after == _FILLED:
        return False
    ids = tx.case_ids(tx.checkpoint.partition, after, FILL_AT_ONCE)
    keep(tx, [desk.case for desk in desks.load(tx, ids).values()], contact)
    more = len(ids) == FILL_AT_ONCE
    tx.set_note(note, ids[-1] if more else _FILLED)
    return more


def is_filled(tx: Tx) -> None:
    """What every case of this partition counts as was kept."""
    tx.set_note(_note(tx), _FILLED)


def _note(tx: Tx) -> str:
    return f"incident/words/{tx.checkpoint.partition}"


Kept = Row[*tuple[Any, ...]]
"""case_id, reported_at_us, district, words, linked."""


def kept(connection: Connection, chain: str) -> Sequence[Kept]:
    """Of each case of the chain but drills. `linked` is null where nothing is kept yet."""
    return connection.execute(_ASKED.where(overview.c.chain == chain)).all()


def is_kept(words: str | None) -> bool:
    """Whether a row says what its case counts as; what an older program wrote is written anew by and by."""
    return words is None or _A_LIST not in words


def moment(reported_at_us: int) -> datetime:
    """The moment that `reported_at_us` says."""
    return _EPOCH + reported_at_us * _US


def moment_us(reported_at: datetime) -> int:
    """A moment as it is kept: microseconds since 1970."""
    return (reported_at - _EPOCH) // _US


def _row(case: State, contact: Clocks) -> dict[str, object]:
    words = by_itself(case, contact)
    others = sorted({link.other_case for link in case.links.values() if link.kind == LinkKind.SAME_INCIDENT})
    return {
        "case_id": case.id,
        "reported_at_us": moment_us(case.reported_at) if case.reported_at else None,
        "district": case.facts["place"]["district"],
        "words": msgspec.json.encode(words).decode() if words is not None else None,
        "linked": " ".join(others),
    }
