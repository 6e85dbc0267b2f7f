"""Who is asking, and which answers a route may give: what all routes for partners have in common."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import prometheus_client
import structlog
from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from backbone.gateway.tokens import Tokens
from services.gateway import problems
from services.gateway.numbers import READS

SignedOn = Callable[..., Awaitable[str]]
"""A dependency of a route: the partner whose token came along."""
AT_ONCE = 16
"""Requests of one kind that one partner may have under way: nobody floods the ledger, or the gateway."""
log = structlog.get_logger(__name__)


def signed_on(tokens: Tokens) -> SignedOn:
    """A dependency: the partner whose token came along. Raises the problem of who has none."""
    bearer = HTTPBearer(auto_error=False, bearerFormat="opaque", description="the partner's token, from its profile")

    async def asking(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
        partner = tokens.partner(given.credentials) if given else None
        if partner is None:
            READS.labels("not_signed_on").inc()
            # For the auditor: whose name was used, if it is a partner's. What was sent as a token stands nowhere.
            log.warning("sign-on refused", claimed=tokens.claimed(given.credentials) if given else None)
            raise problems.not_signed_on()
        return partner

    return asking


class Turns:
    """Of one kind of request. outcomes: where those are counted that were too many."""

    def __init__(self, outcomes: prometheus_client.Counter) -> None:
        self._outcomes = outcomes
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def one(self, partner: str) -> Iterator[None]:
        """One request of this partner. Raises the problem of who has too many."""
        if self._under_way[partner] >= AT_ONCE:
            self._outcomes.labels("too_many").inc()
            raise problems.too_many()
        self._under_way[partner] += 1
        try:
            yield
        finally:
            self._under_way[partner] -= 1
            if not self._under_way[partner]:
                del self._under_way[partner]


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These answers are problems."""
    words = {
        401: "no token, or not one of ours",
        403: "it reached you once, and may not be read now; `reason` is the gate's",
        404: "no such referral, or case, of yours: unknown and somebody else's are the same answer",
        410: "the person was erased: what it pointed to does not exist any more",
        422: "a parameter that does not fit",
        429: "too many requests at once",
        500: "a defect of ours; nothing was given",
        503: "not now; nothing was given, ask again",
    }
    schema = problems.ProblemDetails.model_json_schema()
    return {
        status: {"description": words[status], "content": {problems.CONTENT_TYPE: {"schema": schema}}}
        for status in statuses
    }
