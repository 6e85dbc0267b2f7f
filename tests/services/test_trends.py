"""A hotspot through the real services: signalled, heard, answered, or not answered in time; in the chain it lies in, and once."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from backbone.chain_desks import lies_in, read_chain_state
from schakel import codec
from schakel.chain_state import ChainState, Trend
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.case import TrendAnswered, TrendSignalled, TrendUnanswered
from schakel.events.chain import WatermarkPassed
from schakel.events.vocab import PlaceType, TrendMeasure
from schakel.ids import new_event_id, partner_source
from schakel.messages import TrendNews
from services.followup.trends import decide, news
from tests.services.test_chain_streams import until
from tests.support.casebook import repository
from tests.support.minicluster import MiniCluster
from tests.support.telling import moment

CITY, POLICE, ADV, HELP = "gemeente-amsterdam", "politie-amsterdam", "discriminatie-nl-amsterdam", "slachtofferhulp"
LAST = date(2026, 4, 10)
OVER = moment("2026-04-11 00:00")
"""The end of the last day, in Amsterdam."""


@pytest.fixture
def cluster(tmp_path: Path) -> MiniCluster:
    made = MiniCluster(tmp_path)
    until(made, moment("2026-04-01 12:00"))
    return made


def signal(**changed: Any) -> TrendSignalled:
    said = {"municipality": "amsterdam", "district": "oost", "to": (CITY, POLICE), "place_type": "nightlife"}
    return TrendSignalled.model_validate({**said, "answer_by": LAST, **changed})


def answer(trend: str, *measures: TrendMeasure, **more: Any) -> TrendAnswered:
    return TrendAnswered(municipality="amsterdam", trend=trend, measures=measures, **more)


def heard(cluster: MiniCluster, partner: str) -> list[tuple[str, str]]:
    """(reason, from whom) of the news that a partner got."""
    return [(one.reason, one.from_partner) for one in cluster.out(partner) if isinstance(one, TrendNews)]


def unanswered(cluster: MiniCluster) -> list[TrendUnanswered]:
    return [entry.event for entry in cluster.ledger() if isinstance(entry.event, TrendUnanswered)]


def test_it_reaches_those_it_is_for_and_the_answer_who_signalled(cluster: MiniCluster) -> None:
    trend = cluster.send(ADV, signal())
    cluster.settle()
    assert heard(cluster, CITY) == heard(cluster, POLICE) == [("trend_signalled", ADV)]
    (news,) = (one for one in cluster.out(CITY) if isinstance(one, TrendNews))
    assert (news.trend, news.place_type, news.answer_by) == (trend, PlaceType.NIGHTLIFE, LAST)
    cluster.send(CITY, answer(trend, TrendMeasure.LIGHTING))
    cluster.send(POLICE, answer(trend, TrendMeasure.NOTHING, reason="measures_in_place"))
    cluster.settle()
    assert sorted(heard(cluster, ADV)) == [("trend_answered", CITY), ("trend_answered", POLICE)]
    until(cluster, OVER + timedelta(hours=1))
    assert unanswered(cluster) == []


def test_no_answer_is_said_once_when_the_day_is_over(cluster: MiniCluster) -> None:
    """Not a second before, also when a watermark passes; to who was silent, who signalled, and the mayor's organisation."""
    trend = cluster.send(ADV, signal())
    cluster.settle()
    cluster.send(CITY, answer(trend, TrendMeasure.CAMERA))
    until(cluster, OVER - timedelta(seconds=2))
    assert unanswered(cluster) == []
    until(cluster, OVER + timedelta(seconds=1))
    (said,) = unanswered(cluster)
    assert (said.chain, said.trend, said.silent, said.tell) == ("amsterdam", trend, (POLICE,), (ADV, CITY, POLICE))
    for partner in said.tell:
        assert heard(cluster, partner)[-1] == ("trend_unanswered", ADV)
    cluster.send(POLICE, answer(trend, TrendMeasure.PATROL))
    until(cluster, OVER + timedelta(days=30))
    assert len(unanswered(cluster)) == 1
    assert heard(cluster, ADV)[-1] == ("trend_answered", POLICE)  # late, and taken
    marked = {entry.partition for entry in cluster.ledger() if isinstance(entry.event, WatermarkPassed)}
    assert all(lies_in("amsterdam", partition) or lies_in("groningen", partition) for partition in marked)


def test_an_answer_that_is_on_its_way_when_the_day_ends_accuses_nobody(cluster: MiniCluster) -> None:
    trend = cluster.send(ADV, signal(to=(CITY,)))
    cluster.settle()
    cluster.time.at = OVER - timedelta(seconds=1)
    cluster.send(CITY, answer(trend, TrendMeasure.OTHER))  # sent in time, read behind the day
    cluster.advance(timedelta(hours=2))
    assert unanswered(cluster) == []


def test_rebuilt_services_say_nothing_again_and_forget_nothing(cluster: MiniCluster) -> None:
    trend = cluster.send(ADV, signal())
    cluster.settle()
    cluster.rebuild("intake")
    cluster.rebuild("followup")
    until(cluster, OVER + timedelta(seconds=1))
    assert [said.trend for said in unanswered(cluster)] == [trend]
    before = {partner: heard(cluster, partner) for partner in (ADV, CITY, POLICE)}
    cluster.rebuild("intake")
    cluster.rebuild("followup")
    until(cluster, OVER + timedelta(days=1))
    assert len(unanswered(cluster)) == 1
    assert {partner: heard(cluster, partner) for partner in before} == before


def test_only_whom_it_was_signalled_to_answers(cluster: MiniCluster) -> None:
    trend = cluster.send(ADV, signal(to=(CITY,)))
    cluster.settle()
    for partner in (POLICE, ADV):
        cluster.send(partner, answer(trend, TrendMeasure.PATROL))
    cluster.settle()
    assert heard(cluster, ADV) == []
    until(cluster, OVER + timedelta(seconds=1))
    assert [said.silent for said in unanswered(cluster)] == [(CITY,)]


def test_a_partner_of_two_chains_signals_in_the_one_that_it_lies_in(cluster: MiniCluster) -> None:
    south = cluster.send(HELP, signal())
    north = cluster.send(HELP, signal(municipality="groningen", to=("gemeente-groningen",)))
    cluster.settle()
    (cases,) = (service for service in cluster.services if service.processor.name == "cases")
    with cases.store.reading() as connection:
        found = {name: read_chain_state(connection, name).trends for name in ("amsterdam", "groningen")}
    assert {name: [trend.id for trend in trends] for name, trends in found.items()} == {
        "amsterdam": [south],
        "groningen": [north],
    }


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"municipality": "groningen"}, "chain.not_yours"),
        ({"district": "mokum"}, "place.unknown_district"),
        ({"to": ()}, "recipient.unknown"),
        ({"to": (CITY, "dmg")}, "recipient.unknown"),
        ({"answer_by": date(2026, 3, 31)}, "trend.no_time"),
        ({"answer_by": date.max}, "trend.no_time"),
        ({"answer_by": date(2026, 4, 1)}, None),
        ({"answer_by": None}, None),
    ],
)
def test_a_signal_that_nobody_can_act_on_is_refused(
    cluster: MiniCluster, changed: dict[str, Any], code: str | None
) -> None:
    sent = cluster.send(ADV, signal(**changed))
    cluster.settle()
    no = cluster.receipts(ADV)[sent].refusal
    assert (no.code if no else None) == code


@pytest.mark.parametrize(
    ("measures", "reason", "code"),
    [
        ((), None, "trend.which_measure"),
        ((TrendMeasure.NOTHING, TrendMeasure.CAMERA), "too_few", "trend.which_measure"),
        ((TrendMeasure.NOTHING,), None, "trend.why_nothing"),
        ((TrendMeasure.NOTHING,), "too_few", None),
    ],
)
def test_nothing_is_an_answer_only_with_its_reason(
    cluster: MiniCluster, measures: tuple[TrendMeasure, ...], reason: str | None, code: str | None
) -> None:
    trend = cluster.send(ADV, signal())
    cluster.settle()
    sent = cluster.send(CITY, answer(trend, *measures, reason=reason))
    cluster.settle()
    no = cluster.receipts(CITY)[sent].refusal
    assert (no.code if no else None) == code


def test_a_chain_that_keeps_no_scheme_waits_too(cluster: MiniCluster) -> None:
    """Groningen has no rhythm to wait for: the watermark comes for the answer alone, and none comes after it."""
    cluster.send("dmg", signal(municipality="groningen", to=("politie-noord",)))
    cluster.settle()
    until(cluster, OVER + timedelta(seconds=1))
    assert [said.chain for said in unanswered(cluster)] == ["groningen"]
    marks = [entry for entry in cluster.ledger() if isinstance(entry.event, WatermarkPassed)]
    until(cluster, OVER + timedelta(hours=1))
    again = [entry for entry in cluster.ledger() if isinstance(entry.event, WatermarkPassed)]
    groningen = [entry for entry in again if lies_in("groningen", entry.partition or 0) and entry not in marks]
    assert groningen == []


def test_a_day_is_over_at_its_end_and_not_before_any_watermark() -> None:
    chain = repository()[0].by_name["amsterdam"]
    trend = Trend("t", ADV, "oost", [CITY], moment("2026-04-01 12:00"), "amsterdam", answer_by=LAST)
    state = ChainState(name="amsterdam", trends=[trend])
    moments = (None, OVER - timedelta(milliseconds=1), OVER)
    assert [len(list(decide(chain, state, now))) for now in moments] == [0, 0, 1]


def test_a_rehearsed_signal_is_none(cluster: MiniCluster) -> None:
    """A drill is a case; what is told of no case would count at once, with the municipality and in what leaves."""
    event, id_ = signal(), new_event_id()
    source = partner_source(cluster.chains.partners[ADV].oin)
    envelope = Envelope(id_, source, event.TYPE, cluster.time.now(), None, drill=True)
    cluster.put(ADV, codec.encode(event), envelope.headers())
    cluster.settle()
    no = cluster.receipts(ADV)[id_].refusal
    assert no is not None
    assert no.code == "drill.no_case"
    assert heard(cluster, CITY) == []


def test_a_signal_under_the_id_of_anothers_is_none(cluster: MiniCluster) -> None:
    trend = cluster.send(ADV, signal(to=(CITY,)))
    cluster.settle()
    cluster.send(POLICE, signal(to=(CITY,), place_type="home"), event_id=trend)
    cluster.settle()
    assert heard(cluster, CITY) == [("trend_signalled", ADV)]


def test_an_answer_to_a_signal_of_before_says_where_it_lies() -> None:
    """Of signals that were folded before, the state holds no municipality: the answer does."""
    state = ChainState(name="amsterdam", trends=[Trend("t", ADV, "oost", [CITY], moment("2026-03-01 12:00"))])
    envelope = Envelope(
        new_event_id(), partner_source("0" * 20), TrendAnswered.TYPE, moment("2026-04-01 12:00"), None, partner=CITY
    )
    entry = Entry(envelope, answer("t", TrendMeasure.CAMERA), 0, 0)
    chain = repository()[0].by_name["amsterdam"]
    assert [(to, told.municipality) for to, told in news(chain, state, entry)] == [(ADV, "amsterdam")]


def test_a_rebuild_logs_no_watermark_again(cluster: MiniCluster) -> None:
    """The day that nobody answered is over: it was looked at, also by an intake whose database is new. The other trend still waits."""
    cluster.send(ADV, signal())
    later = cluster.send(ADV, signal(answer_by=LAST + timedelta(days=5)))
    cluster.settle()
    until(cluster, OVER + timedelta(hours=1))
    before = [entry.id for entry in cluster.ledger()]
    cluster.rebuild("intake")
    until(cluster, OVER + timedelta(hours=2))
    assert [entry.id for entry in cluster.ledger()] == before
    until(cluster, OVER + timedelta(days=5, hours=1))
    assert later in {event.trend for event in unanswered(cluster)}
