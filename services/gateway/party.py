"""A case as a partner that is party to it may see it: asked of the fold, once that has reached the ledger's end.

It gives nothing that is sealed, so the ledger is told nothing of it; what a partner tries in vain leaves a line in the log and a number.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import DBAPIError

from backbone.casework import LEDGER
from backbone.desks import load_desk
from backbone.engine.errors import BrokerAway
from backbone.engine.logs import where_from
from backbone.standing import suspended_in
from backbone.store.errors import DatabaseAway
from backbone.store.tables import snapshot
from schakel.case_party import CaseSeen, is_erased, is_party, seen_by, was_party, why_not
from schakel.case_state import State
from services.gateway import problems
from services.gateway.asking import SignedOn, Turns, documented
from services.gateway.ledger import Watch
from services.gateway.numbers import LOOKS

ANSWER_S = 5.0
_CASE = select(snapshot.c.state, snapshot.c.partition).where(snapshot.c.case_id == bindparam("case"))
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A case, where it lies, and who is suspended there."""

    case: State
    partition: int
    away: frozenset[str]


class Party:
    """log_ends: where the ledger's partitions end now. connect: the gateway's own database, to look at."""

    def __init__(
        self,
        watch: Watch,
        log_ends: Callable[[tuple[str, ...]], Awaitable[Mapping[tuple[str, int], int]]],
        connect: Callable[[], AbstractContextManager[Connection]],
    ) -> None:
        self._watch, self._log_ends, self._connect = watch, log_ends, connect

    async def look(self, partner: str, case_id: str) -> CaseSeen:
        """What it may see now. Raises Problem: unknown and somebody else's are the same answer."""
        try:
            async with asyncio.timeout(ANSWER_S):
                found = await self._find(case_id)
        except (TimeoutError, BrokerAway, DatabaseAway, DBAPIError) as error:
            log.warning("a look at a case could not be answered", away=type(error).__name__)
            raise _counted("away", problems.away()) from None
        except Exception as error:
            log.error(
                "a defect in a look at a case", error=where_from(error)
            )  # without its text, which may quote somebody
            raise _counted("fault", problems.fault()) from None
        if found is None or partner in found.away or not was_party(found.case, partner):
            log.warning("a look at a case that is not theirs", partner=partner)
            raise _counted("not_yours", problems.no_case_of_yours())
        if is_erased(found.case):
            raise _counted("erased", problems.erased())
        if not is_party(found.case, partner):
            raise _counted("refused", problems.refused(why_not(found.case, partner).value))
        LOOKS.labels("given").inc()
        return seen_by(found.case, partner)

    async def _find(self, case_id: str) -> Found | None:
        """As it stands at the ledger's end: of its own partition, or of all for an id that we may not have folded yet."""
        known = await asyncio.to_thread(self._load, case_id)
        for (_, partition), end in (await self._log_ends((LEDGER,))).items():
            if known is None or partition == known.partition:
                await self._watch.folded(partition, end)
        return await asyncio.to_thread(self._load, case_id)

    def _load(self, case_id: str) -> Found | None:
        with self._connect() as db:
            row = db.execute(_CASE, {"case": case_id}).one_or_none()
            return Found(load_desk(row.state).case, row.partition, suspended_in(db, row.partition)) if row else None


def _counted(outcome: str, problem: problems.Problem) -> problems.Problem:
    LOOKS.labels(outcome).inc()
    return problem


def routes(party: Party, asking: SignedOn) -> APIRouter:
    """`GET /cases/{case}`."""
    router, turns = APIRouter(), Turns(LOOKS)

    @router.get(
        "/cases/{case}",
        operation_id="readCase",
        summary="How far a case is that you are party to, and your part in it",
        response_model=CaseSeen,
        responses=documented(401, 403, 404, 410, 422, 429, 500, 503),
    )
    async def look(
        partner: Annotated[str, Depends(asking)],
        case: Annotated[str, Path(description="the case id, as a receipt or a referral gave it", max_length=64)],
    ) -> Response:
        with turns.one(partner):
            seen = await party.look(partner, case)
        return Response(seen.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})

    return router
