"""HRK and TRT: what counts in hours and what in working days [0]. Each test is named after its line of the scenarios."""

from pathlib import Path

import pytest

from tests.scenarios.stories import given
from tests.support.casebook import Story
from tests.support.conclusions import any_breach, breached, clock_corrected, clock_started, clock_stopped
from tests.support.telling import (
    CITY,
    GRONINGEN,
    contact_attempted,
    contact_made,
    corrected,
    passed,
    report,
    report_in_groningen,
)
from tests.support.variants import written

CONTACT = "contact-met-melder"


def saturday() -> Story:
    return given(report_in_groningen(at="2026-03-28 12:00"))


def test_hrk_1_48_hours_run_through_the_weekend_and_the_change_of_the_clock():
    """Reported Saturday 28 March 12:00: contact with the reporter is due Monday 13:00. NOT 12:00."""
    saturday().then_among(clock_started(CONTACT, due_at="2026-03-30 13:00", limit="48h"))


def test_hrk_1_a_contact_of_monday_11_written_down_on_tuesday_is_late_paperwork():
    """The breach is put right: work was in time, paper was not."""
    story = saturday().when(passed("2026-03-30 13:00")).then(breached(CONTACT, due_at="2026-03-30 13:00"))
    story.when(contact_made(GRONINGEN, "2026-03-30 11:00", logged="2026-03-31 09:00")).then(
        clock_corrected(CONTACT, reason="registered_late", stopped_at="2026-03-30 11:00")
    )
    assert not any(clock.breached for clock in story.case.clocks.values())


@pytest.mark.parametrize(
    "contact",
    [contact_made(GRONINGEN, "2026-03-29 11:00", whom="neighbour"), contact_attempted(GRONINGEN, "2026-03-29 11:00")],
    ids=["with somebody else", "an attempt"],
)
def test_hrk_1_only_contact_made_with_the_reporter_stops_it(contact):
    """NOT contact with somebody else, NOT an attempt where the file says "made"."""
    saturday().when(contact, passed("2026-03-30 13:00")).never(clock_stopped(CONTACT)).then_among(breached(CONTACT))


def test_hrk_4_a_silent_case_stays_open():
    """No event for ninety days, the attention gone: the case is open as before. NOT closed, NOT lowered, NOT reopened by itself."""
    story = given(
        report_in_groningen(at="2026-03-28 12:00", high_profile=True), contact_made(GRONINGEN, "2026-03-28 15:00")
    )
    place = {"municipality": "groningen", "district": "centrum"}
    story.when(corrected(GRONINGEN, high_profile=False, place=place))
    before = story.case
    story.when(passed("2026-06-28 12:00")).expect_nothing()
    assert story.case.closed is None
    assert (story.case.levels, story.case.threads) == (before.levels, before.threads)


TREITER = """\
clocks:
  - id: bericht
    starts: report.received
    stops: {{on: attempted, with: [reporter], by: any}}
    limit: "48h"
    promise: promised
    responsible: district_director
    {source}
  - id: contact
    starts: report.received
    stops: {{on: made, with: [reporter], by: any}}
    limit: "2 werkdagen"
    promise: promised
    responsible: district_director
    {source}
"""


def test_trt_1_notice_counts_hours_and_contact_counts_working_days_over_easter(tmp_path: Path):
    """Reported Thursday 2 April 10:00: notice by Saturday 10:00, contact by the end of Wednesday 8 April.

    A notice on Friday stops the notice's clock only. NOT due on Good Friday, in the weekend or on Easter Monday. (The scheme's own
    file comes later; its two terms run here in a file of the test's own.)
    """
    chains, protocols = written(tmp_path, {"treiter": TREITER}, "  - {use: treiter@1.0, districts: all}\n")
    story = given(report(by=CITY, at="2026-04-02 10:00", channel="telephone"), chains=chains, protocols=protocols)
    story.then_among(
        clock_started("bericht", due_at="2026-04-04 10:00"), clock_started("contact", due_at="2026-04-09 00:00")
    )
    story.when(contact_attempted(CITY, "2026-04-03 15:00")).then(
        clock_stopped("bericht", stopped_at="2026-04-03 15:00")
    )
    story.when(passed("2026-04-08 23:59")).expect_nothing().never(any_breach())
    story.when(passed("2026-04-09 00:00")).then(breached("contact"))
