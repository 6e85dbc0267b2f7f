"""What a chain owes its own promises: found at the watermark, once, told to whom the file names; and what is not held against anybody."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from backbone.chains.rhythms import announced, next_moment
from schakel.case_state import Effect
from schakel.chain import apply, conclude
from services.followup.rhythms import decide, written_late
from tests.support.meetings import ADV, OM, POLICE, Stream, due, keeping, missed
from tests.support.telling import moment

RDO = "samenwerkingsafspraken@2017.1"


@pytest.fixture
def stream(tmp_path: Path) -> Stream:
    return Stream.of(keeping(tmp_path, RDO)[0])


def test_nothing_is_said_before_a_watermark(stream: Stream) -> None:
    assert list(decide(stream.chain, stream.state, None)) == []


def test_a_term_is_not_over_before_its_last_day_is(stream: Stream) -> None:
    assert missed(stream.passes("2026-12-31 23:59")) == []
    assert {event.rhythm for event in missed(stream.passes("2027-01-01 00:00"))} == {
        "rdo-vier-keer",
        "ldo-twee-keer",
        "lodo-twee-keer",
        "eenheidsrapport-jaarlijks",
    }


def test_it_is_said_once_and_to_whom_the_file_names(stream: Stream) -> None:
    said = next(event for event in missed(stream.passes("2027-01-01 00:00")) if event.rhythm == "rdo-vier-keer")
    assert (said.wanted, said.held) == (4, 0)
    assert said.tell == (ADV, OM, POLICE)
    assert missed(stream.passes("2027-06-01 00:00")) == []
    again = conclude(stream.state, said)
    assert apply(stream.state, again) is Effect.DUPLICATE


def test_what_lies_before_the_chain_kept_the_scheme_is_not_counted(tmp_path: Path) -> None:
    stream = Stream.of(keeping(tmp_path, RDO, since="2026-03-01")[0])
    assert missed(stream.passes("2027-01-01 00:00")) == []  # the year began before
    assert len(missed(stream.passes("2028-01-01 00:00"))) == 4


def test_minutes_that_come_after_the_word_are_late_paperwork(stream: Stream) -> None:
    said = next(event for event in missed(stream.passes("2027-01-01 00:00")) if event.rhythm == "rdo-vier-keer")
    stream.minutes("rdo-casusoverleg", "2026-11-02", logged="2027-01-05 10:00")
    assert [minutes.held_on for minutes in written_late(stream.state, said, "rdo-casusoverleg")] == [date(2026, 11, 2)]
    assert missed(stream.passes("2027-02-01 00:00")) == []


def test_a_conclusion_of_somebody_else_has_no_effect(stream: Stream) -> None:
    said = conclude(stream.state, missed(list(decide(stream.chain, stream.state, moment("2027-01-01 00:00"))))[0])
    foreign = replace(said, envelope=replace(said.envelope, source="urn:schakel:cases"))
    assert apply(stream.state, foreign) is Effect.NOT_UNDERSTOOD
    assert stream.state.missed == {}


def test_what_is_measured_accuses_nobody(tmp_path: Path) -> None:
    stream = Stream.of(keeping(tmp_path, "amsterdam-overleggen@2025.1")[0])
    assert stream.passes("2027-01-01 00:00") == []


def test_the_next_moment_is_the_next_at_which_something_is_said(tmp_path: Path) -> None:
    """Walking from moment to moment says everything that one look at the end says."""
    chains, _ = keeping(tmp_path, RDO, "ecad-p-zaaksoverzicht@2025.1", "utrecht-werkoverleg@2017.1")
    walking, at_once = Stream.of(chains), Stream.of(chains)
    at, said = moment("2025-12-31 00:00"), []
    while (at := next_moment(walking.chain, at)) and at <= moment("2027-01-01 00:00"):  # type: ignore[assignment]
        found = walking.passes(at)
        assert found
        said += found
    whole = at_once.passes("2027-01-01 00:00")
    assert {(event.TYPE, event.rhythm, getattr(event, "nth", 0)) for event in said} == {
        (event.TYPE, event.rhythm, getattr(event, "nth", 0)) for event in whole
    }
    assert len(due(whole)) == 26


def test_a_chain_without_schemes_waits_for_nothing(tmp_path: Path) -> None:
    chains, _ = keeping(tmp_path)
    stream = Stream.of(chains)
    assert next_moment(stream.chain, moment("2026-01-01 00:00")) is None
    assert list(announced(stream.chain, moment("2030-01-01 00:00"))) == []
