"""Each figure of the demo's month once more, by other code: straight over the entries of the ledger, without the fold.

What is counted, and in which words, is read here from the events themselves; then what was issued has to be the same.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from backbone.demo.play import Player
from backbone.overviews.incident import contact_clocks, incidents
from backbone.overviews.issues import Issue, press
from backbone.overviews.periods import Period
from backbone.overviews.tables import K
from schakel.entry import Entry
from schakel.events.clock import ClockBreached, ClockCorrected
from schakel.events.report import LabelRefused, ReportCorrected, ReportLinked, ReportReceived
from tests.demo.rehearsal import Rehearsal

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AFTER = datetime(2026, 4, 20, 12, tzinfo=UTC)
DISTRICTS = {"centrum", "nieuw-west", "noord", "oost", "west", "zuid", "zuidoost", "weesp"}
SAYS_THE_LABEL = {"sexual_orientation", "gender_identity"}


@pytest.fixture(scope="module")
def issues(month: tuple[Player, Rehearsal]) -> Mapping[str, Issue]:
    """March and the quarter of Amsterdam, as the button gives them."""
    stage = month[1]
    chain = stage.chains.get("amsterdam")
    assert chain is not None
    told = list(incidents(chain, stage.cases.values(), contact_clocks(stage.protocols)))
    made = press(chain, Period.parse("2026-Q1"), told, {}, AFTER)
    return {issue.period: issue for issue in made}


class Told:
    """One report and what the ledger says about it later."""

    def __init__(self, entry: Entry) -> None:
        assert isinstance(entry.event, ReportReceived)
        self.at = entry.event.reported_at
        self.facts = entry.event.facts.model_dump(mode="json")
        self.refused = False
        self.same: set[str] = set()

    def hears(self, entry: Entry) -> None:
        match entry.event:
            case ReportCorrected() as event:
                said = event.facts.model_dump(mode="json")
                self.facts |= {name: said[name] for name in event.replaces if name in said}
            case LabelRefused():
                self.refused = True
            case ReportLinked(kind="same_incident") as event:
                self.same.add(event.other_case)


def told(ledger: list[Entry]) -> list[Told]:
    """The reports of Amsterdam in March, without drills and what is less than a report; one an incident."""
    found: dict[str, Told] = {}
    for entry in ledger:
        case = entry.envelope.case or ""
        if isinstance(entry.event, ReportReceived) and case not in found and not entry.envelope.drill:
            found[case] = Told(entry)
        elif case in found:
            found[case].hears(entry)
    mine = {case: one for case, one in found.items() if one.facts["place"]["municipality"] == "amsterdam"}
    first = [
        one
        for case, one in mine.items()
        if not any((mine[other].at, other) < (one.at, case) for other in one.same if other in mine)
    ]
    in_march = [one for one in first if one.at.astimezone(AMSTERDAM).strftime("%Y-%m") == "2026-03"]
    return [one for one in in_march if one.facts["record_kind"] == "report"]


def row_of(one: Told) -> str:
    district = one.facts["place"]["district"]
    return district if district in DISTRICTS else "unknown"


def counted(reports: list[Told], table: str) -> dict[str, Counter[str]]:
    made: dict[str, Counter[str]] = {}
    for one in reports:
        match table:
            case "incidents":
                words = ["all"]
            case "nature":
                words = [word for word in one.facts["natures"] if word != "unknown"]
            case "place_type":
                words = [one.facts["place"]["place_type"]]
            case "channel":
                words = [one.facts["channel"]]
            case "day_part":
                words = [one.facts["occurrence"]["day_part"]]
            case "ground":
                grounds = [motive["ground"] for motive in one.facts["grounds"]]
                words = [word for word in grounds if not (one.refused and word in SAYS_THE_LABEL) and word != "unknown"]
        made.setdefault(row_of(one), Counter()).update(set(words) or {"unknown"})
    return made


@pytest.mark.parametrize("table", ["incidents", "nature", "place_type", "channel", "day_part", "ground"])
def test_every_figure_is_that_of_the_ledger(
    issues: Mapping[str, Issue], month: tuple[Player, Rehearsal], table: str
) -> None:
    issue = issues["2026-03" if table in ("incidents", "nature", "place_type", "channel") else "2026-Q1"]
    mine = counted(told(month[1].ledger), table)
    exact = {row: Counter(words) for row, words in issue.counts[table].items() if words}
    assert {row: words for row, words in exact.items() if words.total()} == mine
    whole = sum(mine.values(), Counter())
    looked_at = 0
    for row, words in issue.shown[table].items():
        rows = {"all": list(mine), "rest": [one for one in mine if one not in issue.apart]}.get(row, [row])
        for word, count in words.items():
            if count is not None:
                assert count == sum(mine[one][word] for one in rows if one in mine)
                assert count >= K
                looked_at += 1
    assert looked_at
    assert whole.total() > 50


def test_a_drill_runs_the_chain_and_stands_in_no_figure(
    issues: Mapping[str, Issue], month: tuple[Player, Rehearsal]
) -> None:
    stage = month[1]
    drills = {case.id for case in stage.cases.values() if case.drill}
    assert drills, "the month has one"
    assert any(case.referrals or case.clocks or case.contacts for case in stage.cases.values() if case.drill)
    counted_ids = {case for ids in issues["2026-03"].counted.values() for case in ids}
    assert counted_ids
    assert not drills & counted_ids


def test_in_time_is_what_no_clock_says_otherwise(issues: Mapping[str, Issue], month: tuple[Player, Rehearsal]) -> None:
    """Amsterdam's text promises no term: nobody is late, and nobody is called in time either."""
    late = {
        entry.envelope.case for entry in month[1].ledger if isinstance(entry.event, ClockBreached | ClockCorrected)
    } & {case for ids in issues["2026-03"].counted.values() for case in ids}
    words = Counter[str]()
    for row in issues["2026-Q1"].counts["contact"].values():
        words.update(row)
    assert late == set()
    assert set(words) <= {"no_limit", "unknown"}
    assert words["no_limit"] > 50
