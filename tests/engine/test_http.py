"""What a worker shows: alive, ready or why not, its numbers; and that it says so in its run file."""

import asyncio
import json
import socket
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from aiohttp import web
from prometheus_client.metrics import MetricWrapperBase

from backbone.engine import metrics
from backbone.engine.errors import Exit, Stop, cannot_listen
from backbone.engine.health import Health, Standing
from backbone.engine.http import RunFile, Server
from backbone.settings import Settings

PLACE = ("schakel.ledger", 0)


async def get(url: str) -> tuple[int, str]:
    def ask() -> tuple[int, str]:
        try:
            with urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as answer:
            return answer.code, answer.read().decode()

    return await asyncio.to_thread(ask)


async def test_ready_is_a_status_and_a_reason() -> None:
    health = Health()
    server = Server(Settings(), health, {"service": "intake"})
    server.add([web.get("/cases", lambda request: _answer())])
    url = f"http://127.0.0.1:{await server.start()}"
    try:
        assert (await get(url + "/healthz"))[0] == 200
        status, body = await get(url + "/readyz")
        assert (status, json.loads(body)["reason"]) == (503, "starting")
        health.solved("start")
        assert "not given us our share" in health.reason
        health.assigned({PLACE: Standing(3, 9, 9, verified=False)})
        assert health.reason == "catching up: 6 records to go in 1 partitions"
        health.moved(PLACE, 9, rebuilding=True)
        assert not health.ready
        health.moved(PLACE, 9, rebuilding=False)
        status, body = await get(url + "/readyz")
        assert (status, json.loads(body)["ready"], json.loads(body)["service"]) == (200, True, "intake")
        health.noticed(PLACE, 12)
        assert health.ready, "behind the end of now, but past the end of then"
        assert json.loads((await get(url + "/readyz"))[1])["partitions"][0]["lag"] == 3
        assert 'schakel_lag_records{partition="0",topic="schakel.ledger"} 3.0' in (await get(url + "/metrics"))[1]
        health.problem("database", "the database is away")
        assert (await get(url + "/readyz"))[0] == 503
        health.solved("database")
        assert (await get(url + "/cases"))[1] == "of the service"
    finally:
        await server.stop()
        health.assigned({})
    assert "schakel.ledger" not in str(metrics.LAG.collect())


async def _answer() -> web.Response:
    return web.Response(text="of the service")


async def test_a_port_that_another_program_has_is_named_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = Server(Settings(http_port=port), Health(), {"service": "intake"})
        with pytest.raises(Stop) as stopped:
            await server.start()
        await server.stop()
    assert (stopped.value.code, stopped.value.reason) == (Exit.SAYS_WHY, "port")
    assert stopped.value.sentence.startswith(
        f"cannot listen on 127.0.0.1:{port} (another program does); stop what does"
    )
    assert stopped.value.sentence.count(str(port)) == 1


def test_another_reason_not_to_listen_is_pythons() -> None:
    assert cannot_listen("nowhere", 1, OSError(99, "no such address")) == "cannot listen on nowhere:1 (no such address)"


def test_what_was_not_held_against_its_digest_is_not_caught_up() -> None:
    health = Health()
    health.solved("start")
    health.assigned({PLACE: Standing(9, 9, 9, verified=False)})
    assert not health.ready
    health.moved(PLACE, 9, rebuilding=False)
    assert health.ready
    health.assigned({})


async def test_one_process_a_name_and_its_run_file(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path, replica="a")
    first, second = RunFile(settings, "intake"), RunFile(settings, "intake")
    await first.claim(0.1)
    first.write(state="running", port=1)
    with pytest.raises(Stop) as stopped:
        await second.claim(0.1)
    assert stopped.value.code == Exit.SAYS_WHY
    second.write(state="stopped")
    second.remove()
    assert json.loads(first.path.read_text())["state"] == "running"
    await RunFile(Settings(var_dir=tmp_path, replica="b"), "intake").claim(0.1)
    first.remove()
    assert not first.path.exists()


def test_every_number_has_a_meaning_and_labels_from_fixed_lists() -> None:
    known = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]
    assert len(known) > 10
    for metric in known:
        (family,) = metric.describe()
        assert family.name.startswith("schakel_")
        assert family.documentation.rstrip(")").endswith(".")
        assert set(metric._labelnames) <= {"topic", "partition", "what", "reason"}
