"""What stands on `schakel.definitions`, and what a partner makes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from kafka import KafkaProducer
from msgspec import structs

from backbone.definition_files import load_definitions
from backbone.definitions import Entries, entries, publish, refuse_changed
from backbone.keys import SqlKeyService
from backbone.protocols.versions import VersionInUse
from schakel.definitions import CHAIN, DOOR_KEY, TOPIC, Definitions, NotDefined
from schakel.kafka_errors import NotAllowed, clear_errors
from schakel.reading import TopicMissing, read_to_end
from schakel.record import Raw
from schakel.sealing import PrivateKey
from tests.support.broker import Broker

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def record(key: str, value: object, offset: int = 0) -> Raw:
    return Raw(TOPIC, 0, offset, 0, key.encode(), orjson.dumps(value) if value is not None else None, ())


def known(*records: Raw) -> Definitions:
    definitions = Definitions()
    definitions.learn(records)
    return definitions


# --- reading -----------------------------------------------------------------------------------------------------------


def test_the_newest_word_on_a_key_counts() -> None:
    facts = {"id": "coc-amsterdam", "name": "COC Amsterdam", "oin": "0" * 20}
    told = [record("partner/coc-amsterdam", facts | {"name": "earlier"}), record("partner/coc-amsterdam", facts)]

    assert known(*told).partner("coc-amsterdam").name == "COC Amsterdam"
    with pytest.raises(NotDefined, match="known are: none"):
        known(*told, record("partner/coc-amsterdam", None)).partner("coc-amsterdam")


def test_an_unknown_partner_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotDefined, match="coc-amsterdam, dmg"):
        known(record("partner/dmg", {}), record("partner/coc-amsterdam", {})).partner("cocamsterdam")


def test_one_seals_to_the_newest_key_that_has_not_ended() -> None:
    first, second, ended = (PrivateKey.generate(made_at_s=made).public for made in (100, 200, 300))
    ended = replace(ended, until_s=int(NOW.timestamp()))
    definitions = known(*(record(DOOR_KEY + key.kid, key.jwk()) for key in (second, ended, first)))

    assert definitions.door_key(NOW) == second
    assert definitions.door_key(NOW - timedelta(seconds=1)) == ended


def test_without_a_key_one_is_told_whom_to_ask() -> None:
    with pytest.raises(NotDefined, match="operator"):
        known().door_key(NOW)


@pytest.mark.parametrize("value", [b"", b"no json", b"[1]", b"null", b'{"kty": "OKP", "kid": "a"}'])
def test_what_a_newer_backbone_says_does_not_disturb(value: bytes) -> None:
    key = PrivateKey.generate().public
    strange = structs.replace(record(DOOR_KEY + "newer", {}), value=value)

    assert known(record(DOOR_KEY + key.kid, key.jwk()), strange).door_key(NOW) == key


# --- publishing --------------------------------------------------------------------------------------------------------


@pytest.fixture
def wanted(keys: SqlKeyService) -> Entries:
    return entries(*load_definitions(ROOT / "protocols", ROOT / "chains"), keys)


def test_every_partner_protocol_and_chain_stands_there(wanted: Entries, keys: SqlKeyService) -> None:
    definitions = known(*(record(key, value) for key, value in wanted.items()))

    assert definitions.partner("coc-amsterdam").oin.isdecimal()
    assert definitions.door_key(NOW) == keys.door_keys()[0]
    assert wanted["protocol/amsterdam-handelingskader@2023.2"]["digest"]
    assert any(key.startswith("chain/amsterdam@") for key in wanted)
    assert not any("d" in value for key, value in wanted.items() if key.startswith(DOOR_KEY))


def test_a_chain_stands_there_with_what_its_file_says(wanted: Entries) -> None:
    found = [value for key, value in wanted.items() if key.startswith(CHAIN)]
    assert len(found) >= 2
    for one in found:
        says = one["says"]
        assert isinstance(says, dict)
        assert (says["chain"], says["version"]) == (one["name"], one["version"])
        assert sha256(orjson.dumps(says, option=orjson.OPT_SORT_KEYS)).hexdigest() == one["content"]


def test_a_chain_that_changed_without_a_new_version_is_refused(wanted: Entries) -> None:
    """An entry of a backbone that knew no digest of the file passes; so does a version that nobody has had."""
    key = next(key for key in wanted if key.startswith(CHAIN))
    name, version = key.removeprefix(CHAIN).split("@")
    refuse_changed({}, wanted)
    refuse_changed({key: {"digest": "an older backbone"}}, wanted)
    refuse_changed({key: {**wanted[key], "digest": "an older program made something else of it"}}, wanted)
    with pytest.raises(VersionInUse, match=rf"the chain {name} .* version {version}.* raise `version` in {name}\.yaml"):
        refuse_changed({key: {**wanted[key], "content": "0" * 64}}, wanted)


@pytest.mark.kafka
def test_publishing_twice_changes_nothing_the_second_time(kafka: Broker, wanted: Entries, keys: SqlKeyService) -> None:
    assert set(publish(kafka.connect(), wanted)) >= {key for key in wanted if key.startswith(DOOR_KEY)}
    assert publish(kafka.connect(), wanted) == []

    keys.retire_door(keys.door_keys()[0].kid)
    key = keys.rotate_door()
    later = {name: value for name, value in wanted.items() if not name.startswith(DOOR_KEY)} | {
        DOOR_KEY + key.kid: key.jwk()
    }
    assert len(publish(kafka.connect(), later)) == 2  # the new key came, the old one went
    found = Definitions()
    found.learn(read_to_end(kafka.connect(kafka.partner()), TOPIC))
    assert {name: value for name, value in found.entries.items() if name in wanted or name in later} == later


@pytest.mark.kafka
def test_what_others_put_there_stays(kafka: Broker, wanted: Entries) -> None:
    with KafkaProducer(**kafka.connect()) as producer:
        producer.send(TOPIC, key=b"notice/elsewhere", value=b'{"text": 1}').get(10)
    publish(kafka.connect(), wanted)

    found = Definitions()
    found.learn(read_to_end(kafka.connect(), TOPIC))
    assert found.entries["notice/elsewhere"] == {"text": 1}


@pytest.mark.kafka
def test_a_partner_reads_it_and_cannot_write_it(kafka: Broker, wanted: Entries) -> None:
    publish(kafka.connect(), wanted)
    partner = kafka.partner()

    assert len(list(read_to_end(kafka.connect(partner), TOPIC))) >= len(wanted)
    changed = wanted | {"partner/mine": {"oin": "1"}}
    with pytest.raises(NotAllowed), clear_errors(kafka.bootstrap, partner.username, partner.password):
        publish(kafka.connect(partner), changed)


@pytest.mark.kafka
def test_a_topic_that_is_not_there_is_named(kafka: Broker) -> None:
    with pytest.raises(TopicMissing, match=r"schakel\.nothing"):
        list(read_to_end(kafka.connect(), "schakel.nothing"))
