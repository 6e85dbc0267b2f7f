"""`backbone up`, `down`, `status` and `serve`: the processes of this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from backbone.cli.output import FOUND, Undoable, console, fail, read_settings, say, show, show_json, table
from backbone.cli.state import Found, look
from backbone.kafka.embedded import running as broker_running
from backbone.kafka.embedded import stop_running
from backbone.kafka.topics import CLUSTER
from backbone.keys.files import KeyFiles
from backbone.settings import Settings
from backbone.supervisor.ran import missing
from backbone.supervisor.runfiles import RunFiles
from backbone.supervisor.signals import StoppingOnSignals
from backbone.supervisor.up import SERVICES, Backbone

_POLL_S = 0.1
_STOP_WITHIN_S = 60.0
_DETACHED_WITHIN_S = 180.0


def up(
    workers: Annotated[
        list[str] | None, typer.Option("--workers", metavar="NAME=N", help="How many processes of a service.")
    ] = None,
    brokers: Annotated[
        int,
        typer.Option(
            "--brokers",
            metavar="N",
            help="Kafka brokers: 1, or 3 that keep every record three times.",
            show_default="as many as before; 1 at first",
        ),
    ] = 0,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="CHAIN", help="Although it ran here and has no file now.")
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Go on in the background; 'backbone down' stops it.")
    ] = False,
) -> None:
    """Start Kafka and every service, and look after them.

    Makes what is missing: topics, users and their rights, the published definitions, a profile for each partner in
    var/partners. A service that dies is started again. Ctrl-C stops the services, then Kafka.

    Refused when a chain that ran here is not among the files of SCHAKEL_CHAINS_DIR: nobody would decide on its cases.

    With SCHAKEL_BOOTSTRAP (and SCHAKEL_SASL_USERNAME, SCHAKEL_SASL_PASSWORD_FILE of an administrator) that Kafka is used.

    Examples:

      backbone up

      backbone up --workers routing=2 --workers intake=2

      backbone up --brokers 3

      backbone up --detach
    """
    settings = read_settings()
    counts = _counts(workers or [])
    if brokers not in (0, 1, CLUSTER.factor):
        raise Undoable(f"--brokers {brokers}: expected 1 or {CLUSTER.factor}; without it, as many as there were before")
    if why := missing(settings.var_dir, settings.chains_dir, without or ()):
        raise Undoable(why)
    if detach:
        options = [part for given in workers or () for part in ("--workers", given)]
        options += [part for name in without or () for part in ("--without", name)]
        _detach(settings, options + (["--brokers", str(brokers)] if brokers else []))
        return
    with StoppingOnSignals():
        backbone = Backbone(settings, workers=counts, brokers=brokers, tell=say)
        try:
            backbone.start()
            backbone.wait_ready()
            assert backbone.broker is not None
            say(f"the backbone is up: Kafka at {backbone.broker.bootstrap}, services {', '.join(_labels(backbone))}")
            say("'backbone status' shows how they are; Ctrl-C stops everything")
            while True:
                backbone.step()
                time.sleep(_POLL_S)
        except KeyboardInterrupt:
            say("stopping the services, then Kafka")
        finally:
            backbone.stop()
    say("everything is stopped")


def _labels(backbone: Backbone) -> list[str]:
    return [keeper.service.label for keeper in backbone.keepers]


def _counts(workers: list[str]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for given in workers:
        name, _, number = given.partition("=")
        if name not in SERVICES or not number.isdecimal() or not 1 <= int(number) <= 64:
            raise Undoable(f"--workers {given}: expected NAME=N, NAME one of {', '.join(SERVICES)}, N from 1 to 64")
        counts[name] = int(number)
    return counts


def _detach(settings: Settings, options: list[str]) -> None:
    """Start ourselves again in a session of our own, with these options, and wait until that one is ready or has said why not."""
    files = RunFiles(settings.var_dir)
    if files.alive():
        raise Undoable(f"the backbone is already up on {settings.var_dir}; 'backbone status' shows how it is")
    log = settings.var_dir / "log" / "backbone.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "backbone.cli.main", "up", *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + _DETACHED_WITHIN_S
    while (files.read() or {}).get("state") != "ready":
        if (code := process.poll()) is not None:
            fail(_last_line(log) or f"it ended at once; see {log}", code or FOUND)
        if time.monotonic() > deadline:
            raise Undoable(f"it is not ready after {_DETACHED_WITHIN_S:.0f} s; see {log}, or 'backbone status'")
        time.sleep(_POLL_S)
    say(f"the backbone is up in the background (process {process.pid}); its log is {log}")
    say("'backbone status' shows how it is, 'backbone down' stops it")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].removeprefix("backbone: ") if lines else ""


def down() -> None:
    """Stop the services, then Kafka, in an orderly way. Nothing is lost: each service goes on at its checkpoint.

    Example:

      backbone down
    """
    settings = read_settings()
    files = RunFiles(settings.var_dir)
    if files.alive():
        pid = (files.read() or {}).get("pid")
        if not isinstance(pid, int):
            raise Undoable("the backbone is just starting; try again in a moment")
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_WITHIN_S
        while files.alive():
            if time.monotonic() > deadline:
                raise Undoable(f"process {pid} did not end within {_STOP_WITHIN_S:.0f} s; see {settings.var_dir}/log")
            time.sleep(_POLL_S)
        say("the backbone is stopped")
    elif broker := broker_running(settings.var_dir):
        stop_running(settings.var_dir)
        say(f"no supervisor was running; ended the broker that it had left behind (process {broker})")
    else:
        say(f"the backbone is not up on {settings.var_dir}; nothing to stop")


def status(
    positions: Annotated[bool, typer.Option("--positions", help="Also how far each is in every partition.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; positions included.")] = False,
) -> None:
    """How each service is: ready or why not, how far behind, what is parked.

    Ends with exit code 0 when everything is ready, 1 when not.

    Examples:

      backbone status

      backbone status --positions

      backbone status --json | jq '.services[] | select(.ready | not)'
    """
    settings = read_settings()
    found = look(settings)
    if as_json:
        show_json(found.as_json())
    else:
        _show_status(found, positions)
    if not found.ready:
        raise typer.Exit(FOUND)


def _show_status(found: Found, positions: bool) -> None:
    out = console()
    out.print(found.headline())
    if found.services:
        rows = table("service", "state", "lag#", "outbox#", "parked#", "starts#", "http")
        for service in found.services:
            rows.add_row(
                service.label,
                "ready" if service.ready else service.state,
                _number(service.lag),
                _number(service.outbox),
                _number(service.parked),
                str(service.starts),
                service.url or "-",
            )
        show(rows)
    for service in found.services:
        if not service.ready and service.reason:
            out.print(f"{service.label}: {service.reason}")
    if positions:
        places = table("service", "topic", "part#", "position#", "log end#")
        for service in found.services:
            for place in service.positions:
                places.add_row(
                    service.label, place.topic, str(place.partition), f"{place.position:,}", f"{place.log_end:,}"
                )
        show(places)


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def serve(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of {', '.join(SERVICES)}.", show_default=False)],
    replica: Annotated[str, typer.Option(help="Its name among the workers of its service.")] = "0",
) -> None:
    """Run one service in the foreground, as a process manager of your own would.

    Kafka must be there with its topics and users ('backbone topics create'). On this machine's embedded broker the service's
    password is found by itself; elsewhere set SCHAKEL_BOOTSTRAP, SCHAKEL_SASL_USERNAME and SCHAKEL_SASL_PASSWORD_FILE.

    Exit codes: 75 start it again, it goes on at its checkpoint; 78 it says why, and a person has to look.

    Example:

      backbone serve routing
    """
    if name not in SERVICES:
        raise Undoable(f"{name!r} is no service; expected one of {', '.join(SERVICES)}")
    settings = read_settings()
    own = {"SCHAKEL_REPLICA": replica, **KeyFiles.of(settings).for_service(name).environment()}
    secret = settings.var_dir / "kafka" / "secrets" / f"service.{name}"
    if not settings.sasl_username and secret.exists():
        own |= {"SCHAKEL_SASL_USERNAME": secret.name, "SCHAKEL_SASL_PASSWORD_FILE": str(secret)}
    os.execve(sys.executable, [sys.executable, "-m", f"services.{name}"], {**os.environ, **own})
