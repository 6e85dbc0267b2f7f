"""Each told event has its receipt, and each receipt its event."""

from dataclasses import replace

from auditor.audit import audit
from auditor.formats import Record
from auditor.report import Report
from schakel import codec
from schakel.events.case import TrendSignalled
from schakel.ids import partner_source
from schakel.messages import Position, Receipt
from tests.auditor.material import codes, ledger, receipts, verified, with_event
from tests.auditor.writer import Ledger, in_memory, place
from tests.support.casebook import repository
from tests.support.telling import HELP, POLICE

TRUE = ledger()
TOPIC, OTHER = f"schakel.out.{POLICE}", f"schakel.out.{HELP}"


def with_topic(name: str, *kept: int) -> Ledger:
    mine = TRUE.topics[name]
    return replace(TRUE, topics={**TRUE.topics, name: [mine[number] for number in kept]})


def test_each_has_the_other() -> None:
    assert verified(TRUE).answer("receipts") == "sound"


def test_a_receipt_that_was_dropped() -> None:
    report = verified(with_topic(OTHER))
    assert codes(report, question="receipts") == {"no_receipt"}


def test_an_event_that_was_dropped() -> None:
    """Its receipt names a place at which something else stands."""
    log = [record for record in TRUE.logs[0] if record.offset != 20]
    shorter = [replace(record, offset=offset) for offset, record in enumerate(log)]
    assert "no_event" in codes(verified(TRUE.with_log(shorter)), question="receipts")


def test_a_receipt_for_another_place() -> None:
    first = TRUE.topics[TOPIC][0]
    receipt = codec.decode_message(first.value)
    assert isinstance(receipt, Receipt)
    moved = receipt.model_copy(update={"position": Position(partition=0, offset=3)})
    topics = {**TRUE.topics, TOPIC: [replace(first, value=codec.encode(moved)), *TRUE.topics[TOPIC][1:]]}
    assert codes(verified(replace(TRUE, topics=topics)), question="receipts") == {"no_event"}


def test_what_went_by_its_term_cannot_be_told() -> None:
    mine = TRUE.topics[TOPIC]
    cut = [replace(record, offset=record.offset + 5) for record in mine[1:]]
    report = verified(replace(TRUE, topics={**TRUE.topics, TOPIC: cut}))
    assert codes(report, question="receipts") == set()
    assert codes(report, "cannot tell", "receipts") == {"too_old"}


def test_a_topic_that_has_run_empty_accuses_nobody() -> None:
    """All its receipts went by their term: it has no record that would show that, only the offset at which it begins."""
    emptied = with_topic(OTHER)
    report = verified(replace(emptied, starts={OTHER: len(TRUE.topics[OTHER])}))
    assert codes(report, question="receipts") == set()
    assert codes(report, "cannot tell", "receipts") == {"too_old"}


def test_the_last_may_be_on_its_way() -> None:
    told = max(int(record.offset) for topic in receipts(TRUE.logs[0]).values() for record in topic)
    assert told
    report = verified(with_topic(TOPIC, *range(len(TRUE.topics[TOPIC]) - 1)))
    assert codes(report, question="receipts") <= {"no_receipt"}
    assert codes(report, "cannot tell", "receipts") <= {"on_its_way"}
    assert report.answer("receipts") != "sound"


def with_a_second(number: int = 20) -> Ledger:
    """HELP told something under the id of what stands there, in that case; it came behind it, and was refused."""
    oin = repository()[0].partners[HELP].oin
    first = next(one for one in TRUE.logs[0][:number] if dict(one.headers).get("ce_partner") == POLICE.encode())
    mine = {"ce_partner": HELP.encode(), "ce_source": partner_source(oin).encode()}
    second = replace(first, headers=tuple((name, mine.get(name, value)) for name, value in first.headers))
    log = [*TRUE.logs[0][:number], second, *TRUE.logs[0][number:]]
    log = [replace(record, offset=offset) for offset, record in enumerate(log)]
    topics = receipts(log)
    topics[OTHER] = [one for one in topics[OTHER] if place(one) != number]
    return replace(TRUE.with_log(log), topics=topics)


def test_of_two_under_one_id_in_a_case_the_second_needs_no_receipt() -> None:
    assert verified(with_a_second()).answer("receipts") == "sound"


def with_two_trends(answered: int) -> Ledger:
    """Two partners signalled one under the same id; the number-th of the two has no receipt."""
    log, event = list(TRUE.logs[0]), TrendSignalled(municipality="amsterdam", district="oost", to=(POLICE,))
    for partner in (POLICE, HELP):
        like = next(one for one in log if dict(one.headers).get("ce_partner") == partner.encode())
        like = replace(like, headers=tuple(one for one in like.headers if one[0] != "ce_subject"), key=b"amsterdam")
        log = with_event(log, len(log), event, like)
    topics = receipts(log)
    name = (TOPIC, OTHER)[answered]
    topics[name] = [one for one in topics[name] if place(one) != len(log) - 2 + answered]
    return replace(TRUE.with_log(log), topics=topics)


def test_of_two_trends_under_one_id_the_second_needs_no_receipt() -> None:
    assert verified(with_two_trends(1)).answer("receipts") == "sound"
    assert codes(verified(with_two_trends(0)), question="receipts") == {"no_event"}  # "accepted", and it is none


# --- a period


def of_a_period(what: Ledger, first: int = 0) -> Report:
    """The audit of a bundle from this offset to the end."""
    return audit(in_memory(what.period(first, len(TRUE.logs[0]) - 1)), [what.head()])


def test_of_a_period_each_has_the_other_too() -> None:
    whole = of_a_period(TRUE)
    assert whole.answer("receipts") == "sound"
    assert whole.counts["receipts"] > of_a_period(TRUE, 12).counts["receipts"] > 0
    assert codes(of_a_period(TRUE, 12), question="receipts") == set()


def test_of_a_period_a_receipt_that_is_missing_or_names_another_place() -> None:
    behind = [number for number, one in enumerate(TRUE.topics[TOPIC]) if place(one) >= 12]
    every = [number for number in range(len(TRUE.topics[TOPIC])) if number != behind[0]]
    assert codes(of_a_period(with_topic(TOPIC, *every), 12), question="receipts") == {"no_receipt"}
    first = TRUE.topics[TOPIC][behind[0]]
    receipt = codec.decode_message(first.value)
    assert isinstance(receipt, Receipt)
    moved = receipt.model_copy(update={"position": Position(partition=0, offset=13)})
    sent = [replace(one, value=codec.encode(moved)) if one is first else one for one in TRUE.topics[TOPIC]]
    assert codes(of_a_period(replace(TRUE, topics={**TRUE.topics, TOPIC: sent}), 12), question="receipts") == {
        "no_event"
    }


# --- published twice


def twice(number: int, at: int | None = None) -> list[Record]:
    """The log, in which what stands at a place stands once more at another, by default right behind it."""
    log = list(TRUE.logs[0])
    again = [*log[: at or number + 1], log[number], *log[at or number + 1 :]]
    return [replace(record, offset=offset) for offset, record in enumerate(again)]


def naming(log: list[Record], named: int, unnamed: int, *, missing: tuple[int, ...] = ()) -> Ledger:
    """Of what stands twice the receipt names one place alone. missing: places of whose events there is no receipt at all."""
    gone = {unnamed, *missing}
    topics = {name: [one for one in sent if place(one) not in gone] for name, sent in receipts(log).items()}
    assert any(place(one) == named for sent in topics.values() for one in sent) is (named not in missing)
    return replace(TRUE.with_log(log), topics=topics)


def told_by_police() -> list[int]:
    return [one.offset for one in TRUE.logs[0] if dict(one.headers).get("ce_partner") == POLICE.encode()]


def test_a_receipt_that_names_the_other_place_behind_the_end_of_a_period_accuses_nobody() -> None:
    first, *_, last = told_by_police()
    log = twice(last)
    told = naming(log, last + 1, last)
    report = audit(in_memory(told.period(0, last)), [told.head()])
    assert codes(report, question="receipts") == set()
    assert codes(report, "cannot tell", "receipts") == {"behind_the_end"}
    without = naming(log, last + 1, last, missing=(first,))
    report = audit(in_memory(without.period(0, last)), [without.head()])
    assert codes(report, question="receipts") == {"no_receipt"}


def test_nor_one_that_names_the_first_place_before_a_period_begins() -> None:
    first = told_by_police()[0]
    log = twice(first)
    told = naming(log, first, first + 1)
    report = audit(in_memory(told.period(first + 1, len(log) - 1)), [told.head()])
    assert codes(report, question="receipts") == set()
    assert codes(report, "cannot tell", "receipts") == {"before_the_begin"}
    without = naming(log, first, first + 1, missing=(first,))
    report = audit(in_memory(without.period(first + 1, len(log) - 1)), [without.head()])
    assert codes(report, question="receipts") == {"no_receipt"}


def test_what_stands_once_more_does_not_make_what_came_between_old() -> None:
    """Its receipt may be on its way."""
    first, *_, last = told_by_police()
    log = twice(first, at=len(TRUE.logs[0]))
    newer = [one.offset for one in log[last:-1] if dict(one.headers).get("ce_partner")]
    report = verified(naming(log, first, len(log) - 1, missing=tuple(newer)))
    assert codes(report, question="receipts") == set()
    assert codes(report, "cannot tell", "receipts") == {"on_its_way"}


def test_nor_does_it_where_a_period_shows_the_second_place_alone() -> None:
    """The first lies before the period, and its receipt says so: what the period shows in front of the second may be on its way."""
    first = told_by_police()[0]
    log = twice(first, at=len(TRUE.logs[0]))
    newer = [one.offset for one in log[first + 1 : -1] if dict(one.headers).get("ce_partner")]
    told = naming(log, first, len(log) - 1, missing=tuple(newer))
    report = audit(in_memory(told.period(first + 1, len(log) - 1)), [told.head()])
    assert codes(report, question="receipts") == set()
    assert codes(report, "cannot tell", "receipts") == {"before_the_begin", "on_its_way"}
