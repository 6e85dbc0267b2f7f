"""Starts the gateway: the processor at the ledger, and beside it the server that partners reach."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
import uvicorn
from aiokafka.errors import KafkaError

from backbone.casework import LEDGER
from backbone.engine.errors import Exit, Stop, cannot_listen
from backbone.engine.processor import Surroundings
from backbone.gateway import address
from backbone.gateway.tokens import Tokens
from backbone.keys import KeyFiles, KeysUnusable, open_reader
from backbone.settings import Settings
from schakel.timesource import time_source
from services.gateway import door
from services.gateway.ledger import Appender, Watch
from services.gateway.party import Party
from services.gateway.processor import GatewayProcessor
from services.gateway.reading import Reader

_ENDS_WITHIN_S = 1
log = structlog.get_logger(__name__)


def build(surroundings: Surroundings) -> GatewayProcessor:
    settings = surroundings.settings
    try:
        opener = open_reader(settings.keys_url, settings.var_dir, files=KeyFiles.of(settings))
    except KeysUnusable as error:
        raise ValueError(f"the gateway cannot open what is sealed: {error}") from error
    watch, appender = Watch(), Appender(settings)

    async def serve(surroundings: Surroundings) -> None:
        listening = _listen(settings)
        try:
            await appender.start()
        except KafkaError as error:
            raise Stop(
                Exit.GO_ON_AT_CHECKPOINT, "producer", f"Kafka does not take us as a producer ({type(error).__name__})"
            ) from error
        store = surroundings.store
        points = await asyncio.to_thread(store.checkpoints)
        watch.begin({partition: point.next_offset for (topic, partition), point in points.items() if topic == LEDGER})
        look = surroundings.log_ends, surroundings.ends
        reader = Reader(watch, appender, *look, store.reading, opener, time_source(settings.clock))
        party = Party(watch, surroundings.log_ends, store.reading)
        server = _Server(_config(settings, door.build(reader, Tokens(settings.gateway_tokens()), party)))
        log.info("partners reach us", url=address.url(settings))
        try:
            await server.serve([listening])
        finally:
            listening.close()
            reader.close()
            with suppress(Exception):
                async with asyncio.timeout(_ENDS_WITHIN_S):
                    await appender.close()

    return GatewayProcessor(watch, serve)


class _Server(uvicorn.Server):
    """Signals are the engine's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(settings: Settings, app: object) -> uvicorn.Config:
    """One answer a connection: see `door.Leaves`. Without an access log: whose referral was read stands in the ledger, not here."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        headers=[("Connection", "close")],
        timeout_graceful_shutdown=_ENDS_WITHIN_S,
        ssl_certfile=settings.gateway_certificate,
        ssl_keyfile=str(settings.gateway_private_key) if settings.gateway_private_key else None,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )


def _listen(settings: Settings) -> socket.socket:
    """Raises Stop when the address is taken: partners' profiles name it, so another one would help nobody."""
    host, port = settings.gateway_host, address.port(settings)
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise Stop(
            Exit.SAYS_WHY,
            "port",
            f"the gateway {cannot_listen(host, port, error)}, where the partners' profiles say it is; stop what "
            "does, or set SCHAKEL_GATEWAY_PORT and write the profiles anew ('backbone up')",
        ) from error
