"""The bundle of a period has the receipts of what it holds, and of nothing else: made by `backbone.evidence`, judged by the auditor."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from auditor.audit import audit
from auditor.formats import Files
from backbone.evidence.bundle import period_bundle
from backbone.kafka.names import LEDGER
from backbone.settings import Settings
from schakel.envelope import read_headers
from tests.auditor.material import codes
from tests.auditor.material import ledger as told
from tests.auditor.test_receipts import naming, told_by_police, twice
from tests.auditor.writer import as_raw, place
from tests.evidence.test_bundle import Ledger, ledger, settings  # noqa: F401  # fixtures

TRUE = told()
LOG = [as_raw(record) for record in TRUE.logs[0]]


def test_receipts_of_what_it_holds(ledger: Ledger, settings: Settings, tmp_path: Path) -> None:  # noqa: F811
    ledger.topics[LEDGER, 0], ledger.topics[LEDGER, 1] = list(LOG), []
    for topic, sent in TRUE.topics.items():
        ledger.topics[topic, 0] = [as_raw(one) for one in sent]
    ledger.sign(0, len(LOG) - 2)
    middle = read_headers(LOG[20].headers).logged_at
    path = tmp_path / "period.zip"
    made = period_bundle({}, settings, middle, datetime(2027, 1, 1, tzinfo=UTC), path)
    with zipfile.ZipFile(path) as file:
        manifest = json.loads(file.read("manifest.json"))
        (log,) = (one for one in manifest["logs"] if one["events"])
        first, last = log["first"], log["first"] + log["events"] - 1
        assert 0 < first < last < len(LOG) - 1
        within = {
            topic: [one.offset for one in sent if first <= place(one) <= last] for topic, sent in TRUE.topics.items()
        }
        kept = {
            topic: [json.loads(line)["offset"] for line in file.read(f"topics/{topic}/0.jsonl").splitlines()]
            for topic in (one["topic"] for one in manifest["topics"])
        }
    assert kept == {topic: offsets for topic, offsets in within.items() if offsets} != {}
    assert sum(map(len, kept.values())) < sum(map(len, TRUE.topics.values()))
    assert made.closed == ()
    assert codes(audit(Files(path)), question="receipts") == set()


def test_a_head_between_two_records_of_one_message(ledger: Ledger, settings: Settings, tmp_path: Path) -> None:  # noqa: F811
    """Published twice, and its receipt names the second, which no head covers yet: it is in the bundle, and accuses nobody."""
    last = told_by_police()[-1]
    log = twice(last)
    told = naming(log, last + 1, last)
    ledger.topics[LEDGER, 0], ledger.topics[LEDGER, 1] = [as_raw(record) for record in log], []
    for topic, sent in told.topics.items():
        ledger.topics[topic, 0] = [as_raw(one) for one in sent]
    head = ledger.sign(0, last + 1)
    path = tmp_path / "period.zip"
    period_bundle({}, settings, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), path)
    report = audit(Files(path), [head.note()])
    assert codes(report, question="receipts") == set()
    assert codes(report, "cannot tell", "receipts") == {"behind_the_end"}
    assert report.counts["receipts"] == sum(map(len, told.topics.values()))
