"""A worker's HTTP server: `/healthz` (it lives), `/readyz` (it has caught up, or why not), `/metrics`, and what its service adds.

It also keeps `var/run/<service>-<replica>.json`, where the supervisor and `backbone status` find the address and, after an
end, the reason.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import prometheus_client
from aiohttp import web

from backbone.engine.errors import Exit, Stop, cannot_listen
from backbone.engine.health import Health
from backbone.settings import Settings


class RunFile:
    """What a worker says of itself to others on this machine. A rename, so that no reader sees half of it."""

    def __init__(self, settings: Settings, service: str) -> None:
        replica = settings.replica or str(os.getpid())
        self._path = settings.var_dir.absolute() / "run" / f"{service}-{replica}.json"
        self.who: Mapping[str, Any] = {"service": service, "replica": replica, "pid": os.getpid()}
        self._content: dict[str, Any] = dict(self.who)
        self._ours = False
        self._lock: IO[bytes] | None = None

    async def claim(self, within_s: float) -> None:
        """Be the only one of this name on this machine, as long as this process lives. One that is ending is waited for.

        Kafka's own fence does not reach aiokafka: two members of one name would take the partitions from each other for ever.
        Raises Stop.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = (self._path.parent / f".{self._path.stem}.lock").open("ab")
        deadline = asyncio.get_running_loop().time() + within_s
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._ours = True
                return
            except BlockingIOError:
                if asyncio.get_running_loop().time() > deadline:
                    raise Stop(
                        Exit.SAYS_WHY,
                        "replica",
                        f"another process is {self.who['service']} with replica {self.who['replica']}; stop that one, or give "
                        "this one another name: SCHAKEL_REPLICA",
                    ) from None
            await asyncio.sleep(0.1)

    def write(self, **more: Any) -> None:
        """Say so too; nothing when the name is another's."""
        if not self._ours:
            return
        self._content |= more
        new = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        new.write_text(json.dumps(self._content) + "\n", encoding="utf-8")
        new.replace(self._path)

    def remove(self) -> None:
        """There is nothing to say any more."""
        if self._ours:
            self._path.unlink(missing_ok=True)

    @property
    def path(self) -> Path:
        return self._path


class Server:
    """Not ready is 503, so that a load balancer or Kubernetes needs nothing else."""

    def __init__(self, settings: Settings, health: Health, who: Mapping[str, Any]) -> None:
        self._settings = settings
        self._health = health
        self._who = dict(who)
        self._app = web.Application()
        self._app.add_routes(
            [web.get("/healthz", self._alive), web.get("/readyz", self._ready), web.get("/metrics", self._metrics)]
        )
        self._runner: web.AppRunner | None = None

    def add(self, routes: Iterable[web.RouteDef]) -> None:
        """Routes of the service; before `start`."""
        self._app.add_routes(routes)

    async def start(self) -> int:
        """Listen; returns the port. Raises Stop when it is taken."""
        self._runner = web.AppRunner(self._app, access_log=None)
        await self._runner.setup()
        host, port = self._settings.http_host, self._settings.http_port
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise Stop(
                Exit.SAYS_WHY,
                "port",
                f"{cannot_listen(host, port, error)}; stop what does, or set SCHAKEL_HTTP_PORT to another port (0 takes a free one)",
            ) from error
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _alive(self, request: web.Request) -> web.Response:
        return web.json_response({"alive": True, **self._who})

    async def _ready(self, request: web.Request) -> web.Response:
        return web.json_response(self._who | self._health.report(), status=200 if self._health.ready else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        body = prometheus_client.generate_latest()
        return web.Response(body=body, headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST})
