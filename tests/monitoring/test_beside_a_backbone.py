"""Prometheus beside a backbone on this machine: whom it looks at, and what is said where it is not there."""

import json
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from backbone.demo.monitor import Monitor
from backbone.kafka.ports import pick_free
from backbone.monitoring import prometheus
from tests.monitoring.tools import ROOT, needs_prometheus
from tests.support.broker import wait_until


def test_without_prometheus_one_line_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(prometheus, "found", lambda: None)
    monitor = Monitor(tmp_path, lambda sentence: None)
    assert "apt-get install prometheus" in monitor.missing
    assert monitor.url == ""
    monitor.start()
    monitor.step()
    monitor.stop()


def test_who_does_not_say_where_it_listens_is_left_out() -> None:
    services = {
        "intake-0": {"service": "intake", "replica": "0", "url": "http://127.0.0.1:1234"},
        "cases-0": {"service": "cases", "replica": "0"},
    }
    (group,) = json.loads(prometheus.targets(services))
    assert group == {"targets": ["127.0.0.1:1234"], "labels": {"service": "intake", "replica": "0"}}


def says(url: str) -> str:
    with suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
        return str(answer.read().decode())
    return ""


@needs_prometheus
def test_it_follows_the_workers_and_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    port = pick_free()
    runner = subprocess.Popen(
        [sys.executable, "-m", "backbone.monitoring.runner", str(tmp_path), str(port)], cwd=ROOT, stderr=subprocess.PIPE
    )
    try:
        address = f"http://127.0.0.1:{port}/api/v1/targets"
        for worker in (1, 2):
            said = {"service": "intake", "replica": "0", "url": f"http://127.0.0.1:{worker}"}
            (run / "intake-0.json").write_text(json.dumps(said))
            wait_until(lambda here=f"127.0.0.1:{worker}": here in says(address) or runner.poll() is not None, 120)
            assert runner.poll() is None
    finally:
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(60) == 0
    assert not says(address)
