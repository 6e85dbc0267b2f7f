"""HTTP over the trees, for operators and tools on this machine: heads and proofs. Hashes only; nothing of what a record says."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

import orjson
from aiohttp import web
from sqlalchemy import Connection

from schakel.evidence import tree
from services.audit import trees

Connect = Callable[[], AbstractContextManager[Connection]]
Handler = Callable[[web.Request], Awaitable[web.Response]]


def routes(connect: Connect) -> list[web.RouteDef]:
    """`GET /heads` · `GET /proofs/{partition}/inclusion?offset=&size=` · `GET /proofs/{partition}/consistency?from=&to=`."""

    async def heads(request: web.Request) -> web.Response:
        with connect() as connection:
            return _json({"heads": trees.newest_notes(connection)})

    async def inclusion(request: web.Request) -> web.Response:
        partition, offset, size = _numbers(request, "offset", "size")
        with connect() as connection:
            _within(connection, partition, size)
            path = tree.inclusion(offset, size, trees.nodes(connection, partition))
        return _json({"partition": partition, "offset": offset, "size": size, "path": [step.hex() for step in path]})

    async def consistency(request: web.Request) -> web.Response:
        partition, old, new = _numbers(request, "from", "to")
        with connect() as connection:
            _within(connection, partition, new)
            path = tree.consistency(old, new, trees.nodes(connection, partition))
        return _json({"partition": partition, "from": old, "to": new, "path": [step.hex() for step in path]})

    return [
        web.get("/heads", heads),
        web.get("/proofs/{partition}/inclusion", _answers(inclusion)),
        web.get("/proofs/{partition}/consistency", _answers(consistency)),
    ]


def _answers(handler: Handler) -> Handler:
    """What cannot be asked is answered with 400 and what is wrong with it."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except ValueError as problem:
            return _json({"error": str(problem)}, status=400)

    return answer


def _numbers(request: web.Request, *names: str) -> list[int]:
    texts = [request.match_info["partition"], *(request.query.get(name, "") for name in names)]
    for name, text in zip(("partition", *names), texts, strict=True):
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise ValueError(f"{name}: expected a number, such as 42")
    return [int(text) for text in texts]


def _within(connection: Connection, partition: int, size: int) -> None:
    there = trees.size_of(connection, partition)
    if size > there:
        raise ValueError(
            f"the tree of partition {partition} has {there} leaves; expected no more than that, found {size}"
        )


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json", status=status)
