"""HTTP: the incidents of a chain in closed words, for the overviews that `backbone overview` makes of them. No name is in the state.

`GET /incidents/{chain}`. For use inside the backbone: these are facts of single cases. What of them may leave it as numbers is decided
in `backbone.overviews`, where issues are kept too.
"""

from datetime import UTC, datetime

import msgspec
from aiohttp import web
from sqlalchemy import Connection, select

from backbone.chain_desks import read_chain_state
from backbone.chains import Chain, Chains
from backbone.desks import load_desk
from backbone.overviews.incident import Counted, contact_clocks, incidents
from backbone.protocols import Protocols
from backbone.store.tables import snapshot
from schakel.case_state import State
from services.cases.api import Connect
from services.cases.overview import overview as table

AT_ONCE = 1_000
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
        with connect() as connection:
            newest = read_chain_state(connection, chain.name).time or BEFORE_ANYTHING
            cases = _cases(connection, chain)
        as_of = max([newest, *(case.time for case in cases if case.time is not None)])
        made = Counted(as_of, list(incidents(chain, cases, contact)))
        return web.Response(body=msgspec.json.encode(made), content_type="application/json")

    return [web.get("/incidents/{chain}", counted)]


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
