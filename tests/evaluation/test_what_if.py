"""A period played under another version of a protocol: what differs is the protocol's, case by case and in sum."""

from datetime import timedelta

import pytest

from backbone.evaluation.period import Period
from backbone.protocols import Protocol
from schakel.calendar import Limit
from schakel.entry import Entry
from schakel.events.vocab import ClockKind
from services.rehearsal.history import read_file
from services.rehearsal.whatif import Difference, Told, told_in, what_if
from tests.evaluation.logs import RECORDED
from tests.support.casebook import repository

ALL = Period.parse("all")


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return read_file(RECORDED)


@pytest.fixture(scope="module")
def told(entries: list[Entry]) -> Told:
    chain = repository()[0].get("amsterdam")
    assert chain is not None
    return told_in(entries, chain, ALL)


def now() -> Protocol:
    return repository()[1].get("amsterdam-handelingskader", "2023.1")


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


def test_only_the_chains_own_cases_of_the_period_are_played(entries: list[Entry], told: Told):
    groningen = repository()[0].get("groningen")
    assert groningen is not None
    assert not set(told_in(entries, groningen, ALL).cases) & set(told.cases)
    chain = repository()[0].get("amsterdam")
    assert chain is not None
    assert told_in(entries, chain, Period.parse("1999")).cases == {}
    assert told.until is not None
    assert told.until - max(own[-1].envelope.logged_at for _, own in told.cases.values()) >= timedelta(0)
