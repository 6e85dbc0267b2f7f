"""HTTP: the incidents of a chain in closed words, for the overviews that `backbone overview` makes of them. No name is in the state.

`GET /incidents/{chain}`. For use inside the backbone: these are facts of single cases. What of them may leave it as numbers is decided
in `backbone.overviews`, where issues are kept too.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from aiohttp import web
from sqlalchemy import Connection, select

from backbone.chain_desks import read_chain_state
from backbone.chains import Chain, Chains
from backbone.collecting import not_collecting
from backbone.desks import load_desk
from backbone.overviews.incident import Counted, contact_clocks, incidents
from backbone.protocols import Protocols
from backbone.store.tables import note, snapshot
from backbone.store.transaction import Tx
from schakel.case_state import State
from schakel.entry import Entry
from services.cases.api import Connect
from services.cases.overview import overview as table

AT_ONCE = 1_000
READ_TO = "logged/"
BEFORE_ANYTHING = datetime(1970, 1, 1, tzinfo=UTC)


def routes(connect: Connect, chains: Chains, protocols: Protocols) -> list[web.RouteDef]:
    """The route of this module."""
    contact = contact_clocks(protocols)

    async def counted(request: web.Request) -> web.Response:
        name = request.match_info["chain"]
        chain = chains.get(name)
        if chain is None:
            known = ", ".join(sorted(one.name for one in chains))
            return web.json_response({"error": f"no chain {name[:40]!r}; expected one of {known}"}, status=404)
        with not_collecting(), connect() as connection:  # every case of the chain is held at once
            newest = [_read_to(connection), read_chain_state(connection, chain.name).time]
            cases = _cases(connection, chain)
            as_of = max(filter(None, [BEFORE_ANYTHING, *newest, *(case.time for case in cases)]))
            made = Counted(as_of, list(incidents(chain, cases, contact)))
        return web.Response(body=msgspec.json.encode(made), content_type="application/json")

    return [web.get("/incidents/{chain}", counted)]


def read_to(tx: Tx, entries: Sequence[Entry]) -> None:
    """Remember the newest log time that was read of this partition, whoever it is of: a watermark too.

    By it a period is over for a chain in which nothing happens any more: silence is shown because the others went on.
    """
    newest = max((entry.envelope.logged_at for entry in entries), default=BEFORE_ANYTHING)
    name = f"{READ_TO}{tx.checkpoint.partition}"
    known = tx.note(name)
    if newest > (datetime.fromisoformat(known) if known else BEFORE_ANYTHING):
        tx.set_note(name, newest.isoformat())


def _read_to(connection: Connection) -> datetime | None:
    """The newest log time of the whole ledger; None in a database that has read nothing since this is remembered."""
    notes = connection.execute(select(note.c.value).where(note.c.name.startswith(READ_TO, autoescape=True))).scalars()
    return max(map(datetime.fromisoformat, notes), default=None)


def _cases(connection: Connection, chain: Chain) -> list[State]:
    """Every case of the chain but drills."""
    found: list[State] = []
    after = ""
    while True:
        ids = list(
            connection.execute(
                select(table.c.case_id)
                .where(table.c.chain == chain.name, table.c.drill.is_(False), table.c.case_id > after)
                .order_by(table.c.case_id)
                .limit(AT_ONCE)
            ).scalars()
        )
        if not ids:
            return found
        rows = connection.execute(select(snapshot.c.state).where(snapshot.c.case_id.in_(ids)))
        found += [load_desk(row.state).case for row in rows]
        after = ids[-1]
