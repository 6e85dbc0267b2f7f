"""What can be known of a running backbone from beside it: `var/run`, each service's HTTP server and database. Changes nothing."""

from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from backbone.settings import Settings
from backbone.store.errors import DatabaseAway
from backbone.store.store import Store
from backbone.supervisor.probe import readiness
from backbone.supervisor.runfiles import RunFiles


@dataclass(slots=True)
class Position:
    """How far a process has come in one partition."""

    topic: str
    partition: int
    position: int
    log_end: int


@dataclass(slots=True)
class ServiceState:
    """One process. lag: records to go; outbox and parked: of its service, all processes together; None: not known."""

    label: str
    service: str
    state: str
    ready: bool = False
    reason: str = ""
    pid: int | None = None
    starts: int = 1
    url: str | None = None
    lag: int | None = None
    outbox: int | None = None
    parked: int | None = None
    positions: list[Position] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """`supervised`: a supervisor lives here. Without one, services may run by other means."""

    supervised: bool
    state: str
    bootstrap: str | None
    services: list[ServiceState]

    @property
    def ready(self) -> bool:
        return bool(self.services) and all(service.ready for service in self.services)

    def headline(self) -> str:
        """One line for a person."""
        if not self.services:
            return "starting" if self.supervised else "the backbone is not up here; 'backbone up' starts it"
        ready = sum(service.ready for service in self.services)
        kafka = f" · Kafka at {self.bootstrap}" if self.bootstrap else ""
        supervised = "" if self.supervised else " · no supervisor"
        return f"{ready} of {len(self.services)} ready{kafka}{supervised}"

    def as_json(self) -> dict[str, Any]:
        return {"ready": self.ready, **asdict(self)}


def look(settings: Settings) -> Found:
    """Everything that runs on this `var` directory now."""
    files = RunFiles(settings.var_dir)
    supervised = files.alive()
    said = (files.read() or {}) if supervised else {}
    services = {label: _as_supervised(label, told) for label, told in (said.get("services") or {}).items()}
    for label, told in files.services().items():
        service = services.get(label)
        if service is None:
            if supervised or "service" not in told:
                continue  # left behind by a process of an earlier run
            service = services[label] = ServiceState(label, str(told["service"]), "running")
        _as_itself(service, told)
    depths = {name: _depths(settings, name) for name in {service.service for service in services.values()}}
    for service in services.values():
        service.outbox, service.parked = depths[service.service]
    return Found(supervised, str(said.get("state", "down")), said.get("bootstrap"), list(services.values()))


def _as_supervised(label: str, told: dict[str, Any]) -> ServiceState:
    return ServiceState(
        label,
        str(told.get("service", label)),
        str(told.get("state", "?")),
        reason=str(told.get("sentence") or ""),
        pid=told.get("pid"),
        starts=int(told.get("starts", 1)),
    )


def _as_itself(service: ServiceState, told: dict[str, Any]) -> None:
    """What the process says over HTTP, if it still is the one that wrote the file."""
    if service.pid is not None and told.get("pid") != service.pid:
        service.reason = service.reason or "has not come up yet"
        return
    service.url = told.get("url")
    health = readiness(service.url)
    if not health.details and not health.ready:
        service.reason = service.reason or health.reason
        return
    service.ready, service.reason = health.ready, "" if health.ready else health.reason
    service.positions = [
        Position(place["topic"], place["partition"], place["position"], place["log_end"])
        for place in health.details.get("partitions", [])
    ]
    service.lag = sum(max(place.log_end - place.position, 0) for place in service.positions)


def _depths(settings: Settings, service: str) -> tuple[int | None, int | None]:
    """Records that wait in the service's database: to be published, and parked."""
    if not has_database(settings, service):
        return None, None
    store = Store(settings.service_database_url(service), service)
    try:
        found = store.depths()
        return found["outbox"], found["parked"]
    except (DatabaseAway, SQLAlchemyError):
        return None, None
    finally:
        store.close()


def has_database(settings: Settings, service: str) -> bool:
    """Whether the service has one to look at; looking must not make one."""
    return bool(settings.database_url) or (settings.var_dir / "db" / f"{service}.db").exists()
