"""HTTP over the queryable state: one case, a list of cases, counts. Case facts only; what is sealed is not even here.

For use inside the backbone (operators, the console); it listens where the service's metrics do.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import partial

import msgspec
from aiohttp import web
from sqlalchemy import Connection, select

from backbone.desks import load_desk
from backbone.store.tables import snapshot
from schakel.case import grounds_to_tell
from schakel.case_consent import HER
from schakel.case_knows import who_knows
from schakel.case_links import whole_person
from schakel.case_state import State
from schakel.her_copy import LANGUAGES, text
from services.cases.overview import overview

COUNTABLE = ("chain", "municipality", "district", "status", "door", "identity", "place_type", "natures", "grounds")
FILTERS = ("chain", "municipality", "district", "status", "door")
MOST = 1_000
Connect = Callable[[], AbstractContextManager[Connection]]
Handler = Callable[[web.Request], Awaitable[web.Response]]


def routes(connect: Connect) -> list[web.RouteDef]:
    """`GET /cases/{id}` · `GET /cases?district=oost&limit=50` · `GET /counts/grounds?chain=amsterdam`.

    `GET /cases/{id}/who-knows`: who has seen what of her, also in cases linked as the same person (`linked`); with `?language=nl` as
    a text that she can hold.
    """

    async def one(request: web.Request) -> web.Response:
        with connect() as connection:
            case = _state(connection, request.match_info["id"])
        if case is None:
            return _no_case(request)
        if HER in case.erased:
            return _problem(
                410, "the person was erased from this case; /cases/{id}/who-knows says who was told to erase it too"
            )
        return web.Response(body=msgspec.json.encode(without_refused_label(case)), content_type="application/json")

    async def knows(request: web.Request) -> web.Response:
        language = request.query.get("language")
        if language is not None and language not in LANGUAGES:
            return _problem(400, f"language: found {language[:20]!r}, expected one of {', '.join(LANGUAGES)}")
        with connect() as connection:
            copies = [who_knows(state) for state in whole_person(request.match_info["id"], partial(_state, connection))]
        if not copies:
            return _no_case(request)
        if language is None:
            first = msgspec.to_builtins(copies[0])
            return web.Response(
                body=msgspec.json.encode(first | {"linked": copies[1:]}), content_type="application/json"
            )
        said = "\n".join(text(copy, language) for copy in copies)
        return web.Response(text=said, content_type="text/plain", charset="utf-8")

    async def many(request: web.Request) -> web.Response:
        try:
            limit = min(int(request.query.get("limit", "50")), MOST)
        except ValueError:
            return _problem(400, f"limit: found a text, expected a number up to {MOST}")
        statement = (
            select(overview).where(overview.c.status != "erased").order_by(overview.c.reported_at.desc()).limit(limit)
        )
        with connect() as connection:
            rows = connection.execute(_filtered(statement, request)).mappings().all()
        return web.json_response({"cases": [_json(dict(row)) for row in rows]})

    return [
        web.get("/cases/{id}", one),
        web.get("/cases/{id}/who-knows", knows),
        web.get("/cases", many),
        web.get("/counts/{field}", counts(connect)),
    ]


def counts(connect: Connect) -> Handler:
    """How many cases there are by each word of one field. Drills are in no count."""

    async def by_field(request: web.Request) -> web.Response:
        field = request.match_info["field"]
        if field not in COUNTABLE:
            return _problem(404, f"no counts by {field[:20]!r}; expected one of {', '.join(COUNTABLE)}")
        statement = select(overview.c[field]).where(overview.c.drill.is_(False))
        tally: Counter[str] = Counter()
        with connect() as connection:
            for (value,) in connection.execute(_filtered(statement, request)):
                several = field in ("natures", "grounds")
                tally.update(value.split() if several else [value or "unknown"])
        return web.json_response({"by": field, "counts": dict(tally.most_common())})

    return by_field


def _state(connection: Connection, case_id: str) -> State | None:
    row = connection.execute(select(snapshot.c.state).where(snapshot.c.case_id == case_id)).first()
    return load_desk(row.state).case if row else None


def without_refused_label(case: State) -> State:
    """A label that she refused stands nowhere, and neither does that she refused it (scenarios.md, AMS-3). Changes `case` in place."""
    if case.label_refused and case.facts:
        case.facts["grounds"], case.labels, case.label_refused = grounds_to_tell(case), [], False
    return case


def _filtered(statement, request: web.Request):  # type: ignore[no-untyped-def]
    for name in FILTERS:
        if name in request.query:
            statement = statement.where(overview.c[name] == request.query[name])
    return statement


def _json(row: dict[str, object]) -> dict[str, object]:
    reported_at = row.pop("reported_at")
    natures, grounds = str(row.pop("natures")).split(), str(row.pop("grounds")).split()
    return {**row, "reported_at": str(reported_at), "natures": natures, "grounds": grounds}


def _no_case(request: web.Request) -> web.Response:
    return _problem(404, f"no case {request.match_info['id'][:36]!r}; a case id stands in the receipt of its report")


def _problem(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
