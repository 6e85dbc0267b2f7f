"""A period played under another version of a protocol: what differs is the protocol's, case by case and in sum."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from backbone.evaluation.period import Period
from backbone.evaluation.reading import understood
from backbone.protocols import Protocol
from schakel import codec
from schakel.calendar import Limit
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.chain import EventVoided
from schakel.events.vocab import ClockKind
from schakel.ids import OPERATOR, new_event_id
from schakel.ledger import place_of
from schakel.record import Raw
from services.rehearsal.history import read_file
from services.rehearsal.whatif import Difference, NotWhole, Told, told_in, what_if
from tests.evaluation.logs import RECORDED
from tests.support.casebook import CASE, given, repository
from tests.support.telling import HELP, forget, passed, report, terms

ALL = Period.parse("all")


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return read_file(RECORDED)


@pytest.fixture(scope="module")
def told(entries: list[Entry]) -> Told:
    return played(entries)


def now() -> Protocol:
    return repository()[1].get("amsterdam-handelingskader", "2023.4")


def another(**changed: object) -> Protocol:
    return now().model_copy(update={"version": "another", **changed})


def difference(told: Told, new: Protocol) -> Difference:
    chains, protocols = repository()
    chain = chains.get("amsterdam")
    assert chain is not None
    return what_if(told, chain, now(), new, chains, protocols)


def test_the_same_under_another_name_changes_nothing(told: Told):
    found = difference(told, another())
    assert found.cases == len(told.cases) > 3
    assert found.changed == ()
    assert all((row.gained, row.lost) == (0, 0) and row.before == row.after for row in found.rows)
    assert (found.unanswered, found.not_played) == (0, 0)


def test_a_step_that_is_left_out_is_missed_in_each_case_that_had_it(told: Told):
    without = another(steps=tuple(step for step in now().steps if step.id != "slachtofferhulp"))
    found = difference(told, without)
    (row,) = [row for row in found.rows if row.what == "referral.proposed slachtofferhulp to slachtofferhulp"]
    assert row.before == row.lost > 0
    assert (row.after, row.gained) == (0, 0)
    assert sum(row.what in one.less for one in found.changed) == row.lost
    assert found.unanswered > 0  # what its receiver answered then has nothing to answer


def test_a_promise_that_was_only_measured_shows_whom_it_would_have_caught(told: Told):
    tight = tuple(
        clock.model_copy(update={"limit": Limit.parse("1h"), "promise": ClockKind.OUR_CHOICE})
        if clock.id == "eerste-contact"
        else clock
        for clock in now().clocks
    )
    found = difference(told, another(clocks=tight))
    (row,) = [row for row in found.rows if row.what == "clock.breached eerste-contact"]
    assert row.before == 0
    assert row.after == row.gained > 0


def played(
    entries: Iterable[Entry], chain: str = "amsterdam", period: Period = ALL, unread: Sequence[Raw] = ()
) -> Told:
    here = repository()[0].get(chain)
    assert here is not None
    found = told_in(entries, here, period, unread)
    assert found is not None
    return found


def test_only_the_chains_own_cases_of_the_period_are_played(entries: list[Entry], told: Told):
    assert not set(played(entries, "groningen").cases) & set(told.cases)
    assert played(entries, period=Period.parse("1999")).cases == {}
    assert told.until - max(own[-1].envelope.logged_at for _, own in told.cases.values()) >= timedelta(0)
    chain = repository()[0].get("amsterdam")
    assert chain is not None
    assert told_in([], chain, ALL) is None


def test_drills_and_imported_history_are_not_played_and_are_counted():
    drill, imported = given(replace(report(), drill=True)), given(report(history=True))
    found = played(drill.world.ledger)
    assert (found.cases, found.chosen.drills) == ({}, 1)
    found = played(imported.world.ledger)
    assert (found.cases, found.chosen.imported) == ({}, 1)


def test_who_was_erased_is_neither_played_nor_named():
    story = given(report(consents=(terms(HELP),))).when(forget(), forget(proof="called_back"))
    assert set(played(story.world.ledger).cases) == {CASE}
    story.when(passed("2026-03-17 00:00"))
    found = played(story.world.ledger)
    assert (found.cases, found.chosen.erased) == ({}, 1)


# --- what cannot be understood


def broken(case: str, entries: Iterable[Entry]) -> Raw:
    """A record of this case whose value says nothing."""
    headers = next(entry.envelope.headers() for entry in entries if entry.envelope.case == case)
    return Raw("schakel.ledger", 0, 7, 0, case.encode(), b"\x00", tuple(headers))


def test_a_case_that_would_be_played_is_played_whole_or_not_at_all(entries: list[Entry], told: Told):
    unread: list[Raw] = []
    record = broken(next(iter(told.cases)), entries)
    assert list(understood([record], unread)) == []
    assert unread == [record]
    with pytest.raises(NotWhole, match=r"schakel\.ledger/0/7 cannot be understood"):
        played(entries, unread=unread)


def test_a_record_that_is_not_understood_elsewhere_is_counted(entries: list[Entry], told: Told):
    elsewhere = next(iter(played(entries, "groningen").cases))
    found = played(entries, unread=[broken(elsewhere, entries)])
    assert found.cases == told.cases
    assert found.chosen.unread == 1


def test_what_an_operator_gave_up_stops_nobody(entries: list[Entry], told: Told):
    case = next(iter(told.cases))
    record = broken(case, entries)
    event = EventVoided(event=new_event_id(), reason="cannot_be_read")
    envelope = Envelope(new_event_id(), OPERATOR, event.TYPE, told.until, case, position=place_of(record))
    word = Raw("schakel.ledger", 0, 8, 0, case.encode(), codec.encode(event), tuple(envelope.headers()))
    unread: list[Raw] = []
    given_up = list(understood([record, word], unread))
    assert [entry.event for entry in given_up] == [event]
    assert unread == []
    found = played([*entries, *given_up], unread=unread)
    assert (set(found.cases), found.chosen.unread) == (set(told.cases), 0)
    assert difference(found, another()).changed == ()
