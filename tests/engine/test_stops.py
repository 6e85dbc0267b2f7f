"""What a worker does when its position does not fit the log, or what it needs is away: it says so, and skips nothing."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import TopicPartition

from backbone.engine.errors import Exit
from backbone.kafka.embedded import EmbeddedKafka
from tests.engine.load import produce
from tests.engine.test_workers import begin, check
from tests.engine.workers import Counting, Worker
from tests.support.broker import CACHE, Broker, unique, wait_until
from tests.support.postgres import Postgres

pytestmark = pytest.mark.kafka


@pytest.fixture
def counting(kafka: Broker, tmp_path: Path) -> Iterator[Counting]:
    service = Counting(kafka, tmp_path, partitions=2)
    try:
        yield service
    finally:
        service.end_all()


def send(service: Counting, count: int, topic: str | None = None) -> None:
    asyncio.run(produce(service.broker.connect(), topic or service.topic, service.partitions, count))


def worked_once(service: Counting, count: int = 50) -> None:
    """A worker has counted `count` records a partition, and is gone."""
    (worker,) = begin(service, "a")
    send(service, count)
    service.wait_until_caught_up()
    worker.stop()


def stopped_and_said(service: Counting) -> str:
    """Start a worker that will not go on; returns its sentence, which it also leaves in its run file."""
    worker = service.start("a")
    assert worker.wait() == Exit.SAYS_WHY
    left = worker.run_file()
    assert (left["state"], left["exit_code"]) == ("stopped", 78)
    sentence = str(left["sentence"])
    assert sentence in worker.said().splitlines()[-1], "the last line of the log says why"
    return sentence


def test_a_topic_that_was_made_anew(counting: Counting) -> None:
    worked_once(counting)
    counting.admin.delete_topics([counting.topic])
    wait_until(lambda: made(counting, counting.topic), 20)
    send(counting, 80)  # more than there was: the offsets alone tell nothing
    assert "was deleted and made anew" in stopped_and_said(counting)
    assert set(counting.positions().values()) == {50}


def test_a_topic_that_is_made_anew_while_it_is_read(counting: Counting) -> None:
    (worker,) = begin(counting, "a")
    send(counting, 50)
    counting.wait_until_caught_up()
    counting.admin.delete_topics([counting.topic])
    wait_until(lambda: "no longer has topic" in reason(worker), 30)
    wait_until(lambda: made(counting, counting.topic), 20)
    assert worker.wait(60) == Exit.SAYS_WHY
    assert "was deleted and made anew" in stopped_and_said(counting)


def made(service: Counting, topic: str) -> bool:
    """Whether the topic could be made again yet; Kafka takes a moment to forget a name."""
    try:
        service.make_topic(topic)
    except Exception:
        return False
    return True


def test_a_checkpoint_beyond_the_log(counting: Counting) -> None:
    worked_once(counting)
    change(counting, 'UPDATE checkpoint SET next_offset = 51 WHERE "partition" = 1')
    sentence = stopped_and_said(counting)
    assert f"at offset 51 of {counting.topic}[1] but the log ends at 50" in sentence


def test_a_checkpoint_below_the_log(counting: Counting) -> None:
    worked_once(counting)
    send(counting, 50)
    counting.admin.delete_records({TopicPartition(counting.topic, 0): 60})
    sentence = stopped_and_said(counting)
    assert "the log begins at 60: 10 records were deleted before they were read" in sentence


def test_another_record_where_we_were(counting: Counting) -> None:
    worked_once(counting)
    change(counting, 'UPDATE checkpoint SET digest = zeroblob(32) WHERE "partition" = 0')
    assert "holds another record at offset 49" in stopped_and_said(counting)


def test_a_log_whose_read_part_was_deleted_goes_on(counting: Counting) -> None:
    """Retention took what we had read, and the record that the digest is of: there is nothing to compare, and nothing lost."""
    worked_once(counting)
    counting.admin.delete_records({TopicPartition(counting.topic, number): 50 for number in range(2)})
    worker = counting.start("a")
    wait_until(lambda: worker.ready, 30)
    send(counting, 10)
    counting.wait_until_caught_up()
    assert set(counting.positions().values()) == {60}


def change(service: Counting, sql: str) -> None:
    import sqlite3

    path = service.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute(sql)


# -- away, and back ------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.timing
def test_the_database_goes_and_comes_back(kafka: Broker, postgres: Postgres, tmp_path: Path) -> None:
    service = Counting(kafka, tmp_path, partitions=2, database_url=postgres.database())
    try:
        (worker,) = begin(service, "a")
        send(service, 500)
        service.wait_until_caught_up()
        postgres.stop()
        try:
            send(service, 500)
            wait_until(lambda: "does not answer" in reason(worker), 20)
            assert worker.code is None
        finally:
            postgres.start()
        wait_until(lambda: worker.ready, 30)
        check(service)
        assert worker.code is None, "it waited, and did not have to be started again"
    finally:
        service.end_all()


@pytest.mark.postgres
@pytest.mark.timing
def test_a_database_that_is_away_at_the_start_is_waited_for(kafka: Broker, postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.database()
    service = Counting(kafka, tmp_path, partitions=2, database_url=url)
    postgres.stop()
    try:
        worker = service.start("a")
        wait_until(lambda: "does not answer" in reason(worker), 30)
    finally:
        postgres.start()
    try:
        wait_until(lambda: worker.ready, 30)
    finally:
        service.end_all()


@pytest.mark.postgres
def test_the_database_of_keys_goes_and_comes_back(kafka: Broker, postgres: Postgres, tmp_path: Path) -> None:
    """Its own database is another one and stays: ticks and looking around go on, and must not say that all is well."""
    service = Counting(kafka, tmp_path, partitions=2)
    try:
        worker = service.start("a", COUNTER_KEYS=postgres.database())
        wait_until(lambda: worker.ready, 30)
        send(service, 50)
        service.wait_until_caught_up()
        postgres.stop()
        try:
            send(service, 50)
            wait_until(lambda: "the database of keys" in reason(worker), 20)
            said = reason(worker)
            assert "does not answer" in said
            assert "is it running" in said
            assert set(service.positions().values()) == {50}, "nothing is taken in meanwhile"
            assert worker.code is None
        finally:
            postgres.start()
        wait_until(lambda: worker.ready, 30)
        service.wait_until_caught_up()
        service.check_state()
        assert worker.code is None, "it waited, and did not have to be started again"
        assert "the database of keys is back" in worker.said()
    finally:
        service.end_all()


@pytest.mark.postgres
def test_a_database_of_keys_that_is_away_at_the_start_is_waited_for(
    kafka: Broker, postgres: Postgres, tmp_path: Path
) -> None:
    url = postgres.database()
    service = Counting(kafka, tmp_path, partitions=2)
    postgres.stop()
    try:
        worker = service.start("a", COUNTER_KEYS=url)
        wait_until(lambda: "the database of keys" in reason(worker), 30)
    finally:
        postgres.start()
    try:
        wait_until(lambda: worker.ready, 30)
        worker.stop()
        assert worker.code == 0
    finally:
        service.end_all()


@pytest.mark.timing
def test_a_full_disk_is_waited_for(counting: Counting, tmp_path: Path) -> None:
    """No event is taken while nothing can be written, and none is lost: not-ready, with a sentence, until there is room again."""
    full = tmp_path / "full"
    (worker,) = begin(counting, "a", COUNTER_FULL=str(full))
    send(counting, 100)
    counting.wait_until_caught_up()
    full.touch()
    send(counting, 2_000)
    wait_until(lambda: "disk is full" in reason(worker), 20)
    assert worker.status() == 503
    behind = counting.positions()
    full.unlink()
    wait_until(lambda: worker.ready, 30)
    assert any(position < 2_100 for position in behind.values()), "it stood still meanwhile"
    check(counting)
    assert worker.code is None, "it waited, and did not have to be started again"


@pytest.mark.slow
@pytest.mark.timing
def test_the_broker_goes_and_comes_back(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path / "broker", cache_dir=CACHE) as embedded:
        broker = Broker(embedded)
        service = Counting(broker, tmp_path, partitions=2)
        try:
            (worker,) = begin(service, "a")
            send(service, 200)
            service.wait_until_caught_up()
            embedded.kill()
            wait_until(lambda: "Kafka" in reason(worker), 30)
            assert worker.code is None
            embedded.start()
            wait_until(lambda: worker.ready, 60)
            send(service, 200)
            check(service)
            assert worker.code is None, "it waited, and did not have to be started again"
            embedded.kill()
            worker.stop()
            assert worker.code == 0, "it ends when asked, broker or not"
            late = service.start("b")
            wait_until(lambda: "nobody answers" in reason(late).lower() or "Kafka" in reason(late), 30)
            embedded.start()
            wait_until(lambda: late.ready, 60)
        finally:
            service.end_all()
            broker.close()


def reason(worker: Worker) -> str:
    return str((worker.ask() or {}).get("reason", ""))


# -- settings ------------------------------------------------------------------------------------------------------------


def test_a_topic_that_is_not_there_is_waited_for(counting: Counting) -> None:
    missing = unique("later")
    worker = counting.start("a", COUNTER_TOPICS=f"{counting.topic},{missing}")
    wait_until(lambda: missing in reason(worker), 30)
    assert "backbone topics" in reason(worker)
    counting.make_topic(missing)
    wait_until(lambda: worker.ready, 30)


def test_a_wrong_password_is_said_and_not_tried_again(counting: Counting, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not it")
    worker = counting.start("a", SCHAKEL_SASL_PASSWORD_FILE=str(wrong))
    assert worker.wait() == Exit.SAYS_WHY
    assert "admin" in str(worker.run_file()["sentence"])
    assert "not it" not in worker.said()


def test_a_port_that_is_taken(counting: Counting) -> None:
    (first,) = begin(counting, "a")
    port = str(first.run_file()["port"])
    second = counting.start("b", SCHAKEL_HTTP_PORT=port)
    assert second.wait() == Exit.SAYS_WHY
    assert f"cannot listen on 127.0.0.1:{port}" in str(second.run_file()["sentence"])


def test_a_defect_ends_the_process_and_not_the_record(counting: Counting) -> None:
    (worker,) = begin(counting, "a", COUNTER_FAULT_AT="20")
    send(counting, 50)
    assert worker.wait() == Exit.FAULT
    assert "a secret in the text" not in worker.said(), "what an exception says may quote what somebody wrote"
    assert "counter.py" in worker.said()
    assert f"topic={counting.topic}" in worker.said(), "and where it stood"
    again = counting.start("a")
    wait_until(lambda: again.ready, 30)
    check(counting)


@pytest.mark.timing
def test_asked_to_end_it_ends_within_three_seconds_and_leaves_no_run_file(counting: Counting) -> None:
    (worker,) = begin(counting, None)
    send(counting, 2_000)
    assert worker.stop() < 6, "3 s on a machine that is not busy"
    assert worker.code == 0
    assert list((counting.home / "var" / "run").glob("*.json")) == []
    second = counting.start()
    wait_until(lambda: second.ready, 5, every_s=0.05)  # the first one left the group: nobody waits for its session
    check(counting)


def test_json_logs_say_who_and_end_with_the_sentence(counting: Counting) -> None:
    worked_once(counting)
    change(counting, "UPDATE checkpoint SET topic_id = 'another'")
    worker = counting.start("a", SCHAKEL_LOG_FORMAT="json")
    assert worker.wait() == Exit.SAYS_WHY
    last = json.loads(worker.said().splitlines()[-1])
    assert last["event"] == worker.run_file()["sentence"]
    assert (last["reason"], last["exit_code"], last["replica"]) == ("recreated", 78, "a")


def test_a_user_without_the_group_is_told_so(counting: Counting, kafka: Broker, tmp_path: Path) -> None:
    who = kafka.service("routing")
    secret = tmp_path / "routing"
    secret.write_text(who.password)
    worker = counting.start("a", SCHAKEL_SASL_USERNAME=who.username, SCHAKEL_SASL_PASSWORD_FILE=str(secret))
    assert worker.wait() == Exit.SAYS_WHY
    assert "does not let user service.routing use the consumer group" in str(worker.run_file()["sentence"])


@pytest.mark.parametrize("service", ["cases", "followup"])
def test_a_service_works_with_no_more_rights_than_it_has(
    counting: Counting, kafka: Broker, tmp_path: Path, service: str
) -> None:
    """Also the one that may write nothing: an idempotent producer asks the broker for an id, which is refused then."""
    who = kafka.service(service)
    secret = tmp_path / service
    secret.write_text(who.password)
    worker = counting.start(
        "a",
        SCHAKEL_SASL_USERNAME=who.username,
        SCHAKEL_SASL_PASSWORD_FILE=str(secret),
        COUNTER_NAME=service,
        COUNTER_TOPICS="schakel.ledger",
        COUNTER_OUT="",
    )
    wait_until(lambda: worker.ready, 30)
    worker.stop()
    assert worker.code == 0


def test_a_name_that_is_taken_twice(counting: Counting) -> None:
    """A double start leaves the first one alone; aiokafka would let the two take the partitions from each other for ever."""
    (first,) = begin(counting, "a")
    second = counting.start("a")
    assert second.wait() == Exit.SAYS_WHY
    assert "with replica a; stop that one, or give this one another name" in second.said()
    assert first.run_file()["state"] == "running"
    send(counting, 100)
    check(counting)
    first.kill()
    third = counting.start("a")
    wait_until(lambda: third.ready, 30)
