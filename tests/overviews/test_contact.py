"""In which word an incident counts for contact in time: a clock that stands still for good is not one that runs."""

from datetime import UTC, datetime

import pytest

from backbone.overviews.incident import ENDED, UNKNOWN, _contact
from backbone.overviews.tables import TABLES
from schakel.case_state import Clock, ClockState, State

TIMED = frozenset({("vier-stappen@1", "contact")})
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def clock(state: ClockState, still: str | None = None, name: str = "contact", *, about: str | None = None) -> Clock:
    return Clock(
        id=f"{state}-{still}-{name}", name=name, protocol="vier-stappen@1", kind="promised", started_at=AT, due_at=AT,
        state=state, still=still, breached=state is ClockState.BREACHED, about=about,
    )  # fmt: skip


def word(*clocks: Clock, closed: str | None = None) -> str:
    case = State(id="c0ffee00-0000-4000-8000-000000000001", closed=closed)
    case.clocks = {one.id: one for one in clocks}
    return _contact([case], TIMED)


@pytest.mark.parametrize("why", sorted(ENDED))
def test_closed_without_contact_before_the_limit_is_neither_running_nor_in_time(why: str) -> None:
    assert word(clock(ClockState.SUSPENDED, why), closed="e1") == "ended"
    assert word(clock(ClockState.SUSPENDED, why)) == "ended"
    assert word(clock(ClockState.SUSPENDED, why), clock(ClockState.STOPPED)) == "ended"
    assert word(clock(ClockState.SUSPENDED, why), clock(ClockState.RUNNING)) == "running"
    assert word(clock(ClockState.SUSPENDED, why), clock(ClockState.BREACHED)) == "late"


def test_who_waits_for_her_still_runs_while_the_case_is_open() -> None:
    waits = clock(ClockState.SUSPENDED, "waits_for_person")
    assert word(waits) == "running"
    assert word(waits, closed="e1") == "ended"
    after = clock(ClockState.SUSPENDED, "waits_for_person", about="e1")
    assert word(after, closed="e1") == "running", "what is promised after the closing is timed from it"


def test_every_word_is_one_of_the_table_and_stands_in_its_definition() -> None:
    found = {
        word(clock(ClockState.STOPPED)),
        word(clock(ClockState.BREACHED)),
        word(clock(ClockState.RUNNING)),
        word(clock(ClockState.SUSPENDED, "case_closed")),
        word(clock(ClockState.RUNNING, name="other")),
    }
    contact = TABLES["contact"]
    assert found == set(contact.words)
    assert UNKNOWN not in found
    assert "Vervallen:" in contact.definition[0]
    assert "Ended:" in contact.definition[1]


def test_the_reasons_are_those_of_follow_up() -> None:
    """`services.followup.clocks.still` says why; a reason that it adds has to be looked at here."""
    from inspect import getsource
    from re import findall

    from services.followup.clocks import still

    said = set(findall(r'"([a-z_]+)"', getsource(still)))
    assert said == ENDED
