"""The demo from start to end: a backbone of its own under `var/demo`, the month, the summary, the checks."""

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backbone.demo.checks import Finding, run_checks
from backbone.demo.collect import collect
from backbone.demo.evidence import Evidence
from backbone.demo.heads import heads_are_the_ledgers
from backbone.demo.monitor import Monitor
from backbone.demo.play import Player
from backbone.demo.quiet import Services
from backbone.demo.show import display, say, show_summary
from backbone.demo.stage import LiveStage
from backbone.demo.story import build_story
from backbone.demo.summary import Latency, Summary, count
from backbone.demo.tail import LedgerTail
from backbone.demo.traces import nothing_readable
from backbone.kafka.connection import connection
from backbone.kafka.embedded import running, stop_running
from backbone.settings import Settings
from backbone.supervisor.prepare import profile_path
from backbone.supervisor.runfiles import AlreadyUpError, RunFiles
from backbone.supervisor.signals import StoppingOnSignals
from backbone.supervisor.up import SERVICES, Backbone, BackboneProblem
from schakel.timesource import FileTime

_POLL_S = 0.1
_LOOK_EVERY_S = 0.2
_GATHER_S = 0.02
"""The month goes on when all services are at the log's end: here somebody does wait for what else would gather."""


@dataclass(slots=True)
class Watch:
    """How long each part took, in real seconds."""

    seconds: dict[str, float] = field(default_factory=dict)
    began_s: float = field(default_factory=time.monotonic)

    @contextmanager
    def measure(self, part: str) -> Iterator[None]:
        before_s = time.monotonic()
        yield
        self.seconds[part] = round(time.monotonic() - before_s, 1)


def run_demo(*, days: int, seed: int, once: bool) -> bool:
    """Play the month; with `once` check it and end, else keep the backbone running until Ctrl-C. False when a check failed.

    Raises KeyboardInterrupt when it was stopped before its end and there was one to come to (`once`): nobody may take that for a pass.
    """
    home = Settings().var_dir / "demo"
    with StoppingOnSignals():
        try:
            return _demo(home, days, seed, once)
        except KeyboardInterrupt:
            if once:
                say("stopped before all was checked; everything is ended")
                raise
            say("stopped; everything is ended")
            return True


def _demo(home: Path, days: int, seed: int, once: bool) -> bool:
    _clear(home)
    watch = Watch()
    story = build_story(seed, days)
    clock = FileTime(home.absolute() / "clock")
    clock.set(story.start)
    settings = Settings(
        var_dir=home, clock=f"file:{clock.path}", bootstrap="", database_url=None, keys_url=None, gather_s=_GATHER_S
    )
    with ExitStack() as stack:
        backbone = Backbone(settings, cache_dir=home.parent / "cache", own_broker=True, tell=say)
        stack.callback(_stop, backbone)
        with watch.measure("start"):
            say("starting Kafka and the services")
            backbone.start()
            stage, tail, services = _stage(stack, backbone, clock)
            backbone.wait_ready()
        monitor = Monitor(home, say)
        stack.callback(monitor.stop)
        if not once:  # nobody would look at it
            monitor.start()
        say(
            f"playing {days} days of two chains with {len(story.reports)} reports (seed {seed}); everybody in it is invented"
        )
        player = Player(story, stage)
        with watch.measure("month"), display(story, tail) as shown:
            while moment := player.step():
                shown.reached(moment)
        with watch.measure("evidence"):
            evidence = _evidence(backbone, stage, services)
        findings = _check(evidence, home, watch) if once else []
        summary = _summary(evidence, stage, watch, seed, days)
        written = home / "summary.json"
        written.write_text(json.dumps(summary.as_json(findings), indent=1) + "\n", encoding="utf-8")
        show_summary(summary, findings)
        _where_next(backbone, tail, home, written, once)
        _where_to_watch(monitor, once)
        if not once:
            _keep_running(backbone, monitor)
    return all(found.holds for found in findings)


def _clear(home: Path) -> None:
    """The demo begins with an empty ledger."""
    if RunFiles(home).alive():
        raise AlreadyUpError(f"a demo already runs on {home}; stop that one first (Ctrl-C where it runs)")
    if running(home):
        stop_running(home)
    if home.exists():
        say(f"removing the state of an earlier demo ({home})")
        shutil.rmtree(home)
    home.mkdir(parents=True)


def _stage(stack: ExitStack, backbone: Backbone, clock: FileTime) -> tuple[LiveStage, LedgerTail, Services]:
    """Partners connect while the services start."""
    assert backbone.broker is not None
    assert backbone.prepared is not None
    tail = LedgerTail(connection(backbone.broker.bootstrap, backbone.broker.admin))
    stack.callback(tail.close)
    services = Services(backbone.settings, SERVICES)
    stack.callback(services.close)
    partners = {name: profile_path(backbone.settings.var_dir, name) for name in backbone.prepared.chains.partners}
    stage = LiveStage(clock, tail, services, partners, _LookingAfter(backbone))
    stack.callback(stage.close)
    stage.connect()
    return stage, tail, services


class _LookingAfter:
    """Called often, looks a few times a second; a service that stopped for good ends the demo with its sentence."""

    def __init__(self, backbone: Backbone) -> None:
        self._backbone = backbone
        self._looked_s = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._looked_s > _LOOK_EVERY_S:
            self._looked_s = now
            self._backbone.step()
            self._backbone.raise_if_stopped()


def _evidence(backbone: Backbone, stage: LiveStage, services: Services) -> Evidence:
    assert backbone.broker is not None
    assert backbone.prepared is not None
    who = connection(backbone.broker.bootstrap, backbone.broker.admin)
    cases_url = backbone.url("cases-0")
    if cases_url is None:
        raise BackboneProblem("the cases service has not said where it listens; see its log")
    return collect(stage, who, list(backbone.prepared.chains.partners), services, cases_url)


def _check(evidence: Evidence, home: Path, watch: Watch) -> list[Finding]:
    with watch.measure("checks"):
        held = [answer.receipt.head for answer in evidence.answers if answer.receipt.head]
        return [*run_checks(evidence), heads_are_the_ledgers(held, evidence.records), nothing_readable(home)]


def _summary(evidence: Evidence, stage: LiveStage, watch: Watch, seed: int, days: int) -> Summary:
    summary = count(evidence.ledger)
    summary.seed, summary.days = seed, days
    summary.messages = sum(evidence.in_records.values())
    for answer in evidence.answers:
        if answer.receipt.refusal:
            code = answer.receipt.refusal.code
            summary.refusals[code] = summary.refusals.get(code, 0) + 1
    summary.report_to_receipt = Latency.of(stage.to_receipt_s)
    summary.report_to_delivery = Latency.of(stage.to_delivery_s)
    if stage.first_delivery_at is not None:
        watch.seconds["to the first delivery"] = round(stage.first_delivery_at - watch.began_s, 1)
    summary.seconds = watch.seconds | {"in all": round(time.monotonic() - watch.began_s, 1)}
    return summary


def _where_next(backbone: Backbone, tail: LedgerTail, home: Path, written: Path, once: bool) -> None:
    say("")
    say("where to look next")
    say(f"  the numbers           {written}")
    if once:
        say(f"  the services' logs    {home}/log")
        say(f"  look around in it     {_tool('backbone')} demo, which keeps running")
    else:
        busiest = max(tail.cases.values(), key=lambda case: case.events)
        say(f"  a case's history      SCHAKEL_VAR_DIR={home} {_tool('schakel')} case history {busiest.id}")
        say(f"  how the services are  SCHAKEL_VAR_DIR={home} {_tool('backbone')} status")
        say(f"  metrics of a service  {backbone.url('consent-0')}/metrics")
        say(f"  the newest cases      {backbone.url('cases-0')}/cases?limit=5")
    say("  what it all means     docs/ (begin with one event's journey)")


def _tool(name: str) -> str:
    """How this shell can call it."""
    return name if shutil.which(name) else os.path.relpath(Path(sys.executable).parent / name)


def _where_to_watch(monitor: Monitor, once: bool) -> None:
    if once:
        return
    if monitor.missing:
        say(f"  {monitor.missing}")
    else:
        say(f"  Prometheus            {monitor.url} (queries, and /alerts by deploy/prometheus/rules.yaml)")


def _keep_running(backbone: Backbone, monitor: Monitor) -> None:
    say("")
    say("it keeps running; Ctrl-C stops everything")
    while True:
        backbone.step()
        monitor.step()
        time.sleep(_POLL_S)


def _stop(backbone: Backbone) -> None:
    say("stopping the services, then Kafka")
    backbone.stop()
