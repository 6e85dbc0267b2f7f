"""The tally in the database: a number for each name and partition, moved in the transaction that folds.

So a number counts every event once, however often a process is killed; and to show a number nobody looks at a single case.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, String, Table, Text, func, select

from backbone.store.tables import checkpoint
from backbone.store.transaction import Tx
from schakel.case_state import State
from services.cases.tally.counted import Asks, standing

metadata = MetaData()
tally = Table(
    "tally",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("name", String(250), primary_key=True),
    Column("n", BigInteger, nullable=False),
)
"""How many, by name (`services.cases.tally.names`) and partition of the ledger: who holds a partition is alone with its rows."""
tallied = Table(
    "tallied",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("names", Text, nullable=False),
)
"""As what a case stands in the tally now, as a JSON object of numbers; a case without a row stands nowhere."""

_ADD = (
    'INSERT INTO tally ("partition", name, n) VALUES (?, ?, ?)'
    ' ON CONFLICT ("partition", name) DO UPDATE SET n = tally.n + excluded.n'
)
_CLEAN = 'DELETE FROM tally WHERE "partition" = ? AND name = ? AND n = 0'


def count(tx: Tx, cases: Iterable[State], happened: Mapping[str, int], asks: Asks) -> None:
    """Move the numbers of the transaction's partition by what happened, and by how these cases stand now."""
    now = {case.id: standing(case, asks) for case in cases}
    before = {case_id: Counter(json.loads(names)) for case_id, names in tx.find(tallied, "case_id", now)}
    moved: Counter[str] = Counter(happened)
    changed = {case_id: names for case_id, names in now.items() if names != before.get(case_id, Counter())}
    for case_id, names in changed.items():
        moved.update(names)
        moved.subtract(before.get(case_id, {}))
    _keep(tx, changed)
    where = tx.checkpoint.partition
    tx.many(_ADD, [(where, name, n) for name, n in moved.items() if n])
    tx.many(_CLEAN, [(where, name) for name, n in moved.items() if n < 0])


def _keep(tx: Tx, changed: Mapping[str, Counter[str]]) -> None:
    rows = [{"case_id": case_id, "names": json.dumps(names)} for case_id, names in changed.items() if names]
    tx.put(tallied, rows)
    if gone := [case_id for case_id, names in changed.items() if not names]:
        tx.remove(tallied, "case_id", gone)


def numbers(connection: Connection) -> dict[str, int] | None:
    """Every number of the whole service by its name; None while a partition is being rebuilt, as half of it would mislead."""
    if connection.execute(select(checkpoint.c.id).where(checkpoint.c.rebuild_until.is_not(None)).limit(1)).first():
        return None
    rows = connection.execute(select(tally.c.name, func.sum(tally.c.n)).group_by(tally.c.name))
    return {name: int(n) for name, n in rows}
