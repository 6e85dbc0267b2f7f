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
