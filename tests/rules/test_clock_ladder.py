"""The ladder above a breach, and a case that somebody takes higher up (docs/adr/0025)."""

from pathlib import Path

from schakel.messages import Attention, Reminder
from tests.rules.test_clock_sequences import one_clock, under
from tests.support.casebook import given
from tests.support.conclusions import breached, escalated, reminded
from tests.support.telling import CITY, POLICE, close_requested, contact_made, level_set, moment, passed, report, terms
from tests.support.telling_clocks import escalation_requested

LADDER = """\
ladder:
  - {{id: eerst, of: [contact], after: "24h", to: coordinator, source: "keuze: proef"}}
  - {{id: dan, of: [contact], after: "48h", to: top_team, escalates: true, source: "keuze: proef"}}
"""
CONTACT_CLOCK = one_clock(
    "contact", "report.received", "{{on: made, with: [victim]}}", "48h", responsible="district_director"
)


def test_the_ladder_climbs_and_each_rung_is_told_once(tmp_path: Path):
    """Nobody holds the top team's role here: the coordinator hears of it."""
    story = under(tmp_path, CONTACT_CLOCK, report(at="2026-03-02 12:00"), after=LADDER)
    story.when(passed("2026-03-04 12:00")).then(breached("contact", climb_at=climbs())).then_quiet()
    story.when(passed("2026-03-05 12:00")).then(reminded("contact", to=CITY, nth=1)).then_quiet()
    assert [message.breached for message in story.sent(Reminder, CITY)] == [True]
    story.when(passed("2026-03-06 12:00")).then(escalated("top_team", owner=CITY)).then_quiet()
    assert [message.reason for message in story.sent(Attention, CITY)] == ["case_escalated"]
    story.when(passed("2026-12-06 12:00")).expect_nothing()


def climbs() -> tuple[str, str]:
    return (str(moment("2026-03-05 12:00")), str(moment("2026-03-06 12:00")))


def test_what_stops_the_clock_ends_the_climb(tmp_path: Path):
    story = under(tmp_path, CONTACT_CLOCK, report(at="2026-03-02 12:00"), after=LADDER)
    story.when(passed("2026-03-05 12:00"), contact_made(CITY, "2026-03-05 13:00"))
    story.when(passed("2026-03-20 12:00")).never(escalated("top_team"))


def test_a_closed_case_climbs_no_further(tmp_path: Path):
    story = under(tmp_path, CONTACT_CLOCK, report(at="2026-03-02 12:00"), after=LADDER)
    story.when(passed("2026-03-04 12:00"), close_requested(CITY), passed("2026-03-20 12:00")).never(
        escalated("top_team")
    )


def test_whoever_may_ask_takes_the_case_up_once_to_a_role():
    story = given(report(consents=(terms(CITY),))).when(escalation_requested(CITY))
    story.then(escalated("top_team")).then_quiet()
    story.when(escalation_requested(CITY)).expect_nothing().then_quiet()
    story.when(level_set(POLICE, "heavy")).never(escalated("mayor"))
    assert [one.to for one in story.case.escalated] == ["top_team"]
