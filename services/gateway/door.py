"""What partners reach over HTTP, and the route under which a reference can be read.

Whose name was used in vain, and who tries references, is logged for an auditor; what was sent, never: it may be anything.
"""

import time
from typing import Annotated, Any

import orjson
import structlog
from fastapi import APIRouter, Depends, FastAPI, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from backbone.engine.logs import where_from
from backbone.gateway.tokens import Tokens
from schakel.events.vocab import HoldReason, Scope
from services.gateway import problems, registry
from services.gateway.asking import SignedOn, Turns, documented, signed_on
from services.gateway.numbers import READ_SECONDS, READS
from services.gateway.party import Party, routes
from services.gateway.reading import Away, Given, NotForYou, Reader, Refused, TooLate

VERSION = "1"
log = structlog.get_logger(__name__)


class Position(BaseModel):
    """Where the permit stands in the ledger."""

    partition: int
    offset: int


class Read(BaseModel):
    """What may be read now. Members that were not told, or are not permitted, are missing."""

    referral: str
    case: str
    request: str = Field(description="id of this read in the ledger")
    position: Position
    scopes: list[Scope] = Field(description="what was permitted, for this one read")
    contact_details: Any = None
    contact_preference: Any = None
    story: Any = None
    exact_place: Any = None
    exact_time: Any = None
    labels: list[str] | None = Field(None, description="on what each label rests; only when the label may be read")


class Leaves(Response):
    """An answer with personal data. Right before its first byte it asks whether it may still leave; if not, a problem goes instead.

    The server closes each connection after one answer, so that nothing of an earlier one can stand in the way between this
    question and the socket.
    """

    def __init__(self, given: Given, body: bytes) -> None:
        super().__init__(body, media_type="application/json", headers={"Cache-Control": "no-store"})
        self._given = given

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        if not self._given.may_leave():
            READS.labels("too_late").inc()
            await problems.too_late().response()(scope, receive, send)
            return
        READS.labels("given").inc()
        await super().__call__(scope, receive, send)


def build(reader: Reader, tokens: Tokens, party: Party) -> FastAPI:
    """The application: reading by reference, looking at a case that one is party to, and the schema registry."""
    app = FastAPI(
        title="Schakel gateway",
        version=VERSION,
        description="Reading by reference: what a delivered referral points to, as long as it may be read; every read is an event. "
        "And how far a case is that one is party to.",
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app, registry.members)
    asking = signed_on(tokens)
    app.include_router(reading_routes(reader, asking))
    app.include_router(routes(party, asking))
    app.include_router(registry.routes())
    return app


def reading_routes(reader: Reader, asking: SignedOn) -> APIRouter:
    """The door for reads. A later door (telling over HTTP, pages for the person) is a router beside this one."""
    router = APIRouter()
    turns = Turns(READS)

    @router.get(
        "/referrals/{referral}",
        operation_id="readReferral",
        summary="Read what a referral points to",
        response_model=Read,
        responses=documented(401, 403, 404, 410, 422, 429, 500, 503),
    )
    async def read(
        partner: Annotated[str, Depends(asking)],
        referral: Annotated[str, Path(description="the id in the referral's dataref", max_length=200)],
        scopes: Annotated[
            list[Scope] | None, Query(description="only these; default: all that the referral carries")
        ] = None,
    ) -> Response:
        with turns.one(partner):
            began = time.perf_counter()
            try:
                given = await reader.read(partner, referral, tuple(dict.fromkeys(scopes or ())))
            except NotForYou:
                READS.labels("not_yours").inc()
                log.warning("a read of what is not theirs", partner=partner)
                raise problems.nothing_here() from None
            except Refused as no:
                gone = no.reason == HoldReason.ERASED
                READS.labels("erased" if gone else "refused").inc()
                raise (problems.erased() if gone else problems.refused(no.reason)) from None
            except TooLate:
                READS.labels("too_late").inc()
                raise problems.too_late() from None
            except Away as what:
                READS.labels("away").inc()
                log.warning("a read could not be answered", away=str(what))
                raise problems.away() from None
            except Exception as error:
                READS.labels("fault").inc()
                log.error("a defect in a read", error=where_from(error))  # without its text, which may quote somebody
                raise problems.fault() from None
        READ_SECONDS.observe(time.perf_counter() - began)
        return Leaves(given, _body(referral, given))

    return router


def _body(referral: str, given: Given) -> bytes:
    body: dict[str, Any] = {
        "referral": referral,
        "case": given.case,
        "request": given.request,
        "position": {"partition": given.permit.partition, "offset": given.permit.offset},
        "scopes": given.scopes,
        **given.personal,
    }
    if given.labels:
        body["labels"] = given.labels
    return orjson.dumps(body)
