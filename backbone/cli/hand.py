"""The operator's own hand in the ledger: as which user of the broker, appending one record, reading a case.

What is appended is the command's: the few things that an operator says (`event.voided`, `access.given`,
`protocol.move_requested`).
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from backbone.cli.broker import find_user
from backbone.kafka.connection import connected
from backbone.kafka.credentials import Credentials
from backbone.settings import Settings
from backbone.store.rows import Outgoing

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
        return cls(*find_user(settings, "operator"), settings.ca_file)

    def connected(self) -> AbstractContextManager[dict[str, Any]]:
        """Keyword arguments for a client of kafka-python; its errors come out as KafkaProblem."""
        return connected(self.bootstrap, self.who, ca_file=self.ca_file)

    def append(self, made: Outgoing) -> str:
        """Append one record, acknowledged by all replicas; returns where it stands. Raises KafkaProblem."""
        with self.connected() as how, KafkaProducer(**how, acks="all", enable_idempotence=True) as producer:
            sent = producer.send(
                made.topic, key=made.key, value=made.value, headers=[*made.headers], partition=made.partition
            )
            at = sent.get(_ACKNOWLEDGED_WITHIN_S)
        return f"{at.topic}/{at.partition}/{at.offset}"
