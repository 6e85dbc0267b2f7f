"""The weekly BTO registers what the police had not reported (domain-detail A05)."""

from pathlib import Path

from tests.support.meetings import (
    Stream,
    agenda_of,
    case,
    case_id,
    keeping,
)
from tests.support.telling import (
    moment,
    report,
)


def test_a05_small_incidents_of_the_week_are_registered_in_one_meeting(tmp_path: Path):
    """Three that the police had not reported, named in the BTO: three cases with their own day, and clocks from the meeting on.

    NOT one case for all, NOT a clock from the day it happened, NOT gone because minutes named them.
    """
    files = keeping(tmp_path, "amsterdam-overleggen")
    held, days = "2026-03-09 10:00", ("2026-03-03", "2026-03-04", "2026-03-06")
    cases = [
        case(files, number, report(at=held, channel="team_meeting", occurrence={"first_day": day}, logged=held))
        for number, day in enumerate(days, start=1)
    ]
    assert [str(one.facts["occurrence"]["first_day"]) for one in cases] == list(days)
    begun = {clock.started_at for one in cases for clock in one.clocks.values()}
    assert begun == {moment(held)}
    named = [case_id(number) for number in (1, 2, 3)]
    state = Stream.of(files[0]).minutes("basisteamoverleg", "2026-03-09", cases=tuple(named)).state
    on_it = agenda_of(files, "basisteamoverleg", "2026-03-16 09:00", *cases, meetings=state)
    assert [one for line in on_it.lines for one in line.cases] == named
