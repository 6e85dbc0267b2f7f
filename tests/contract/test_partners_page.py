"""docs/partners.md keeps its word: its program runs, its tables and codes are the code's, its limits and settings are real."""

import json
import re
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backbone.contract import tables
from backbone.definitions import entries
from backbone.engine.unpacking import MAX_UNPACKED_BYTES
from backbone.kafka.credentials import MECHANISM
from backbone.kafka.quotas import PARTNER_QUOTA
from backbone.kafka.rights import partner_group_prefix, partner_rights
from backbone.kafka.topics import partner_topics
from schakel import codec
from schakel.avro import NAMESPACE, read_lock, record_name
from schakel.client.access import Profile
from schakel.envelope import MAX_HEADERS_BYTES
from schakel.events.base import SealedField, SubjectHandle
from schakel.messages import ConsentQuestion, Receipt, ReferralOffered
from schakel.sealing import MAX_BODY_BYTES
from services.intake.moments import AHEAD
from services.intake.rules import MAX_EVENT_BYTES
from tests.contract.codes import refusal_codes
from tests.contract.fake_kafka import module
from tests.support.minicluster import MiniCluster

PAGE = tables.FILE.read_text(encoding="utf-8")
NOT_IN_RECEIPTS = {
    "value.not_a_message": "said to readers of an `out` topic",
    "type.unknown": "said to readers, by name of a type",
    "part.cannot_open": "said to readers of the ledger",
    "part.unknown_version": "said to readers of the ledger",
}


def section(title: str) -> str:
    """The part of the page under a heading."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_its_tables_are_made_of_the_code() -> None:
    assert tables.renewed(PAGE) == PAGE, "run `python -m backbone.contract write`"


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for the table told"):
        tables.renewed(PAGE.replace("<!-- made: told -->", ""))


def test_every_code_of_a_receipt_is_explained_and_no_other() -> None:
    explained = set(re.findall(r"^\| `([a-z_.]+)` \|", section("Receipts"), re.MULTILINE))
    given = set(refusal_codes()) - set(NOT_IN_RECEIPTS)
    assert given - explained == set(), "codes in the code that the page does not explain"
    assert explained - given == set(), "codes on the page that no code gives"


def test_codes_are_found_where_they_are_made() -> None:
    found = refusal_codes()
    assert {"header.missing", "header.invalid", "sealed.not_jwe", "case.not_yours", "id.already_used"} <= set(found)


def test_every_promised_limit_is_the_codes_own() -> None:
    limits = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", section("Limits"), re.MULTILINE))
    inbound, _ = partner_topics("any")
    kib, mib = 1024, 1024 * 1024
    assert limits["value of an event"] == f"{MAX_EVENT_BYTES // kib} KiB"
    assert limits["a sealed part"] == f"{MAX_BODY_BYTES // kib} KiB"
    assert limits["headers together"] == f"{MAX_HEADERS_BYTES // kib} KiB"
    assert limits["a Kafka record"].startswith(f"{int(inbound.settings['max.message.bytes']) // mib} MiB")
    assert limits["a batch, unpacked"].startswith(f"{MAX_UNPACKED_BYTES // mib} MiB;")
    assert limits["sending"].startswith(f"{(PARTNER_QUOTA.send_bytes or 0) // mib} MiB a second")
    assert limits["receiving"].startswith(f"{(PARTNER_QUOTA.receive_bytes or 0) // mib} MiB a second")
    assert limits["a clock ahead of ours"] == f"{int(AHEAD.total_seconds()) // 60} minutes"


def test_how_to_connect_is_how_the_broker_is_set_up() -> None:
    connecting = section("Connecting")
    assert f"sasl.mechanism={MECHANISM}" in connecting
    assert f"group.id={partner_group_prefix('coc-amsterdam')}" in connecting
    for right in partner_rights("coc-amsterdam"):
        shown = right.name.replace("coc-amsterdam", "<you>")
        assert f"`{shown}`" in connecting, right
    for spec in partner_topics("any"):
        assert (spec.partitions, int(spec.settings["retention.ms"])) == (1, 30 * 24 * 3_600_000)


def test_every_member_of_a_profile_is_told() -> None:
    """Whoever reads the profile in another language has nothing else that says what stands in it."""
    told = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", section("Connecting"), re.MULTILINE)
    assert {name for row in told for name in re.findall(r"[a-z_]+", row)} == {field.name for field in fields(Profile)}


def test_the_registrys_example_is_a_subject_of_ours() -> None:
    said = re.search(r"`/subjects/([A-Za-z_.0-9]+)/versions/latest`", PAGE)
    assert said
    assert said[1] in {f"{NAMESPACE}.{record_name(locked.name)}" for locked in read_lock()}


def test_every_sealed_field_and_subject_is_named() -> None:
    sealing = section("Sealing")
    assert set(SealedField) - {SealedField.UNKNOWN} <= set(re.findall(r"`([a-z_]+)`", sealing))
    pattern = SubjectHandle.__metadata__[0].pattern  # type: ignore[attr-defined]
    for handle in re.findall(r"[a-z_]+", pattern.partition("(")[2].partition(")")[0]):
        assert f"`{handle}`" in sealing


def test_the_wire_formats_example_is_a_receipt() -> None:
    said = re.search(r"`00 ([0-9a-f ]+?) …`: id (\d+), `message\.receipt`", PAGE)
    assert said
    assert int(said[1].replace(" ", ""), 16) == int(said[2]) == codec.schema_id(Receipt)


def program_under(heading: str) -> str:
    _, _, behind = PAGE.partition(f"\n## {heading}\n")
    (program,) = re.findall(r"^```python\n(.*?)^```$", behind.partition("\n## ")[0], re.MULTILINE | re.DOTALL)
    return str(program)


def test_the_program_on_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Against the real services: a report with a sealed story, its receipt, the question, the grant, the referral, the withdrawal."""
    program = program_under("A whole walk, in Python")
    cluster = MiniCluster(tmp_path)
    cluster.time.at = datetime.now(UTC)
    known = entries(cluster.chains, cluster.protocols, cluster.keys)
    definitions = {key: json.dumps(value).encode() for key, value in known.items()}
    seen: list[dict[str, object]] = []
    monkeypatch.setitem(sys.modules, "kafka", module(cluster, definitions, seen))
    monkeypatch.setenv("SCHAKEL_USER", "politie-amsterdam")
    monkeypatch.setenv("SCHAKEL_PASSWORD", "secret")
    monkeypatch.setenv("SCHAKEL_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.chdir(Path(tables.ROOT))
    exec(compile(program, "docs/partners.md", "exec"), {"__name__": "walk"})
    said = capsys.readouterr().out
    assert "asked for slachtofferhulp" in said
    assert "withdrawn at" in said
    police, support = cluster.out("politie-amsterdam"), cluster.out("slachtofferhulp")
    receipts = [message for message in police if isinstance(message, Receipt)]
    assert all(receipt.refusal is None for receipt in receipts)
    assert any(isinstance(message, ConsentQuestion) for message in police)
    assert any(isinstance(message, ReferralOffered) for message in support)
    assert all(settings["sasl_mechanism"] == MECHANISM for settings in seen)
    groups = [settings["group_id"] for settings in seen if "group_id" in settings]
    assert groups == [f"{partner_group_prefix('politie-amsterdam')}walk"]
