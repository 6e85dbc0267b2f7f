"""HTTP over who is asked for what in a chain: by district and role, with hours, whether it is at work now, and who acts instead.

`GET /directory/{chain}`; with `?district=oost` of one district, with `?at=2026-03-06T18:00+01:00` as of then. Organisations in their roles;
of a person nothing is known here. For use inside the backbone, as the rest of this service.
"""

from datetime import datetime

import msgspec
from aiohttp import web

from backbone.chains import Chains
from backbone.chains.hours import directory
from schakel.timesource import TimeSource


def routes(chains: Chains, clock: TimeSource) -> list[web.RouteDef]:
    """The route of this module. clock: what `now` is where the request does not say."""

    async def of_chain(request: web.Request) -> web.Response:
        chain = chains.get(request.match_info["chain"])
        if chain is None:
            known = ", ".join(sorted(one.name for one in chains))
            return _problem(404, f"no chain {request.match_info['chain'][:60]!r}; expected one of {known}")
        district = request.query.get("district")
        if district is not None and district not in chain.districts:
            expected = ", ".join(chain.districts)
            return _problem(400, f"district: found {district[:60]!r}, expected one of {expected}")
        try:
            # In an address a `+` that nobody encoded is a space.
            at = datetime.fromisoformat(request.query["at"].replace(" ", "+")) if "at" in request.query else clock.now()
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            return _problem(400, "at: expected a moment with its time zone, such as 2026-03-06T18:00+01:00")
        shown = {"chain": chain.name, "at": at, "directory": directory(chain, at, district)}
        return web.Response(body=msgspec.json.encode(shown), content_type="application/json")

    return [web.get("/directory/{chain}", of_chain)]


def _problem(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
