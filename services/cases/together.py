"""HTTP over agendas, overviews and the network of a chain: what `backbone.meetings` builds from the state, for whom it may be shown.

`GET /consultations/{chain}/{id}` · `GET /overviews/{chain}/{id}` · `GET /networks/{chain}`; with `?for=partner` as that partner may see it.
`GET /releases/{chain}`: which overviews may leave; `GET /trends/{chain}`: hotspots that were signalled, and their answers.
Days are counted up to the newest log time that is known of the chain, so that the same ledger gives the same answer; `?on=2026-06-01` asks
as of the end of that day. `GET /found/{chain}`: what the police's query found, for its numbers by the quarter. For use inside the
backbone, as the rest of this service.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
from aiohttp import web
from sqlalchemy import Connection, select

from backbone.chain_desks import read_chain_state
from backbone.chains import Chain, Chains
from backbone.chains.schemes import consultation_of, gaps, kept, network
from backbone.desks import load_desk
from backbone.meeting_rights import may_read, seat
from backbone.meetings import agenda, case_list
from backbone.overviews.asked import up_to_now
from backbone.overviews.screening import Records, found
from backbone.protocols.cooperation import Cooperation
from backbone.protocols.measures import yearly_report
from backbone.protocols.overviews import Of, Overview
from backbone.store.tables import snapshot
from schakel.case_state import State
from services.cases.api import Connect, Handler
from services.cases.overview import overview as table

AT_ONCE = 1_000
BEFORE_ANYTHING = datetime(1970, 1, 1, tzinfo=UTC)


def routes(connect: Connect, chains: Chains) -> list[web.RouteDef]:
    """The routes of this module."""

    async def consultation(request: web.Request) -> web.Response:
        chain = chains.get(request.match_info["chain"])
        found = consultation_of(chain, request.match_info["id"]) if chain else None
        if chain is None or found is None:
            known = [one.id for _, here in kept(chain) for one in here.consultations] if chain else []
            return _unknown("consultation", request, known, chains)
        _, here, one = found
        with connect() as connection:
            meetings = read_chain_state(connection, chain.name)
            cases = list(_cases(connection, chain))
        if (now := _as_of(request, chain, meetings.time, cases)) is None:
            return _no_day(request)
        partner = request.query.get("for")
        if partner is not None and not (allowed := seat(chain, one, meetings, partner, _day(chain, now))).cases:
            return _problem(403, f"{partner[:40]} may not see the cases of {one.id}: {allowed.why}")
        return _answer(agenda(chain, here, one, meetings, cases, now))

    async def overview(request: web.Request) -> web.Response:
        chain = chains.get(request.match_info["chain"])
        schemes = [here for _, here in kept(chain)] if chain else []
        found = next(((h, one) for h in schemes if (one := h.overview(request.match_info["id"]))), None)
        if chain is None or found is None:
            return _unknown("overview", request, [one.id for here in schemes for one in here.overviews], chains)
        here, one = found
        partner = request.query.get("for")
        if partner is not None and not may_read(chain, one, partner):
            return _problem(403, f"{partner[:40]} is no reader of {one.id}; its readers are {', '.join(one.readers)}")
        if one.of is Of.NUMBERS:
            return _problem(409, up_to_now(chain, one))
        with connect() as connection:
            cases = list(_cases(connection, chain))
            newest = read_chain_state(connection, chain.name).time
        if (now := _as_of(request, chain, newest, cases)) is None:
            return _no_day(request)
        return _answer(made_of(chain, here, one, cases, now, partner))

    return [
        web.get("/found/{chain}", _found_by_query(connect, chains)),
        web.get("/trends/{chain}", _of_stream(connect, chains, "trends")),
        web.get("/releases/{chain}", _of_stream(connect, chains, "releases")),
        web.get("/consultations/{chain}/{id}", consultation),
        web.get("/overviews/{chain}/{id}", overview),
        web.get("/networks/{chain}", _network_map(chains)),
    ]


def _network_map(chains: Chains) -> Handler:
    """Who is where in the network that a scheme asks for, and which places are empty."""

    async def network_map(request: web.Request) -> web.Response:
        chain = chains.get(request.match_info["chain"])
        wants = next((here.network.wants for _, here in kept(chain) if here.network), None) if chain else None
        if chain is None or wants is None:
            return _problem(404, "no such chain, or none of its schemes asks for a network; see `schemes` of its file")
        empty = [{"place": place, "role": role} for place, role in gaps(chain, wants)]
        return _answer({"empty": empty, "places": network(chain, wants)})

    return network_map


def _found_by_query(connect: Connect, chains: Chains) -> Handler:
    """What the police's query found, and up to when that is known."""

    async def found_by_query(request: web.Request) -> web.Response:
        chain = chains.get(request.match_info["chain"])
        if chain is None:
            return _unknown("chain", request, [], chains)
        return _answer(await asyncio.to_thread(_found, connect, chain))  # every case is decoded

    return found_by_query


def _found(connect: Connect, chain: Chain) -> Records:
    with connect() as connection:
        cases = list(_cases(connection, chain))
        newest = read_chain_state(connection, chain.name).time
    times = [BEFORE_ANYTHING, *filter(None, (newest, *(case.time for case in cases)))]
    return Records(max(times), list(found(chain, cases)))


def _of_stream(connect: Connect, chains: Chains, what: str) -> Handler:
    """What a chain's own stream says, in the order of the ledger: decisions of release, also those taken back; hotspots and answers."""

    async def told(request: web.Request) -> web.Response:
        if (chain := chains.get(request.match_info["chain"])) is None:
            return _unknown(what, request, [], chains)
        with connect() as connection:
            return _answer(getattr(read_chain_state(connection, chain.name), what))

    return told


def made_of(
    chain: Chain, here: Cooperation, one: Overview, cases: list[State], now: datetime, reader: str | None = None
) -> object:
    """An overview as it stands now, by what it is made of: never numbers, whose periods are issued (`up_to_now`).

    reader: see `case_list`.
    """
    match one.of:
        case Of.CASES:
            lines, not_yet = case_list(chain, here, one, cases, now, reader)
            return {"overview": one.id, "note": one.note, "lines": lines, "not_yet_known_to_all": not_yet}
        case Of.MEASURES:
            year = _day(chain, now).year
            return {"overview": one.id, "reports": [yearly_report(register, year) for register in here.registers]}
        case _:
            return {"overview": one.id, "note": "people write this one together; minutes say when it was discussed"}


def _cases(connection: Connection, chain: Chain) -> Iterator[State]:
    """The cases of a chain, a thousand at a time."""
    after = ""
    while True:
        ids = connection.execute(
            select(table.c.case_id)
            .where(table.c.chain == chain.name, table.c.drill.is_(False), table.c.case_id > after)
            .order_by(table.c.case_id)
            .limit(AT_ONCE)
        ).scalars()
        portion = list(ids)
        if not portion:
            return
        rows = connection.execute(select(snapshot.c.state).where(snapshot.c.case_id.in_(portion)))
        yield from (load_desk(row.state).case for row in rows)
        after = portion[-1]


def _as_of(request: web.Request, chain: Chain, newest: datetime | None, cases: list[State]) -> datetime | None:
    """The moment up to which days are counted; None when the day that was asked for is none."""
    try:
        asked = date.fromisoformat(request.query["on"]) if "on" in request.query else None
    except ValueError:
        return None
    if asked is not None:
        return chain.calendar().end_of_day(asked) - timedelta(microseconds=1)
    return max([newest or BEFORE_ANYTHING, *(case.time for case in cases if case.time is not None)])


def _no_day(request: web.Request) -> web.Response:
    return _problem(400, f"on: found {request.query['on'][:20]!r}, expected a day such as 2026-06-01")


def _day(chain: Chain, now: datetime) -> date:
    return chain.calendar().local_day(now)


def _answer(made: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(made), content_type="application/json")


def _unknown(what: str, request: web.Request, known: list[str], chains: Chains) -> web.Response:
    name = request.match_info["chain"]
    if chains.get(name) is None:
        return _problem(404, f"no chain {name[:40]!r}; expected one of {', '.join(sorted(one.name for one in chains))}")
    found = request.match_info["id"][:40]
    named = ", ".join(known) or "none: its file names no scheme that has one"
    return _problem(404, f"the chain {name} keeps no {what} {found!r}; expected one of {named}")


def _problem(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
