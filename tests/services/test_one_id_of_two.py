"""Two tell something in one case, or signal a trend in one chain, under one id at once: what comes first counts, the other is refused."""

from datetime import date
from hashlib import sha256

from backbone.casework import LEDGER
from backbone.store.rows import Outgoing
from schakel import codec
from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.events import Told
from schakel.events.case import TrendSignalled, TrendUnanswered
from schakel.events.consent import ConsentWithdrawn
from schakel.events.contact import ContactMade
from schakel.messages import Receipt, ReceiptStatus, RefusedRecord, TrendNews
from tests.services.test_chain_streams import until
from tests.services.test_sent_again import opened
from tests.support.minicluster import PARTITIONS, START, MiniCluster
from tests.support.telling import CITY, COC, HELP, POLICE, moment
from tests.support.truths import Evidence, all_faults

ID = "00000000-0000-7000-8000-0000000000aa"
CALLED = ContactMade(whom="victim", at=START, channel="telephone")
NO = ConsentWithdrawn(recipient=HELP)


def let_in(cluster: MiniCluster, by: str) -> None:
    """Intake has what stands on this partner's topic, and has not read the ledger since."""
    cluster.process(cluster.services[0], f"schakel.in.{by}", 0)


def at_once(cluster: MiniCluster, *events: tuple[str, Told]) -> str:
    """All of them let in before any is read back, in this order; then everybody rests. Returns the case."""
    case = opened(cluster)
    for by, event in events:
        cluster.send(by, event, case, ID)
    for by, _ in events:
        let_in(cluster, by)
    cluster.settle()
    return case


def answers(cluster: MiniCluster, by: str) -> list[Receipt]:
    return [message for message in cluster.out(by) if isinstance(message, Receipt) and message.about == ID]


def filed(cluster: MiniCluster) -> list[RefusedRecord]:
    found = [codec.decode_message(raw.value) for raw in cluster.topics["schakel.refused", 0]]
    return [one for one in found if isinstance(one, RefusedRecord)]


def true(cluster: MiniCluster) -> list[str]:
    return all_faults(Evidence.read(cluster.topics), cluster.desks())


def test_what_comes_second_is_refused_once_with_what_to_do(cluster: MiniCluster) -> None:
    at_once(cluster, (POLICE, CALLED), (CITY, NO))
    assert [one.status for one in answers(cluster, POLICE)] == [ReceiptStatus.ACCEPTED]
    [refused] = answers(cluster, CITY)
    assert refused.refusal is not None
    assert (refused.refusal.code, refused.refusal.field, refused.in_offset) == ("id.already_used", "ce_id", 0)
    assert refused.refusal.expected
    assert "new id" in refused.refusal.remedy
    sent = cluster.topics[f"schakel.in.{CITY}", 0][0].value or b""
    [record] = filed(cluster)
    assert (record.partner, record.topic, record.offset, record.about) == (CITY, f"schakel.in.{CITY}", 0, ID)
    assert (record.size_bytes, record.sha256) == (len(sent), sha256(sent).hexdigest())
    assert record.refusal.code == "id.already_used"
    assert true(cluster) == []


def test_the_fold_says_the_same_as_the_receipts(cluster: MiniCluster) -> None:
    case = at_once(cluster, (CITY, NO), (POLICE, CALLED))
    state, effects = State(id=case), []
    for entry in cluster.ledger(case):
        effect = apply(state, entry)
        effects += [(entry.envelope.partner, effect)] if entry.id == ID else []
    assert effects == [(CITY, Effect.EFFECTIVE), (POLICE, Effect.DUPLICATE)]
    assert [one.status for one in answers(cluster, CITY)] == [ReceiptStatus.ACCEPTED]
    assert [one.status for one in answers(cluster, POLICE)] == [ReceiptStatus.REFUSED]


def test_also_when_both_say_the_same(cluster: MiniCluster) -> None:
    """It is the word of two, not a repetition: the second author would else believe that his own stands."""
    at_once(cluster, (POLICE, CALLED), (CITY, CALLED))
    assert [one.status for one in answers(cluster, CITY)] == [ReceiptStatus.REFUSED]
    assert true(cluster) == []


def test_it_is_refused_again_whenever_it_comes_again(cluster: MiniCluster) -> None:
    case = at_once(cluster, (POLICE, CALLED), (CITY, NO))
    cluster.send(CITY, NO, case, ID)
    cluster.settle()
    first, second = answers(cluster, CITY)
    assert (first.in_offset, second.in_offset) == (0, 1)
    assert first.refusal == second.refusal
    cluster.send(CITY, NO, case)
    cluster.settle()
    assert next(iter(cluster.receipts(CITY).values())).status is ReceiptStatus.REFUSED
    assert cluster.out(CITY)[-1].status is ReceiptStatus.ACCEPTED  # type: ignore[attr-defined]
    assert true(cluster) == []


def test_a_record_that_stands_there_twice_is_refused_once(cluster: MiniCluster) -> None:
    """As after a death behind the publishing: the same bytes are appended once more."""
    case = at_once(cluster, (POLICE, CALLED), (CITY, NO))
    for partition in range(PARTITIONS):
        for raw in list(cluster.topics[LEDGER, partition]):
            if ("ce_id", ID.encode()) in raw.headers:
                cluster.append(Outgoing(LEDGER, partition, case.encode(), raw.value or b"", raw.headers))
    cluster.settle()
    assert len(answers(cluster, CITY)) == len(answers(cluster, POLICE)) == 1
    assert len(filed(cluster)) == 1


def test_a_rebuilt_intake_says_nothing_again_and_answers_the_same(cluster: MiniCluster) -> None:
    case = at_once(cluster, (POLICE, CALLED), (CITY, NO))
    before = {place: len(log) for place, log in cluster.topics.items()}
    cluster.rebuild("intake")
    assert {place: len(log) for place, log in cluster.topics.items()} == before
    cluster.send(CITY, NO, case, ID)
    cluster.settle()
    assert [one.status for one in answers(cluster, CITY)] == [ReceiptStatus.REFUSED] * 2
    assert [one.status for one in answers(cluster, POLICE)] == [ReceiptStatus.ACCEPTED]
    assert true(cluster) == []


# --- in a chain -------------------------------------------------------------------------------------------------------

TREND = TrendSignalled(municipality="amsterdam", district="oost", to=(POLICE,), answer_by=date(2026, 4, 10))


def signalled(cluster: MiniCluster, second: TrendSignalled) -> None:
    """Two trends under one id, both let in before any is read back."""
    until(cluster, moment("2026-04-01 12:00"))
    cluster.send(CITY, TREND, None, ID)
    cluster.send(HELP, second, None, ID)
    let_in(cluster, CITY)
    let_in(cluster, HELP)
    cluster.settle()


def test_of_two_trends_under_one_id_the_second_is_refused_and_heard_of_by_nobody(cluster: MiniCluster) -> None:
    signalled(cluster, TREND.model_copy(update={"district": "zuid", "to": (COC,)}))
    assert [one.status for one in answers(cluster, CITY)] == [ReceiptStatus.ACCEPTED]
    [refused] = answers(cluster, HELP)
    assert refused.refusal is not None
    assert (refused.refusal.code, refused.refusal.field) == ("id.already_used", "ce_id")
    assert [one.partner for one in filed(cluster)] == [HELP]
    assert [one.from_partner for one in cluster.out(POLICE) if isinstance(one, TrendNews)] == [CITY]
    assert not any(isinstance(one, TrendNews) for one in cluster.out(COC))
    cluster.send(HELP, TREND, None, ID)
    cluster.rebuild("intake")
    cluster.send(HELP, TREND, None, ID)
    cluster.settle()
    assert [one.status for one in answers(cluster, HELP)] == [ReceiptStatus.REFUSED] * 3
    assert true(cluster) == []


def test_the_second_puts_off_no_last_day_of_the_first(cluster: MiniCluster) -> None:
    signalled(cluster, TREND.model_copy(update={"answer_by": date(2026, 5, 10)}))
    until(cluster, moment("2026-04-10 12:00"))  # behind what comes round in the chain itself
    until(cluster, moment("2026-04-11 00:01"))
    late = [entry.event for entry in cluster.ledger() if isinstance(entry.event, TrendUnanswered)]
    assert [(one.trend, one.silent) for one in late] == [(ID, (POLICE,))]


def test_a_trend_under_the_id_of_anothers_that_stands_leaves_no_trace(cluster: MiniCluster) -> None:
    until(cluster, moment("2026-04-01 12:00"))
    for by in (CITY, HELP):
        cluster.send(by, TREND, None, ID)
        cluster.settle()
    assert [one.refusal.code for one in answers(cluster, HELP) if one.refusal] == ["id.already_used"]
    assert [entry.author for entry in cluster.ledger() if isinstance(entry.event, TrendSignalled)] == [CITY]
    assert true(cluster) == []
