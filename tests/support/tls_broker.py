"""A real broker whose listener speaks TLS, with the settings that `deploy/compose.yaml` gives its own."""

import socket
import ssl
import subprocess
from pathlib import Path

from backbone.deployment.broker_settings import Tls, embedded, properties_text, with_tls
from backbone.kafka import ports
from backbone.kafka.credentials import ADMIN, SecretStore
from backbone.kafka.jars import ensure_jars
from backbone.kafka.jvm import environment, java, write_private
from backbone.kafka.properties import LOG4J
from backbone.kafka.storage import prepare_data
from schakel.kafka_errors import BrokerAway, check_sign_on
from tests.support.broker import CACHE, wait_until


class TlsKafka:
    """Runs it in `home`/kafka; the administrator's password stands in `home`/kafka/secrets."""

    def __init__(self, home: Path, tls: Tls) -> None:
        self.tls = tls
        self._kafka = home / "kafka"
        self.admin = SecretStore(self._kafka / "secrets").get_or_make(ADMIN)
        self._port = ports.pick_free()
        self.bootstrap = f"127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, within_s: float) -> None:
        """Returns when it answers."""
        for name in ("log", "tmp"):
            (self._kafka / name).mkdir(parents=True, exist_ok=True)
        jars = ensure_jars(CACHE)
        settings = embedded(self.admin, port=self._port, controller_port=ports.pick_free(avoid=self._port))
        text = properties_text(with_tls(settings, self.tls))
        write_private(self._kafka / "server.properties", text)
        write_private(self._kafka / "log4j2.properties", LOG4J)
        prepare_data(self._kafka, jars, text, self.admin)
        self._process = subprocess.Popen(
            java(jars, "kafka.Kafka", "server.properties", heap_mb=256), cwd=self._kafka, env=environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_until(self._answers, within_s)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)

    def _answers(self) -> bool:
        assert self._process
        assert self._process.poll() is None, (self._kafka / "log" / "server.log").read_text()[-3000:]
        try:
            context = ssl.create_default_context(cafile=self.tls.authority)
            check_sign_on(self.bootstrap, self.admin.username, self.admin.password, tls=context)
        except BrokerAway:
            return False
        return True


def shown(address: str, trust: Path) -> bytes:
    """The certificate that a new connection to `host:port` is shown. Raises ssl.SSLError when `trust` has nobody who signed it."""
    host, port = address.split(":")
    context = ssl.create_default_context(cafile=trust)
    with (
        socket.create_connection((host, int(port)), 5) as plain,
        context.wrap_socket(plain, server_hostname=host) as on,
    ):
        return on.getpeercert(binary_form=True) or b""
