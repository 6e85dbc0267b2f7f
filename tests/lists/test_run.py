"""An import run against a made backbone: every row is answered or has a line; the same command goes on where it was."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.lists.convert import Converted, Parts, Ready, Skipped
from backbone.lists.journal import Journal
from backbone.lists.problems import ErrorsFile, ListError, RowError
from backbone.lists.run import Import, Summary, counted
from backbone.lists.sending import NoAnswer, NotSendable, Pending, Sender
from schakel.events.report import ReportReceived
from schakel.messages import ReceiptStatus
from tests.lists.support import LIST, FakeBackbone, FakePending, converted, edited


class Place:
    """Where one partner imports: its journal and its errors file."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "meldpunt.db"
        self.errors = folder / "errors.csv"

    def run(
        self, rows: list[Converted], backbone: Sender | None, *, in_flight: int = 500, resend: bool = False
    ) -> Summary:
        with Journal(self.journal) as journal, ErrorsFile(self.errors) as errors:
            return Import(journal, errors.add, sender=backbone, in_flight=in_flight, resend=resend).run(rows)

    def lines(self) -> list[dict[str, str]]:
        if not self.errors.exists():
            return []
        with self.errors.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_every_row_is_answered(place: Place) -> None:
    summary = place.run(converted(LIST), FakeBackbone())
    assert (summary.rows, summary.sent, summary.accepted, summary.skipped) == (5, 4, 4, 1)
    assert summary.is_complete
    assert not place.errors.exists()


def test_importing_again_sends_nothing(place: Place) -> None:
    backbone = FakeBackbone()
    place.run(converted(LIST), backbone)
    summary = place.run(converted(LIST), backbone)
    assert (summary.sent, summary.known, len(backbone.sent)) == (0, 4, 4)
    assert summary.is_complete


def test_sent_again_each_row_stays_the_case_that_it_is(place: Place) -> None:
    backbone = FakeBackbone()
    place.run(converted(LIST), backbone)
    summary = place.run(converted(LIST), backbone, resend=True)
    assert (summary.sent, summary.accepted, summary.resubmitted) == (4, 0, 4)
    place.journal.unlink()
    summary = place.run(converted(LIST), backbone)
    assert (summary.sent, summary.accepted, len(backbone.receipts)) == (4, 4, 4)


def test_a_second_case_of_one_report_is_noticed(place: Place) -> None:
    place.run(converted(LIST), FakeBackbone())
    forgetful = FakeBackbone()
    forgetful.sent.append("somebody else's")
    summary = place.run(converted(LIST), forgetful, resend=True)
    assert (summary.resubmitted, summary.errors) == (0, 4)
    assert {line["code"] for line in place.lines()} == {"send.another_case"}


def test_a_changed_row_is_refused_and_not_sent(place: Place, tmp_path: Path) -> None:
    backbone = FakeBackbone()
    place.run(converted(LIST), backbone)
    summary = place.run(converted(edited(tmp_path, ("Wies;", "Wiesje;"))), backbone)
    assert (summary.errors, summary.known, len(backbone.sent)) == (1, 3, 4)
    (line,) = place.lines()
    assert (line["row"], line["code"], line["found"]) == ("2", "event.changed", "different content")
    assert "report.corrected" in line["remedy"]
    assert "Wies" not in str(line)


def test_two_rows_with_one_identity(place: Place, tmp_path: Path) -> None:
    """The same row twice is one report; different rows are a mistake in the list or in the mapping."""
    row = LIST.read_text(encoding="utf-8").splitlines()[1]
    other = row.replace(";Oost;", ";West;")
    path = edited(tmp_path, ("M-2026-005", f"{row}\n{other}\nM-2026-005"))
    backbone = FakeBackbone()
    summary = place.run(converted(path), backbone)
    assert (summary.rows, summary.accepted, summary.repeated, summary.errors, len(backbone.sent)) == (7, 5, 1, 1, 4)
    (line,) = place.lines()
    assert (line["row"], line["code"], line["expected"]) == ("7", "row.same_identity", "the same content as row 2")


def test_a_refused_row_has_a_line_and_may_be_sent_again(place: Place) -> None:
    backbone = FakeBackbone(refuses=lambda event: event.facts.place.district == "oost")
    summary = place.run(converted(LIST), backbone)
    assert (summary.accepted, summary.refused) == (3, 1)
    assert not summary.is_complete
    (line,) = place.lines()
    assert (line["row"], line["code"], line["remedy"]) == ("2", "place.unknown_district", "correct it")
    backbone.refuses = lambda event: False
    assert place.run(converted(LIST), backbone).accepted == 1
    assert place.lines() == []


def test_a_dry_run_sends_nothing_and_remembers_nothing(place: Place) -> None:
    summary = place.run(converted(LIST), None)
    assert (summary.valid, summary.skipped, summary.sent) == (4, 1, 0)
    assert counted(row for row in converted(LIST) if isinstance(row, Ready))["ground"]["antisemitism"] == 1
    assert place.run(converted(LIST), FakeBackbone()).accepted == 4


def test_what_is_under_way_is_bounded(place: Place) -> None:
    backbone = FakeBackbone()
    place.run(many(50), backbone, in_flight=7)
    assert backbone.most_under_way == 7


def test_when_no_answers_come_the_rest_waits_for_next_time(place: Place) -> None:
    backbone = FakeBackbone(answers=lambda number: number <= 30)
    summary = place.run(many(100), backbone, in_flight=10)
    assert (summary.accepted, summary.sent, summary.unanswered) == (30, 40, 70)
    assert summary.stopped_by
    assert len(place.lines()) == 70
    assert {line["code"] for line in place.lines()} == {"send.no_answer"}
    backbone.answers = lambda number: True
    summary = place.run(many(100), backbone)
    assert (summary.known, summary.accepted, summary.unanswered, len(backbone.receipts)) == (30, 70, 0, 100)
    assert not place.errors.exists()


class Broken:
    """A way out that fails at the n-th report."""

    def __init__(self, backbone: FakeBackbone, at: int, error: Exception) -> None:
        self.backbone, self.at, self.error = backbone, at, error

    def send(self, event_id: str, event: ReportReceived, parts: Parts) -> Pending:
        if len(self.backbone.sent) + 1 == self.at:
            self.at = -1
            raise self.error
        return self.backbone.send(event_id, event, parts)


def test_a_broker_that_goes_away(place: Place) -> None:
    backbone = FakeBackbone()
    summary = place.run(many(20), Broken(backbone, 11, NoAnswer("no broker answers")))
    assert (summary.accepted, summary.unanswered, summary.stopped_by) == (10, 10, "no broker answers")


def test_a_text_that_is_too_long_stops_only_its_row(place: Place) -> None:
    long = NotSendable("send.too_large", field="story", found="300 KB", expected="at most 192 KB", remedy="shorten it")
    summary = place.run(many(20), Broken(FakeBackbone(), 11, long))
    assert (summary.accepted, summary.errors) == (19, 1)
    assert place.lines()[0]["code"] == "send.too_large"


@pytest.mark.parametrize("killed_at", [1, 199, 200, 201, 399])
def test_a_crash_loses_nothing_and_sends_nothing_that_was_answered_long_ago(place: Place, killed_at: int) -> None:
    backbone = FakeBackbone()
    with Journal(place.journal) as journal:
        journal.flush = lambda: None  # type: ignore[method-assign]  # as after kill -9: what was not written is gone
        run = Import(journal, print, sender=Broken(backbone, killed_at, MemoryError()), in_flight=10)
        with pytest.raises(MemoryError):
            run.run(many(400))
    summary = place.run(many(400), backbone)
    assert summary.rows == summary.known + summary.accepted
    assert len(backbone.receipts) == 400


def test_one_import_of_a_partner_at_a_time(place: Place) -> None:
    with (
        Journal(place.journal),
        pytest.raises(ListError, match="another import of meldpunt is running"),
        Journal(place.journal),
    ):
        pass


def test_the_journal_holds_nothing_of_the_list(place: Place) -> None:
    place.run(converted(LIST), FakeBackbone())
    content = place.journal.read_bytes().lower()
    for personal in (b"verzonnen", b"wies", b"0600000001", b"m-2026", b"dossiernr", b"meldpunt.csv", b"deur"):
        assert personal not in content


def test_a_journal_that_is_none(place: Place) -> None:
    place.journal.write_bytes(b"something else altogether, and long enough to be a header" * 10)
    with pytest.raises(ListError, match="no journal that can be read"), Journal(place.journal):
        pass


def test_an_errors_file_never_replaces_another_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("my own list")
    with pytest.raises(ListError, match="name another one with --errors"):
        ErrorsFile(path)
    assert path.read_text() == "my own list"
    with pytest.raises(ListError, match="cannot be written"), ErrorsFile(tmp_path / "nowhere" / "errors.csv"):
        pass


def test_a_cell_in_the_errors_file_is_no_formula(place: Place) -> None:
    with ErrorsFile(place.errors) as errors:
        errors.add(RowError(2, "cell.unmapped", "a word", "correct it", found='=HYPERLINK("http://x")'))
    assert place.lines()[0]["found"] == '\'=HYPERLINK("http://x")'


def many(count: int) -> list[Converted]:
    first = next(row for row in converted(LIST) if isinstance(row, Ready))
    return [replace(first, row=number + 2, event_id=f"{number:032x}") for number in range(count)]


FATES = st.sampled_from(["good", "skipped", "wrong", "twice", "clash", "refused", "silent", "too_long"])


@settings(max_examples=60, deadline=None)
@given(fates=st.lists(FATES, max_size=40), in_flight=st.integers(1, 8), resend=st.booleans())
def test_rows_in_are_rows_answered_plus_rows_with_a_line(
    tmp_path_factory: pytest.TempPathFactory, fates: list[str], in_flight: int, resend: bool
) -> None:
    place = Place(tmp_path_factory.mktemp("run"))
    backbone = _Fates(fates)
    rows = list(backbone.rows())
    for again in (False, True):
        summary = place.run(rows, backbone, in_flight=in_flight, resend=resend and again)
        lined = {int(line["row"]) for line in place.lines()}
        assert summary.rows == len(fates) == summary.accounted
        assert summary.rows - summary.skipped == summary.accepted + summary.resubmitted + summary.known + len(lined)
        assert summary.is_complete == (not lined)
        with Journal(place.journal) as journal:
            accepted = {
                event_id for event_id, answer in journal.answers.items() if answer.status is ReceiptStatus.ACCEPTED
            }
        assert accepted == set(backbone.receipts) or resend
        assert accepted <= set(backbone.receipts)


class _Fates(FakeBackbone):
    """Gives each row of a drawn list its fate, by its event id."""

    def __init__(self, fates: list[str]) -> None:
        super().__init__()
        self.fates = fates

    def rows(self) -> list[Converted]:
        made: list[Converted] = []
        for number, fate in enumerate(self.fates):
            base = many(1)[0]
            assert isinstance(base, Ready)
            row: Converted = replace(base, row=number + 2, event_id=f"{fate}-{number}")
            if fate == "skipped":
                row = Skipped(number + 2, "draft")
            elif fate == "wrong":
                row = (RowError(number + 2, "cell.date", "a date", "correct it"),) * 2
            elif fate in ("twice", "clash") and made and isinstance(made[-1], Ready):
                mark = made[-1].mark if fate == "twice" else "another"
                row = replace(made[-1], row=number + 2, mark=mark)
            made.append(row)
        return made

    def send(self, event_id: str, event: ReportReceived, parts: Parts) -> FakePending:
        fate = event_id.partition("-")[0]
        if fate == "too_long":
            raise NotSendable("send.too_large", field="story", found="much", expected="less", remedy="shorten it")
        self.refuses = lambda _: fate == "refused"
        self.answers = lambda _: fate != "silent"
        return super().send(event_id, event, parts)
