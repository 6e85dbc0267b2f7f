"""Errors as RFC 9457 problems. Their words are ours and always the same: nothing of what was asked stands in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from schakel.events.vocab import HoldReason

CONTENT_TYPE = "application/problem+json"


class ProblemDetails(BaseModel):
    """RFC 9457. `code` is for programs and does not change; `reason` says why a read is refused, in the gate's words."""

    type: str = Field(description="urn:schakel:problem:<code>")
    title: str
    status: int
    code: str
    detail: str
    reason: str | None = None


@dataclass
class Problem(Exception):
    """An answer that is a problem."""

    status: int
    code: str
    title: str
    detail: str
    more: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None

    def response(self) -> JSONResponse:
        body = {
            "type": f"urn:schakel:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **(self.more or {}),
        }
        headers = {"Cache-Control": "no-store", **(self.headers or {})}
        return JSONResponse(body, self.status, headers=headers, media_type=CONTENT_TYPE)


AGAIN_AFTER_S = "1"


def not_signed_on() -> Problem:
    return Problem(
        401,
        "token.missing_or_wrong",
        "Who is asking?",
        "send your token as 'Authorization: Bearer <token>'; it stands in the profile that the operator of the backbone gave you",
        headers={"WWW-Authenticate": 'Bearer realm="schakel"'},
    )


def nothing_here() -> Problem:
    return Problem(404, "referral.not_yours", "Nothing to read here", "there is no such referral of yours")


def no_case_of_yours() -> Problem:
    return Problem(404, "case.not_yours", "Nothing to see here", "there is no such case that you are party to")


def refused(reason: str) -> Problem:
    return Problem(
        403,
        "read.refused",
        "May not be read now",
        "the referral may no longer be read, or not these data; keep nothing that the law does not oblige you to keep",
        more={"reason": reason},
    )


def erased() -> Problem:
    return Problem(
        410,
        "subject.erased",
        "The person was erased",
        "what this referral pointed to was destroyed and will never be there again; erase what you have of it, as far as no law "
        "obliges you to keep it",
        more={"reason": HoldReason.ERASED.value},
    )


def too_late() -> Problem:
    return Problem(
        503,
        "read.too_late",
        "No answer in time",
        "nothing was given; ask again, that is a new request",
        headers={"Retry-After": AGAIN_AFTER_S},
    )


def away() -> Problem:
    return Problem(
        503,
        "backbone.away",
        "Something we need does not answer",
        "nothing was given; ask again in a moment",
        headers={"Retry-After": AGAIN_AFTER_S},
    )


def too_many() -> Problem:
    return Problem(
        429,
        "read.too_many",
        "Too many reads at once",
        "wait for the answers to those that are under way",
        headers={"Retry-After": AGAIN_AFTER_S},
    )


def fault() -> Problem:
    return Problem(500, "backbone.fault", "A defect of ours", "nothing was given; tell the operator")


def install(app: FastAPI, more: Callable[[str, int, str], Mapping[str, Any]] = lambda path, status, title: {}) -> None:
    """Every error of the application leaves as a problem. more: (path, status, title), for members that the clients of some path look for
    in what is the framework's error and not a route's own."""

    @app.exception_handler(Problem)
    async def ours(request: Request, problem: Problem) -> JSONResponse:
        return problem.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # Which parameter, never what it held.
        names = sorted({str(part) for one in error.errors() for part in one["loc"][1:2]})
        detail = f"a parameter does not fit: {', '.join(names)[:80]}; see /openapi.json"
        return Problem(422, "request.invalid", "The request cannot be read", detail).response()

    @app.exception_handler(HTTPException)
    async def of_the_framework(request: Request, error: HTTPException) -> JSONResponse:
        title = "Nothing at this address" if error.status_code == 404 else "Not possible here"
        code, members = f"http.{error.status_code}", more(request.url.path, error.status_code, title)
        return Problem(error.status_code, code, title, "see /openapi.json", members, error.headers).response()

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        problem = fault()
        problem.more = more(request.url.path, problem.status, problem.title)
        return problem.response()
