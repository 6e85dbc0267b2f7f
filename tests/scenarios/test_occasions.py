"""The calendar of events of a chain: who is reminded before one, what is wrong with a file, what an overview says beside its figures."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given as with_given
from hypothesis import settings
from hypothesis import strategies as st

from backbone.chains import Chain, Chains
from backbone.chains.occasions import Days, Occasion
from backbone.chains.rhythms import begins, next_moment
from backbone.overviews import occasions
from backbone.overviews.incident import Incident
from backbone.overviews.issues import Issue, press
from backbone.overviews.page import as_html
from backbone.overviews.paper import Paper, paper
from backbone.overviews.periods import Period
from backbone.overviews.sheets import as_csv
from backbone.overviews.shown import ALL
from backbone.protocols import DefinitionError
from schakel.events.chain import RhythmDue
from schakel.messages import ChainAttention
from tests.overviews.made import amsterdam, incidents
from tests.support.meetings import CITY, POLICE, Stream, due, keeping
from tests.support.minicluster import MiniCluster
from tests.support.telling import moment

PRIDE = """\
occasions:
  - occasion: pride
    title: Pride
    days:
      - {first: 2025-07-26, last: 2025-08-03}
      - {first: 2026-07-25, last: 2026-08-08}
    districts: [oost]
    remind: {before: 6 weken, tell: [police, municipality], since: 2026-01-01}
    source: "keuze: een voorbeeld"
"""
MORNING = "2026-06-13 00:00"
"""Six weeks before 25 July 2026, in Amsterdam."""


def stream(folder: Path, more: str = PRIDE) -> Stream:
    return Stream.of(keeping(folder, more=more)[0])


# --- the reminder


def test_the_roles_hear_of_it_once_so_long_before(tmp_path: Path) -> None:
    told = stream(tmp_path)
    assert told.passes("2026-06-12 23:59") == []
    (said,) = due(told.passes(MORNING))
    assert (str(said.scheme.name), said.scheme.version, said.rhythm, said.nth) == ("proef", "events", "pride-2026", 1)
    assert (said.due_at, said.deliver_on, said.tell) == (moment(MORNING), date(2026, 7, 25), (CITY, POLICE))
    assert told.passes("2026-07-30 12:00") == []


def test_after_an_outage_it_comes_late_but_not_when_the_event_is_over(tmp_path: Path) -> None:
    """The last of its days still counts; the morning after, nobody needs it any more. Of last year's, due before `since`, nobody hears."""
    assert len(due(stream(tmp_path).passes("2026-08-08 23:59"))) == 1
    assert stream(tmp_path).passes("2026-08-09 00:00") == []


def test_what_was_due_before_the_chain_began_to_remind_is_not_said_any_more(tmp_path: Path) -> None:
    """The day itself counts: a calendar that is new in June does not catch up on what was due in May."""
    for since, many in (("2026-06-13", 1), ("2026-06-14", 0)):
        told = stream(tmp_path, PRIDE.replace("since: 2026-01-01", f"since: {since}"))
        assert len(told.passes("2026-06-20 12:00")) == many


def test_days_that_are_put_right_after_it_remind_nobody_again(tmp_path: Path) -> None:
    told = stream(tmp_path)
    told.passes(MORNING)
    told.chain = stream(tmp_path, PRIDE.replace("2026-07-25", "2026-07-24")).chain
    assert told.passes("2026-06-20 12:00") == []


@pytest.fixture(scope="module")
def proef(tmp_path_factory: pytest.TempPathFactory) -> Chains:
    return keeping(tmp_path_factory.mktemp("proef"), more=PRIDE)[0]


@settings(max_examples=40, deadline=None)
@with_given(hours=st.lists(st.integers(0, 24 * 300), min_size=1, max_size=12).map(sorted))
def test_whenever_watermarks_pass_there_is_one_and_never_before_its_time(proef: Chains, hours: list[int]) -> None:
    """Level-triggered: which watermarks there were changes only when it is said. `passes` looks that nothing follows behind it."""
    told = Stream.of(proef)
    marks = [moment("2026-01-01 00:00") + timedelta(hours=hour) for hour in hours]
    said = [at for at in marks for _ in due(told.passes(at))]
    in_time = [at for at in marks if moment(MORNING) <= at < moment("2026-08-09 00:00")]
    assert said == in_time[:1]


def test_intake_waits_for_it_though_the_chain_keeps_no_scheme(tmp_path: Path) -> None:
    chain = stream(tmp_path).chain
    assert begins(chain) == moment("2026-01-01 00:00")
    assert next_moment(chain, moment("2026-01-01 00:00")) == moment(MORNING)
    assert next_moment(chain, moment(MORNING)) is None
    quiet = stream(tmp_path, "").chain
    assert begins(quiet) is None


def test_through_the_services_it_is_one_line_of_the_ledger_and_one_message_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Intake logs the watermark, follow-up concludes, the partners in the two roles are told; also after a rebuild there is no other."""
    files = keeping(tmp_path, more=PRIDE)
    monkeypatch.setattr("tests.support.minicluster.load_definitions", lambda *_: files)
    cluster = MiniCluster(tmp_path)
    for at in (
        datetime(2026, 6, 12, 21, tzinfo=UTC),
        datetime(2026, 6, 13, tzinfo=UTC),
        datetime(2026, 7, 1, tzinfo=UTC),
    ):
        cluster.advance(at - cluster.time.now())
        cluster.advance(timedelta(seconds=1))
    said = [entry.event for entry in cluster.ledger() if isinstance(entry.event, RhythmDue)]
    assert [event.rhythm for event in said] == ["pride-2026"]
    cluster.rebuild("followup")
    cluster.advance(timedelta(days=3))
    assert [entry.event for entry in cluster.ledger() if isinstance(entry.event, RhythmDue)] == said
    for partner in (CITY, POLICE):
        heard = [one for one in cluster.out(partner) if isinstance(one, ChainAttention)]
        assert [(one.reason, one.rhythm, one.last_day) for one in heard] == [
            ("rhythm_due", "pride-2026", date(2026, 7, 25))
        ]


# --- the file


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("districts: [oost]", "districts: [oast]", 7, "did you mean `oost`"),
        ("2026-07-25", "2025-08-03", 6, "days that do not overlap"),
        ("last: 2025-08-03", "last: 2025-07-03", 5, "lies before first"),
        ("tell: [police, municipality]", "tell: [police, housing]", 8, "`housing`"),
        ("before: 6 weken", "before: 6 werkdagen", 8, "counts no whole days"),
        ("    title: Pride\n", "", 2, "title"),
    ],
)
def test_what_is_wrong_has_its_line_and_a_remedy(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in PRIDE
    with pytest.raises(DefinitionError) as found:
        keeping(tmp_path, more=PRIDE.replace(old, new))
    (problem,) = found.value.problems
    above = (tmp_path / "chains" / "proef.yaml").read_text(encoding="utf-8").split("occasions:")[0].count("\n")
    assert says in str(problem)
    assert (problem.path.name, problem.line - above) == ("proef.yaml", line), str(problem)


def test_one_event_stands_there_once(tmp_path: Path) -> None:
    again = PRIDE + PRIDE.removeprefix("occasions:\n")
    with pytest.raises(DefinitionError, match="two parts"):
        keeping(tmp_path, more=again)


def test_a_second_one_in_a_year_has_a_name_of_its_own_and_its_own_year_before() -> None:
    days = [date(2025, 3, 1), date(2025, 9, 1), date(2026, 9, 2), date(2026, 3, 2)]
    fair = Occasion(occasion="fair", title="Kermis", days=tuple(Days(first=day) for day in days), source="keuze: x")
    names = {one.name: one.a_year_before() for one in fair.times()}
    assert list(names) == ["fair-2025", "fair-2025-2", "fair-2026", "fair-2026-2"]
    assert [one.name if one else None for one in names.values()] == [None, None, "fair-2025", "fair-2025-2"]


# --- beside the figures


LATER = datetime(2026, 10, 3, 12, tzinfo=UTC)


@cache
def kept() -> Mapping[str, Issue]:
    told = [*incidents(5, 700, date(2025, 1, 1), 273), *renamed(incidents(6, 800, date(2026, 1, 1), 273))]
    have: dict[str, Issue] = {}
    for name in ("2025-Q3", "2026-Q3"):
        have |= {one.period: one for one in press(amsterdam(), Period.parse(name), told, have, LATER)}
    return have


def renamed(found: list[Incident]) -> list[Incident]:
    """Other incidents than those of the year before."""
    new = [(one, one.id.replace("c0ffee00", "c0ffee26")) for one in found]
    return [msgspec.structs.replace(one, id=name, cases=(name,)) for one, name in new]


def made(period: str, district: str | None = None, have: Mapping[str, Issue] | None = None) -> Paper:
    return paper(amsterdam(), kept()[period], "nl", district, kept() if have is None else have)


def shown(period: str, row: str = ALL) -> str:
    count = kept()[period].shown["incidents"].get(row, {}).get("all")
    return "–" if count is None else str(count)


def test_each_month_stands_beside_the_same_event_a_year_before_as_issued() -> None:
    said = [line for line in made("2026-Q3").occasions if line.startswith("Pride")]
    assert said[0].endswith("25 juli 2026 tot en met 8 augustus 2026, Centrum, Zuid.")
    for line, now, before in zip(said[1:], ("2026-07", "2026-08"), ("2025-07", "2025-08"), strict=True):
        for row, name in ((ALL, "Hele keten"), ("centrum", "Centrum"), ("zuid", "Zuid")):
            assert f"{name} {shown(now, row)} naast {shown(before, row)}" in line
    assert list(made("2026-08").occasions) == [said[0], said[2]], "of a month, that month alone"
    assert made("2026-09").occasions == ()
    assert made("2026-08", "oost").occasions == (), "nothing of it is there"


def test_what_is_not_issued_or_not_in_the_calendar_is_said() -> None:
    alone = {"2026-07": kept()["2026-07"]}
    assert "naast niet uitgegeven" in made("2026-07", have=alone).occasions[1]
    (_, nothing) = made("2025-07").occasions
    assert "niet in 2024" in nothing


@pytest.mark.parametrize("period", ["2026-07", "2026-Q3"])
def test_no_number_is_said_that_its_month_hides_and_no_figure_changes(period: str) -> None:
    """With every number of the months hidden, none is left; with a calendar or without, the tables are the same."""
    hidden = {
        name: msgspec.structs.replace(
            one,
            shown={
                table: {row: dict.fromkeys(words) for row, words in rows.items()} for table, rows in one.shown.items()
            },
        )
        for name, one in kept().items()
    }
    for line in made(period, have=hidden).occasions[1:]:
        numbers = line.split(": ", 1)[1]
        assert not any(sign.isdecimal() for sign in numbers), line
    bare = paper(_without_calendar(), kept()[period], "nl", None, kept())
    assert bare.sheets == made(period).sheets
    assert bare.digest == made(period).digest


def _without_calendar() -> Chain:
    chain = amsterdam()
    return replace(chain, file=chain.file.model_copy(update={"occasions": ()}))


def test_it_is_on_the_page_and_in_the_sheet_with_how_to_read_it() -> None:
    one = made("2026-Q3")
    for text in (as_html(one), as_csv(one).decode("utf-8-sig")):
        assert "Evenementen" in text
        assert "geen deel van de uitgifte" in text
        assert one.occasions[1] in text
    assert "Evenementen" not in as_html(made("2026-09"))


def test_months_of_an_event_over_the_turn_of_the_year() -> None:
    fair = Occasion(
        occasion="winter", title="W", days=(Days(first=date(2025, 12, 31), last=date(2026, 1, 1)),), source="keuze: x"
    )
    (one,) = fair.times()
    assert [month.name for month in occasions.months(one)] == ["2025-12", "2026-01"]
