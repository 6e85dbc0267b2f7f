"""What links do to a case: kept in both directions, taken back by their author alone, and followed without going round for ever."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from schakel.case import apply
from schakel.case_links import elsewhere, same_person, whole_person
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.data import StatementRetracted
from schakel.events.report import ReportFacts, ReportLinked, ReportReceived
from schakel.ids import new_case_id, new_event_id, partner_source

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Case:
    """A case with a report, told by `door`."""

    id: str = field(default_factory=new_case_id)

    def __post_init__(self) -> None:
        self.state = State(id=self.id)
        self.records = 0
        self.tell("door", ReportReceived(reported_at=START, facts=ReportFacts(identity="by_name")))

    def tell(self, by: str, event: Told, event_id: str | None = None, because: str | None = None) -> tuple[Effect, str]:
        self.records += 1
        at = START + timedelta(minutes=self.records)
        event_id = event_id or new_event_id()
        envelope = Envelope(
            event_id, partner_source("0" * 20), event.TYPE, at, self.id, because, logtime=at, partner=by
        )
        return apply(self.state, Entry(envelope, event)), event_id


def link(other: str, kind: str = "same_person") -> ReportLinked:
    return ReportLinked(other_case=other, kind=kind)


def both(here: Case, there: Case, by: str, event: Told) -> str:
    """As intake does it: told here, and in the other case what the case says of it."""
    found = elsewhere(here.state, event, event_id := new_event_id())
    here.tell(by, event, event_id)
    assert found
    other_case, event_there, id_there = found
    assert other_case == there.id
    there.tell(by, event_there, id_there, because=event_id)
    return event_id


def test_a_link_is_kept_in_both_cases_and_each_knows_the_other_s_id() -> None:
    a, b = Case(), Case()
    both(a, b, "door", link(b.id))
    ((here,), (there,)) = a.state.links.values(), b.state.links.values()
    assert (here.other_case, there.other_case) == (b.id, a.id)
    assert (here.twin, there.twin) == (there.id, here.id)
    assert (here.told_here, there.told_here) == (True, False)
    assert here.by == there.by == "door"


def test_a_second_word_of_the_same_partner_adds_nothing_and_of_another_it_does() -> None:
    a, b = Case(), Case()
    both(a, b, "door", link(b.id))
    assert a.tell("door", link(b.id))[0] is Effect.RECORDED
    assert b.tell("door", link(a.id))[0] is Effect.RECORDED
    assert a.tell("door", link(b.id, "series"))[0] is Effect.EFFECTIVE
    assert a.tell("help", link(b.id))[0] is Effect.EFFECTIVE
    assert [one.other_case for one in same_person(a.state)] == [b.id]


def test_a_case_is_not_linked_to_itself_nor_before_it_is_there() -> None:
    a = Case()
    assert a.tell("door", link(a.id))[0] is Effect.NOT_UNDERSTOOD
    at = Envelope(new_event_id(), partner_source("0" * 20), ReportLinked.TYPE, START, a.id, partner="door")
    assert apply(State(id=a.id), Entry(at, link(new_case_id()))) is Effect.NOT_UNDERSTOOD


def test_taking_it_back_takes_it_back_in_both_whichever_side_it_is_said_on() -> None:
    for told_in_the_first in (True, False):
        a, b = Case(), Case()
        both(a, b, "door", link(b.id))
        here, there = (a, b) if told_in_the_first else (b, a)
        (standing,) = here.state.links
        both(here, there, "door", StatementRetracted(event=standing, reason="mistake"))
        assert (a.state.links, b.state.links) == ({}, {})


def test_only_its_author_takes_it_back_and_another_s_word_goes_on_standing() -> None:
    a, b = Case(), Case()
    first = both(a, b, "door", link(b.id))
    second = both(a, b, "help", link(b.id))
    assert a.tell("help", StatementRetracted(event=first, reason="mistake"))[0] is Effect.NOT_UNDERSTOOD
    both(a, b, "help", StatementRetracted(event=second, reason="mistake"))
    assert [one.by for one in same_person(a.state)] == [one.by for one in same_person(b.state)] == ["door"]


def test_what_concerns_one_case_alone_is_told_in_no_other() -> None:
    a = Case()
    assert elsewhere(a.state, StatementRetracted(event=new_event_id(), reason="mistake"), new_event_id()) is None


def test_the_same_link_has_the_same_id_there_however_often_it_is_asked() -> None:
    a, b = Case(), Case()
    assert elsewhere(a.state, link(b.id), "x-1") == elsewhere(a.state, link(b.id), "x-1")
    assert elsewhere(a.state, link(b.id), "x-1") != elsewhere(a.state, link(b.id), "x-2")


def test_a_person_is_followed_from_case_to_case_once_and_never_by_another_kind_of_link() -> None:
    a, b, c, d = Case(), Case(), Case(), Case()
    both(a, b, "door", link(b.id))
    both(b, c, "door", link(c.id))
    both(c, a, "door", link(a.id))
    both(a, d, "door", link(d.id, "series"))
    cases = {one.id: one.state for one in (a, b, c, d)}
    asked: list[str] = []

    def find(case_id: str) -> State | None:
        asked.append(case_id)
        return cases.get(case_id)

    assert {one.id for one in whole_person(a.id, find)} == {a.id, b.id, c.id}
    assert len(asked) == 3
    del cases[b.id]
    assert {one.id for one in whole_person(a.id, find)} == {a.id, c.id}


def test_a_case_with_links_goes_into_a_snapshot_and_comes_back() -> None:
    a, b = Case(), Case()
    both(a, b, "door", link(b.id))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(a.state), type=State) == a.state
