"""HTTP: which reports of a partner are in the ledger, by its own event ids: for a list of its own that is held against the ledger.

`GET /told/{partner}`. For use inside the backbone; it says nothing that the partner did not tell itself. Erased and drilled ones are
among them: what was reported once is not missing.
"""

import asyncio

import msgspec
from aiohttp import web
from sqlalchemy import Connection, or_, select

from backbone.desks import load_desk
from backbone.store.tables import snapshot
from services.cases.api import Connect
from services.cases.overview import overview

AT_ONCE = 1_000


def routes(connect: Connect) -> list[web.RouteDef]:
    """The route of this module."""

    async def told(request: web.Request) -> web.Response:
        found = await asyncio.to_thread(_told, connect, request.match_info["partner"])  # every one of them is decoded
        return web.Response(body=msgspec.json.encode(found), content_type="application/json")

    return [web.get("/told/{partner}", told)]


def _told(connect: Connect, partner: str) -> dict[str, str]:
    with connect() as connection:
        return told_by(connection, partner)


def told_by(connection: Connection, partner: str) -> dict[str, str]:
    """The case of each report of the partner, by the report's event id."""
    # of an erased case the table has forgotten the door: its state has not
    wanted = or_(overview.c.door == partner, overview.c.status == "erased")
    ids = connection.execute(select(overview.c.case_id).where(wanted)).scalars().all()
    found: dict[str, str] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = select(snapshot.c.state).where(snapshot.c.case_id.in_(ids[start : start + AT_ONCE]))
        for blob in connection.execute(some).scalars():
            case = load_desk(blob).case
            if case.door == partner and case.report is not None:
                found[case.report] = case.id
    return found
