"""The bundle of a case holds all that its auditor needs, and nothing about another case."""

import zipfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from auditor.audit import audit
from auditor.formats import Files
from backbone.evidence import answered, bundle
from backbone.evidence.bundle import Made, case_bundle
from backbone.kafka.names import DEFINITIONS, LEDGER
from backbone.settings import Settings
from schakel import codec
from schakel.envelope import Envelope
from schakel.messages import ReferralWithdrawn
from schakel.reading import TopicMissing
from schakel.record import Raw
from tests.auditor import material
from tests.auditor.material import BREACHED, READ, find, receipts, suspended
from tests.auditor.writer import as_raw, definitions
from tests.evidence.test_bundle import Ledger, lines
from tests.evidence.test_bundle import ledger as ledger
from tests.evidence.test_bundle import settings as settings
from tests.support import telling
from tests.support.casebook import repository
from tests.support.telling import GRONINGEN, POLICE

LOG = material.ledger().logs[0]


@pytest.fixture
def told(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Two cases in the one partition of a ledger, and what their partners were sent."""
    monkeypatch.setattr(bundle, "partition_count", lambda connection, topic: 1)
    del ledger.topics[LEDGER, 1]
    ledger.topics[LEDGER, 0] = [as_raw(record) for record in LOG]
    for line in definitions(*repository()):
        ledger.put(DEFINITIONS, 0, line["key"].encode(), orjson.dumps(line["value"]))
    for topic, sent in receipts(LOG).items():
        ledger.topics[topic, 0] = [as_raw(record) for record in sent]
    return ledger


def verdict(made: Made, head: str) -> tuple[str, set[str]]:
    report = audit(Files(made.path), [head])
    return report.answer(), {one.code for one in report.findings if one.answer != "noted"}


@pytest.mark.parametrize("case_id", [BREACHED, READ])
def test_a_case_and_what_it_is_judged_by(told: Ledger, settings: Settings, tmp_path: Path, case_id: str) -> None:
    head = told.sign(0, len(LOG))
    told.topics[f"schakel.out.{POLICE}", 0].append(no_receipt(case_id))
    made = case_bundle({}, settings, case_id, tmp_path / "case.zip")
    assert verdict(made, head.note()) == ("sound", set())
    assert made.events == sum(record.key == case_id.encode() for record in LOG)
    others = {READ, BREACHED} - {case_id}
    with zipfile.ZipFile(made.path) as file:
        shown = [name for name in file.namelist() if name.startswith(("events/", "topics/"))]
        sent = [line for name in shown if name.startswith("topics/") for line in file.read(name).splitlines()]
        said = b"\n".join(decoded(line) for name in shown for line in file.read(name).splitlines())
    assert sent
    assert all(b"receipt" in decoded(line) for line in sent)
    assert not [other for other in others if other.encode() in said]


def no_receipt(case_id: str) -> Raw:
    """What a partner was sent about the case, and is nobody else's to see."""
    message = ReferralWithdrawn(referral="r-1", case=case_id, reason="withdrawn")
    envelope = Envelope("m-1", "urn:schakel:consent", message.TYPE, telling.moment("2026-03-02 12:00"), case_id)
    return Raw(f"schakel.out.{POLICE}", 0, 99, 0, None, codec.encode(message), envelope.headers())


def decoded(line: bytes) -> bytes:
    """Key, value and headers of a line, one behind the other."""
    said = orjson.loads(line)
    return b"\n".join(b64decode(text or "") for text in (said["key"], said["value"], *dict(said["headers"]).values()))


def test_who_was_suspended_goes_along(told: Ledger, settings: Settings, tmp_path: Path) -> None:
    at = find(LOG, "disclosure.requested").offset
    told.topics[LEDGER, 0] = [as_raw(record) for record in suspended(LOG, at)]
    head = told.sign(0, len(LOG))
    made = case_bundle({}, settings, READ, tmp_path / "case.zip")
    assert at in [line["offset"] for line in lines(made.path, "events/0.jsonl")]
    assert "disclosure_permitted" in verdict(made, head.note())[1]


def test_what_stands_behind_the_head_is_not_missed(told: Ledger, settings: Settings, tmp_path: Path) -> None:
    """Its event is not proven yet, and not in the bundle: so its receipt is not either."""
    last = max(record.offset for record in LOG if record.key == READ.encode() and "ce_partner" in dict(record.headers))
    head = told.sign(0, last)
    made = case_bundle({}, settings, READ, tmp_path / "case.zip")
    assert not verdict(made, head.note())[1] & {"behind_the_end", "no_event"}


def test_whose_topic_cannot_be_read(
    told: Ledger, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user without the right is shown no such topic: the bundle is made without it, and says so; nobody is accused."""

    def hidden(connection: object, topic: str) -> Iterator[Raw]:
        if topic.endswith(GRONINGEN):
            raise TopicMissing("not shown")
        return told.read(connection, topic)

    monkeypatch.setattr(answered, "read_to_end", hidden)
    head = told.sign(0, len(LOG))
    made = case_bundle({}, settings, BREACHED, tmp_path / "case.zip")
    assert made.closed == (GRONINGEN,)
    assert verdict(made, head.note()) == ("cannot tell", {"no_topics"})
