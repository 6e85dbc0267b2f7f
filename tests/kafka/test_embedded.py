"""The broker as a process: it survives what happens to processes, keeps its secrets, and says what is in its way."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from backbone.kafka.connection import connection
from backbone.kafka.embedded import EmbeddedKafka, running, stop_running
from backbone.kafka.errors import AlreadyRunning, BrokerDied, EmbeddedKafkaError, PortTaken
from backbone.kafka.jars import kafka_version
from backbone.kafka.ports import pick_free
from tests.support.broker import CACHE, Broker, wait_until

pytestmark = pytest.mark.kafka


@pytest.fixture
def own(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    """A broker of the test's own, not started; its path has what paths may have."""
    broker = EmbeddedKafka(tmp_path / "vár x", cache_dir=CACHE, heap_mb=256)
    yield broker
    broker.stop()


def test_a_killed_broker_comes_back_with_its_data_at_its_address(
    own: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # the jars are here: no network is needed
    own.start()
    first = Broker(own)
    who = first.partner()
    topic = f"schakel.in.{who.username}"
    with KafkaProducer(**first.connect(who), acks="all") as producer:
        for number in range(100):
            producer.send(topic, b"%d" % number)
        producer.flush(10)
    first.close()
    address = own.bootstrap
    own.kill()
    assert running(own.home.parent) is None

    own.start()
    assert own.bootstrap == address
    consumer = KafkaConsumer(**connection(own.bootstrap, own.admin), auto_offset_reset="earliest")
    consumer.assign([TopicPartition(topic, 0)])
    values: list[bytes] = []

    def all_read() -> bool:
        values.extend(record.value for records in consumer.poll(500).values() for record in records)
        return len(values) >= 100

    wait_until(all_read)
    consumer.close()
    assert values == [b"%d" % number for number in range(100)]
    assert "UNCLEAN" not in (own.home / "log" / "server.log").read_text()


def test_the_module_runs_until_it_is_told_to_stop_and_an_orphan_is_found(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backbone.kafka.embedded", "--var", str(tmp_path), "--cache", str(CACHE)]

    def run() -> "subprocess.Popen[str]":
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout
        assert f"Kafka {kafka_version()} is up at 127.0.0.1:" in process.stdout.readline()
        return process

    try:
        parent = run()
        broker = running(tmp_path)
        assert broker
        # Its own session: Ctrl-C in the parent's terminal does not reach it before the services have ended.
        assert os.getsid(broker) == broker
        parent.kill()
        parent.communicate()
        assert running(tmp_path) == broker
        refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("kafka: a broker already runs on ")
        assert stop_running(tmp_path)
        assert not running(tmp_path)
        assert not stop_running(tmp_path)

        parent = run()
        parent.send_signal(signal.SIGTERM)
        said, _ = parent.communicate(timeout=30)
        assert (parent.returncode, said) == (0, "Kafka is stopped\n")
        assert not running(tmp_path)
    finally:
        stop_running(tmp_path)


def test_a_taken_port_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        broker = EmbeddedKafka(tmp_path, cache_dir=CACHE, port=port)
        with pytest.raises(
            PortTaken, match=rf"another program listens on 127\.0\.0\.1:{port}, where the broker should"
        ):
            broker.start()
    assert not (tmp_path / "kafka" / "data").exists()
    assert running(tmp_path) is None


def test_the_port_of_before_is_kept_or_named_and_never_left_in_silence(tmp_path: Path) -> None:
    """Profiles that partners have hold it: elsewhere nobody would look for the broker."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        (tmp_path / "kafka").mkdir()
        (tmp_path / "kafka" / "bootstrap").write_text(f"127.0.0.1:{port}\n", encoding="ascii")
        with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{port}, where the broker was .*set SCHAKEL_KAFKA_PORT"):
            EmbeddedKafka(tmp_path, cache_dir=CACHE).start()
        assert not (tmp_path / "kafka" / "data").exists()
        assert (tmp_path / "kafka" / "bootstrap").read_text(encoding="ascii") == f"127.0.0.1:{port}\n"
        with EmbeddedKafka(tmp_path, cache_dir=CACHE, port=pick_free(), heap_mb=256) as moved:
            assert moved.port != port, "who says so may"
            assert (tmp_path / "kafka" / "bootstrap").read_text(encoding="ascii") == f"{moved.bootstrap}\n"


def test_a_second_broker_on_the_same_directory_is_refused(kafka: Broker) -> None:
    with pytest.raises(AlreadyRunning, match=rf"\(process {kafka.embedded.pid}\); use that one, or stop it first"):
        EmbeddedKafka(kafka.var_dir, cache_dir=CACHE).start()
    assert running(kafka.var_dir) == kafka.embedded.pid


def test_a_lock_file_and_pid_of_a_dead_broker_are_no_obstacle(tmp_path: Path) -> None:
    home = tmp_path / "kafka"
    home.mkdir()
    (home / "lock").touch()
    (home / "pid").write_text(f"{os.getpid()}\n")
    assert running(tmp_path) is None
    assert not stop_running(tmp_path)


def test_a_broker_that_dies_at_the_start_says_why(own: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backbone.kafka.node.server_properties", lambda *_: "log.dirs=data\nnode.id=one\n")
    monkeypatch.setattr("backbone.kafka.node.prepare_data", lambda *_: None)
    with pytest.raises(
        BrokerDied, match=r"the broker ended with code 1 while it started: .*broker\.id.*; see .*server\.log"
    ):
        own.start()
    assert running(own.home.parent) is None


def test_a_broker_that_ends_on_a_full_disk_says_so(own: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own log says nothing: there was no room for it."""
    monkeypatch.setattr("backbone.kafka.node.server_properties", lambda *_: "log.dirs=data\nnode.id=one\n")
    monkeypatch.setattr("backbone.kafka.node.prepare_data", lambda *_: None)
    monkeypatch.setattr("backbone.kafka.room.LEAST", 2**80)
    with pytest.raises(BrokerDied, match=r"the disk that holds .* is full \(\d+ MB free\); make room and start again"):
        own.start()


def test_an_address_before_the_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedKafkaError, match=r"call start\(\) first"):
        _ = EmbeddedKafka(tmp_path).bootstrap


def test_no_password_is_on_a_command_line_in_a_log_or_open_to_others(kafka: Broker) -> None:
    home = kafka.embedded.home
    kafka.partner()
    passwords = [path.read_bytes() for path in (home / "secrets").iterdir()]
    assert len(passwords) >= 10
    assert all(len(password) >= 40 for password in passwords)
    shown = Path(f"/proc/{kafka.embedded.pid}/cmdline").read_bytes()
    shown += b"".join(path.read_bytes() for path in (home / "log").iterdir())
    assert b"kafka.Kafka" in shown
    assert not [password for password in passwords if password in shown]
    assert home.stat().st_mode & 0o777 == 0o700
    for path in home.rglob("*"):
        if (
            path.is_file()
            and "index" not in path.suffix
            and any(password in path.read_bytes() for password in passwords)
        ):
            assert path.stat().st_mode & 0o777 == 0o600, path
            assert path.relative_to(home).parts[0] in ("secrets", "server.properties")


def test_the_broker_listens_on_the_loopback_only(kafka: Broker) -> None:
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    inodes = {
        os.readlink(fd) for fd in Path(f"/proc/{kafka.embedded.pid}/fd").iterdir() if fd.exists() or fd.is_symlink()
    }
    listening = {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes}
    addresses = {address.rpartition(":")[0] for address in listening}
    assert len(listening) == 2
    assert addresses <= {"0100007F", "0000000000000000FFFF00000100007F"}
