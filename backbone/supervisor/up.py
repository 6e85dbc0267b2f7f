"""A whole backbone on this machine: the broker, everything on it, and every service as its own process.

    with Backbone(settings, tell=print) as backbone:
        backbone.wait_ready()
        while not done:
            backbone.step()

`backbone up`, the demo, the acceptance test and the benchmarks all start it here.
"""

import errno
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from backbone.evidence import signing
from backbone.kafka.node import Node
from backbone.kafka.rights import service_user
from backbone.keys.files import USE_THE_DATABASE, KeyFiles
from backbone.settings import Settings
from backbone.supervisor.brokers import AddressTaken, OwnKafka
from backbone.supervisor.forkserver import ForkServer
from backbone.supervisor.keeper import Keeper, Service, State
from backbone.supervisor.prepare import Broker, Prepared, prepare
from backbone.supervisor.probe import Health, readiness
from backbone.supervisor.ran import remember
from backbone.supervisor.runfiles import RunFiles
from backbone.supervisor.watch import Supervisor

SERVICES = ("intake", "routing", "consent", "followup", "cases", "audit", "gateway")
ALONE = ("gateway",)
"""Of these there is one process: whoever asks it has to find all of the ledger there."""
READY_WITHIN_S = 90.0
_POLL_S = 0.05


class BackboneProblem(RuntimeError):
    """The backbone cannot start or go on; the message says what was found and what to do."""


class Backbone:
    """See the module's words. One thread uses it.

    workers: how many processes of a service, by name (default one). cache_dir: where the broker's jars are kept (default
    `var_dir`/cache). own_broker: start one here; default: unless SCHAKEL_BOOTSTRAP names another. brokers: how many of them; 0: as many
    as the directory was made for, else one. tell: called with a sentence about everything worth knowing.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        workers: Mapping[str, int] | None = None,
        cache_dir: Path | None = None,
        own_broker: bool | None = None,
        brokers: int = 0,
        tell: Callable[[str], None],
    ) -> None:
        self.settings = settings
        self.files = RunFiles(settings.var_dir)
        self.broker: Broker | None = None
        self.prepared: Prepared | None = None
        self._tell = tell
        self._workers = dict.fromkeys(SERVICES, 1) | _known(workers or {})
        self._cache_dir = cache_dir
        self._own_broker = not os.environ.get("SCHAKEL_BOOTSTRAP") if own_broker is None else own_broker
        self._brokers = brokers
        self._kafka: OwnKafka | None = None
        self._supervisor = Supervisor((), tell=tell)
        self._loaded = ForkServer([f"services.{name}.app" for name in self._workers])
        self._ready = False
        self._unsaid = False

    # -- up and down ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start everything; returns when every service has been started, see `wait_ready`.

        Raises AlreadyUpError, BackboneProblem, and what the broker and the definitions raise; then nothing is left running.
        """
        self.files.claim()
        try:
            self._say("starting")
            self._loaded.begin()  # while the broker starts
            self.broker = self._start_broker()
            self.prepared = prepare(self.broker, self.settings)
            remember(self.settings.var_dir, (chain.name for chain in self.prepared.chains), self.settings.chains_dir)
            self._tell(_what_was_prepared(self.prepared))
            for warning in self.prepared.warnings:
                self._tell(warning)
            self._supervisor = Supervisor(list(self._services()), tell=self._tell, launch=self._loaded.start)
            self._supervisor.start()
            self._say("starting")
        except BaseException:
            self.stop()
            raise

    def wait_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Return when every service is ready. Raises BackboneProblem that says which is not, and why."""
        deadline = time.monotonic() + within_s
        waiting = {keeper.service.label: keeper for keeper in self._supervisor.keepers}
        while waiting:
            self.step()
            self.raise_if_stopped()
            waiting = {label: keeper for label, keeper in waiting.items() if not self.health(keeper).ready}
            if waiting and time.monotonic() > deadline:
                label, keeper = next(iter(waiting.items()))
                raise BackboneProblem(
                    f"{label} is not ready after {within_s:.0f} s: {self.health(keeper).reason}; see {keeper.service.log}"
                )
            if waiting:
                time.sleep(_POLL_S)
        self._ready = True
        self._say("ready")

    def step(self) -> None:
        """Look after everything once; to be called a few times a second."""
        changed = self._supervisor.step()
        if self._kafka is not None and self._look_after_broker(self._kafka):
            changed = True
        if changed or self._unsaid:
            self._unsaid = False
            try:
                self._say("ready" if self._ready else "starting")
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                self._unsaid = True  # said as soon as there is room; the services go on meanwhile

    def stop(self) -> None:
        """End the services, then the broker. Does nothing the second time."""
        if self._supervisor.keepers:
            self._say("stopping")
        self._supervisor.stop()
        self._supervisor = Supervisor((), tell=self._tell)
        self._loaded.end()
        if self._kafka is not None:
            self._kafka.stop()
            self._kafka = None
        self.files.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def broker_nodes(self) -> tuple[Node, ...]:
        """Our own brokers; none when Kafka is another's."""
        return self._kafka.nodes if self._kafka else ()

    # -- how it is -----------------------------------------------------------------------------------------------------

    @property
    def keepers(self) -> list[Keeper]:
        """One for each process of a service."""
        return self._supervisor.keepers

    def raise_if_stopped(self) -> None:
        """Raises BackboneProblem when a service has stopped for good; the message holds its own words."""
        for keeper in self._supervisor.stopped():
            raise BackboneProblem(_why_stopped(keeper))

    def url(self, label: str) -> str | None:
        """Where a process (`cases-0`) listens; None while it has not said so."""
        return self.files.services().get(label, {}).get("url")

    def health(self, keeper: Keeper) -> Health:
        """What this process says of itself now."""
        said = self.files.services().get(keeper.service.label)
        if said is None or said.get("pid") != keeper.pid:
            return Health(False, "has not come up yet")  # what an earlier process wrote does not count
        return readiness(str(said["url"]) if "url" in said else None)

    def _say(self, state: str) -> None:
        """Keep `var/run/supervisor.json` true."""
        services: dict[str, Any] = {
            keeper.service.label: {
                "service": keeper.service.name,
                "pid": keeper.pid,
                "state": keeper.state,
                "sentence": keeper.sentence,
                "starts": keeper.starts,
                "log": str(keeper.service.log),
            }
            for keeper in self._supervisor.keepers
        }
        self.files.write(
            {
                "pid": os.getpid(),
                "state": state,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "bootstrap": self.broker.bootstrap if self.broker else None,
                "embedded": self._kafka is not None,
                "services": services,
            }
        )

    # -- the broker ----------------------------------------------------------------------------------------------------

    def _start_broker(self) -> Broker:
        """Our own, or the one that the settings name."""
        if not self._own_broker:
            admin = self.settings.credentials()
            if admin is None:
                raise BackboneProblem(
                    f"SCHAKEL_BOOTSTRAP names a broker ({self.settings.bootstrap}) and nothing says who to be there; set "
                    "SCHAKEL_SASL_USERNAME and SCHAKEL_SASL_PASSWORD_FILE to a user that may make topics, users and rules"
                )
            return Broker(self.settings.bootstrap, admin, self.settings.ca_file)
        self._kafka = OwnKafka(
            self.settings.var_dir,
            cache_dir=self._cache_dir,
            brokers=self._brokers,
            port=self.settings.kafka_port,
            tell=self._tell,
        )
        return self._kafka.start()

    def _look_after_broker(self, kafka: OwnKafka) -> bool:
        """Raises BackboneProblem when one cannot be where it was."""
        try:
            return kafka.step()
        except AddressTaken as taken:
            raise BackboneProblem(str(taken)) from None

    # -- the services --------------------------------------------------------------------------------------------------

    def _services(self) -> list[Service]:
        assert self.broker is not None
        var_dir = self.settings.var_dir.absolute()
        shared = {
            "SCHAKEL_VAR_DIR": str(var_dir),
            "SCHAKEL_BOOTSTRAP": self.broker.bootstrap,
            "SCHAKEL_PROTOCOLS_DIR": str(self.settings.protocols_dir.absolute()),
            "SCHAKEL_CHAINS_DIR": str(self.settings.chains_dir.absolute()),
            "SCHAKEL_CLOCK": self.settings.clock,
            "SCHAKEL_GATHER_S": str(self.settings.gather_s),
            # Said in any case, so that ours counts and not what the environment holds; an empty text is none.
            "SCHAKEL_DATABASE_URL": self.settings.database_url or "",
            "SCHAKEL_CA_FILE": str(self.settings.ca_file or ""),
            "SCHAKEL_GATEWAY_HOST": self.settings.gateway_host,
            "SCHAKEL_GATEWAY_PORT": str(self.settings.gateway_port),
            "SCHAKEL_GATEWAY_URL": self.settings.gateway_url,
            "SCHAKEL_GATEWAY_TOKENS_DIR": str(self.settings.gateway_tokens().absolute()),
            "SCHAKEL_GATEWAY_CERTIFICATE": str(self.settings.gateway_certificate or ""),
            "SCHAKEL_GATEWAY_PRIVATE_KEY": str(self.settings.gateway_private_key or ""),
            "SCHAKEL_SASL_PASSWORD": "",
        }
        files = KeyFiles.of(self.settings)
        services: list[Service] = []
        for name, count in self._workers.items():
            who = service_user(name)
            for replica in range(count):
                port = (
                    self.settings.http_port + len(services) if self.settings.http_port > 0 else self.settings.http_port
                )
                own = {
                    "SCHAKEL_SASL_USERNAME": who,
                    "SCHAKEL_SASL_PASSWORD_FILE": str(var_dir / "kafka" / "secrets" / who),
                    "SCHAKEL_REPLICA": str(replica),
                    "SCHAKEL_HTTP_PORT": str(port),
                    # Of the keys, what it needs and no more.
                    "SCHAKEL_KEYS_URL": (self.settings.keys_url or "") if name in USE_THE_DATABASE else "",
                    **files.for_service(name).environment(),
                    **signing.environment(self.settings, name),
                }
                log = var_dir / "log" / f"{name}-{replica}.log"
                says = self.files.directory / f"{name}-{replica}.json"
                services.append(Service(name, replica, f"services.{name}", log, says, environment=shared | own))
        return services


def _what_was_prepared(prepared: Prepared) -> str:
    chains = ", ".join(chain.name for chain in prepared.chains)
    count = len(prepared.changes)
    changed = f"{count} {'thing' if count == 1 else 'things'} made or put right" if count else "nothing had to change"
    return f"Kafka is ready for {len(prepared.chains.partners)} partners of {chains}: {changed}"


def _known(workers: Mapping[str, int]) -> dict[str, int]:
    for name, count in workers.items():
        if name not in SERVICES:
            raise BackboneProblem(f"workers: {name!r} is no service; expected one of {', '.join(SERVICES)}")
        if count < 1:
            raise BackboneProblem(f"workers: found {count} for {name}, expected 1 or more")
        if name in ALONE and count > 1:
            raise BackboneProblem(f"workers: found {count} for {name}, expected 1: it reads all of the ledger itself")
    return dict(workers)


def _why_stopped(keeper: Keeper) -> str:
    assert keeper.state is State.STOPPED
    return f"{keeper.service.label} stopped: {keeper.sentence or 'it said nothing'}; its log is {keeper.service.log}"
