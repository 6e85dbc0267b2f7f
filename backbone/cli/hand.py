"""The operator's own hand in the ledger: as which user of the broker, appending one record, reading a case.

What is appended is the command's: the few things that an operator says (`event.voided`, `access.given`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from backbone.cli.output import Undoable
from backbone.kafka.connection import connection, credentials
from backbone.kafka.credentials import Credentials
from backbone.kafka.embedded import running
from backbone.kafka.rights import service_user
from backbone.settings import Settings
from backbone.store.rows import Outgoing
from schakel.kafka_errors import check_sign_on, clear_errors

_ACKNOWLEDGED_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class OperatorsHand:
    """The broker, and the user that may read the ledger and append to it by hand."""

    bootstrap: str
    who: Credentials
    ca_file: Path | None

    @classmethod
    def find(cls, settings: Settings) -> "OperatorsHand":
        """Of these settings. Raises Undoable."""
        return cls(*_operator(settings), settings.ca_file)

    @contextmanager
    def connected(self) -> Iterator[dict[str, Any]]:
        """Keyword arguments for a client of kafka-python; its errors come out as KafkaProblem."""
        if self.ca_file is None:
            check_sign_on(self.bootstrap, self.who.username, self.who.password)
        with clear_errors(self.bootstrap, self.who.username, self.who.password):
            yield connection(self.bootstrap, self.who, ca_file=self.ca_file)

    def append(self, made: Outgoing) -> str:
        """Append one record, acknowledged by all replicas; returns where it stands. Raises KafkaProblem."""
        with self.connected() as how, KafkaProducer(**how, acks="all", enable_idempotence=True) as producer:
            sent = producer.send(
                made.topic, key=made.key, value=made.value, headers=[*made.headers], partition=made.partition
            )
            at = sent.get(_ACKNOWLEDGED_WITHIN_S)
        return f"{at.topic}/{at.partition}/{at.offset}"


def _operator(settings: Settings) -> tuple[str, Credentials]:
    """The broker, and the user that may append to the ledger by hand. Raises Undoable."""
    user = service_user("operator")
    if os.environ.get("SCHAKEL_BOOTSTRAP"):
        if who := settings.credentials():
            return settings.bootstrap, who
        raise Undoable(
            "SCHAKEL_BOOTSTRAP is set and nothing says who to be there; set SCHAKEL_SASL_USERNAME and "
            f"SCHAKEL_SASL_PASSWORD_FILE to {user} or an administrator of that Kafka"
        )
    if not running(settings.var_dir):
        raise Undoable(
            f"no Kafka runs on {settings.var_dir}; 'backbone up' starts one, or set SCHAKEL_BOOTSTRAP to yours"
        )
    if who := credentials(settings.var_dir, user):
        return settings.bootstrap, who
    raise Undoable(f"the Kafka on {settings.var_dir} has no user {user} yet; 'backbone topics create' makes it")
