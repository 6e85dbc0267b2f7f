"""A real broker whose listener speaks TLS, with the settings that `deploy/compose.yaml` gives its own."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backbone.deployment.broker_settings import Tls, embedded, properties_text, with_tls
from backbone.kafka import ports
from backbone.kafka.credentials import ADMIN, Credentials, SecretStore
from backbone.kafka.jars import ensure_jars
from backbone.kafka.jvm import environment, java, write_private
from backbone.kafka.properties import LOG4J
from backbone.kafka.storage import prepare_data
from schakel.kafka_errors import BrokerAway, check_sign_on
from tests.support.broker import CACHE, wait_until


@contextmanager
def tls_broker(home: Path, tls: Tls) -> Iterator[tuple[str, Credentials]]:
    """Runs it in `home`/kafka; gives its address and its administrator, whose password stands in `home`/kafka/secrets."""
    kafka = home / "kafka"
    for name in ("log", "tmp"):
        (kafka / name).mkdir(parents=True, exist_ok=True)
    admin, jars = SecretStore(kafka / "secrets").get_or_make(ADMIN), ensure_jars(CACHE)
    port = ports.pick_free()
    settings = embedded(admin, port=port, controller_port=ports.pick_free(avoid=port))
    text = properties_text(with_tls(settings, tls))
    write_private(kafka / "server.properties", text)
    write_private(kafka / "log4j2.properties", LOG4J)
    prepare_data(kafka, jars, text, admin)
    process = subprocess.Popen(
        java(jars, "kafka.Kafka", "server.properties", heap_mb=256),
        cwd=kafka, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        bootstrap = f"127.0.0.1:{port}"
        wait_until(lambda: _answers(process, bootstrap, admin, Path(tls.authority), kafka), 600)
        yield bootstrap, admin
    finally:
        process.terminate()
        process.wait(30)


def _answers(
    process: "subprocess.Popen[bytes]", bootstrap: str, admin: Credentials, authority: Path, kafka: Path
) -> bool:
    assert process.poll() is None, (kafka / "log" / "server.log").read_text()[-3000:]
    try:
        context = ssl.create_default_context(cafile=authority)
        check_sign_on(bootstrap, admin.username, admin.password, tls=context)
    except BrokerAway:
        return False
    return True
