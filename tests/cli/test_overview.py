"""`backbone overview` asks the service `cases` once a period, keeps what it issued, and writes it without names."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from backbone.overviews.incident import Counted
from backbone.overviews.screening import Found, Records
from backbone.overviews.shelf import Shelf
from backbone.protocols.overviews import Of
from schakel.chain_state import Released
from tests.overviews.made import AFTER, incidents
from tests.support.casebook import repository
from tests.support.cases_api import answering

asked: list[str] = []
decided: list[Released] = []


def answer(path: str) -> tuple[int, bytes]:
    """The incidents of three months, and one list."""
    if path.startswith("/found/"):
        told = [Found(date(2026, 2, 3), "landelijk@2026.1", "relevant")] * (8 + len(asked))
        return 200, msgspec.json.encode(Records(AFTER, told))
    if path.startswith("/incidents/"):
        return 200, msgspec.json.encode(Counted(AFTER, incidents(3, 200, date(2026, 1, 1), 90)))
    if path.startswith("/releases/"):
        return 200, msgspec.json.encode(decided)
    return 200, json.dumps({"lines": [], "note": None}).encode()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    monkeypatch.setattr("backbone.cli.overview.load_definitions", lambda *_: repository())
    decided.clear()
    with answering(tmp_path, asked, answer):
        yield tmp_path


def overview(*words: str) -> Result:
    return CliRunner().invoke(app, ["overview", *words])


def test_a_period_is_asked_for_once_and_then_read(here: Path) -> None:
    out = str(here / "out")
    for form in ("html", "csv", "xlsx"):
        made = overview("amsterdam", "--period", "2026-Q1", "--format", form, "--out", out)
        assert (made.exit_code, made.output) == (0, f"{out}/overzicht-amsterdam-2026-Q1-nl.{form}\n")
    assert asked == ["/incidents/amsterdam"]
    made = overview("amsterdam", "--period", "2026-03", "--district", "oost", "--out", out, "--language", "en")
    assert made.output == f"{out}/overzicht-amsterdam-oost-2026-03-en.html\n"
    assert asked == ["/incidents/amsterdam"]
    assert "c0ffee" not in (here / "out" / "overzicht-amsterdam-2026-Q1-nl.html").read_text(encoding="utf-8")
    listed = overview("amsterdam").output
    assert "2026-Q1" in listed
    assert "casusoverleg" in listed
    assert max(map(len, listed.splitlines())) <= 80


def test_what_was_released_is_written_and_nothing_else(here: Path) -> None:
    """By the mark of the issue, in the form, for the audience and of the district that were decided; the issue itself stays as it was."""
    out = ("--out", str(here / "out"))
    public = ("amsterdam", "--period", "2026-Q1", "--released-for", "public", *out)
    assert "was not issued, so nobody can have released it" in " ".join(overview(*public).output.split())
    overview("amsterdam", "--period", "2026-Q1", *out)
    issue = Shelf(here / "overviews", "amsterdam").issues()["2026-Q1"]
    files = {path: path.read_bytes() for path in (here / "overviews" / "amsterdam").glob("*.json")}
    refused = overview(*public)
    assert refused.exit_code == 2
    assert "found no decision to release it" in " ".join(refused.output.split())
    by = ("gemeente-amsterdam", "mayor", "2026-Q1")
    decided.append(Released("1", *by, issue.digest, "page", "public", date(2026, 4, 14), AFTER, "accountability"))
    written = here / "out" / "overzicht-amsterdam-2026-Q1-vrijgegeven-public-nl.html"
    assert overview(*public).output == f"{written}\n"
    page = written.read_text(encoding="utf-8")
    assert page.index("Vrijgegeven door: burgemeester (Gemeente Amsterdam (voorbeeld)), op 14 april 2026") < page.index(
        "<table"
    )
    assert "Niet vrijgegeven" not in page
    for words in (
        ("--format", "csv"),
        ("--format", "xlsx"),
        ("--district", "oost"),
        ("--released-for", "council"),
        ("--period", "2026-03"),
    ):
        assert overview(*public, *words).exit_code == 2, words
    decided[0].issue = "0" * 64
    assert "found a decision on another issue (000000000000)" in " ".join(overview(*public).output.split())
    decided[0].issue, decided[0].withdrawn, decided[0].withdrawn_at = issue.digest, "2", AFTER
    assert "its release was taken back on 2027-01-03" in " ".join(overview(*public).output.split())
    assert files == {path: path.read_bytes() for path in files}
    assert len(list((here / "out").iterdir())) == 2


def test_a_list_at_the_same_place(here: Path) -> None:
    made = overview("amsterdam", "--of", "casusoverleg", "--for", "politie-amsterdam", "--out", str(here))
    assert made.output == f"{here}/amsterdam-casusoverleg-voor-politie-amsterdam.html\n"
    assert asked == ["/consultations/amsterdam/casusoverleg?for=politie-amsterdam"]
    theirs = here / "amsterdam-casusoverleg-voor-politie-amsterdam.html"
    assert theirs.stat().st_mode & 0o077 == 0
    assert "Voor politie-amsterdam" in theirs.read_text(encoding="utf-8")
    (here / ".amsterdam-casusoverleg.html.new").write_text("left behind", encoding="utf-8")
    for _ in range(2):
        made = overview("amsterdam", "--of", "casusoverleg", "--out", str(here))
        assert made.output == f"{here}/amsterdam-casusoverleg.html\n"
    assert (here / "amsterdam-casusoverleg.html").stat().st_mode & 0o077 == 0
    assert list(here.glob(".*.new")) == []


def test_numbers_of_a_scheme_are_of_a_closed_period(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its issue, which is made once; without a period, or for whom it is not, there are none."""
    kept = [
        (one.protocol, one.cooperation) for one in repository()[1] if one.protocol == "actieplan-veiligheid-maatregelen"
    ]
    monkeypatch.setattr("backbone.cli.overview.kept", lambda _: kept)
    numbers = ("amsterdam", "--of", "hate-crime-en-hate-speech", "--out", str(here))
    for words, says in (
        ((), "expected a closed month, quarter or year"),
        (("--period", "2027-01"), "2027-01 is not over"),
        (("--period", "2026-Q1", "--district", "oost"), "--district goes with --period alone"),
        (("--period", "2026-Q1", "--for", "coc-amsterdam"), "coc-amsterdam is no reader of hate-crime-en-hate-speech"),
    ):
        refused = overview(*numbers, *words)
        assert refused.exit_code == 2
        assert says in " ".join(refused.output.split())
    asked.clear()
    for _ in range(2):
        made = overview(*numbers, "--period", "2026-Q1", "--for", "politie-amsterdam")
        assert made.output == f"{here}/amsterdam-hate-crime-en-hate-speech-2026-Q1-voor-politie-amsterdam.html\n"
    assert asked == ["/incidents/amsterdam"]
    page = (here / "amsterdam-hate-crime-en-hate-speech-2026-Q1-voor-politie-amsterdam.html").read_text(
        encoding="utf-8"
    )
    assert "Voor politie-amsterdam" in page
    assert "Twee cijfers vanaf 1 januari 2021" in page
    assert "c0ffee" not in page


def test_what_people_write_together_is_no_empty_list(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service has nothing to answer of it: `backbone consultation list` says so too."""
    scheme, of = next(
        (protocol.cooperation, one.id)
        for protocol in repository()[1]
        for one in protocol.cooperation.overviews
        if one.of is Of.REPORT
    )
    monkeypatch.setattr("backbone.cli.overview.kept", lambda _: [("scheme", scheme)])
    made = overview("amsterdam", "--of", of, "--out", str(here))
    assert made.exit_code == 2
    assert f"`backbone consultation list amsterdam {of}`" in " ".join(made.output.split())
    assert asked == []


def test_what_the_query_found_is_of_a_quarter_and_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NOT a count up to now, NOT another number when it is asked again."""
    scheme = repository()[1].get("landelijke-zoekvraag", "2015.2").cooperation
    monkeypatch.setattr("backbone.cli.overview.kept", lambda _: [("scheme", scheme)])
    numbers = ("amsterdam", "--of", "gevonden-en-gescreend", "--out", str(here), "--format", "csv")
    for words, says in (
        ((), "expected a closed month, quarter or year"),
        (("--period", "2026-02"), "is made of a quarter"),
        (("--period", "2026-Q1", "--for", "coc-amsterdam"), "coc-amsterdam is no reader of gevonden-en-gescreend"),
    ):
        refused = overview(*numbers, *words)
        assert refused.exit_code == 2
        assert says in " ".join(refused.output.split())
    asked.clear()
    pages = set()
    for _ in range(2):
        made = overview(*numbers, "--period", "2026-Q1", "--for", "politie-amsterdam")
        path = here / "amsterdam-gevonden-en-gescreend-2026-Q1-voor-politie-amsterdam.csv"
        assert made.output == f"{path}\n"
        pages.add(path.read_text(encoding="utf-8"))
    assert asked == ["/found/amsterdam"]
    (page,) = pages
    assert "landelijk@2026.1" in page
    assert "breuk in de reeks" in page


def test_the_draft_of_a_yearly_report_is_a_page_of_the_issued_year(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NOT of a shorter period, NOT of one that is not over, NOT for whom it is not; its figures are the issue's."""
    scheme = repository()[1].get("samenwerkingsafspraken", "2017.2").cooperation
    monkeypatch.setattr("backbone.cli.overview.kept", lambda _: [("scheme", scheme)])
    report = ("amsterdam", "--of", "eenheidsrapport-concept", "--out", str(here))
    for words, says in (
        ((), "is drafted from a closed year, and found none"),
        (("--period", "2026-Q1"), "is drafted from a closed year, and found 2026-Q1"),
        (("--period", "2027"), "2027 is not over"),
        (("--period", "2026", "--format", "xlsx"), "`backbone overview amsterdam --period 2026 --format xlsx`"),
        (("--period", "2026", "--for", "coc-amsterdam"), "coc-amsterdam is no reader of eenheidsrapport-concept"),
    ):
        refused = overview(*report, *words)
        assert refused.exit_code == 2
        assert says in " ".join(refused.output.split())
    asked.clear()
    for _ in range(2):
        made = overview(*report, "--period", "2026", "--for", "politie-amsterdam")
        assert made.output == f"{here}/amsterdam-eenheidsrapport-concept-2026-voor-politie-amsterdam.html\n"
    assert asked == ["/incidents/amsterdam"]
    page = (here / "amsterdam-eenheidsrapport-concept-2026-voor-politie-amsterdam.html").read_text(encoding="utf-8")
    assert "Nog te schrijven: De gezamenlijke analyse" in page
    assert "c0ffee" not in page


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nergens", "--period", "2026-03"], "no chain 'nergens' in chains; expected one of amsterdam, groningen"),
        (["amsterdam", "--period", "maart"], "expected a month, quarter or year"),
        (["amsterdam", "--period", "2027-01"], "2027-01 is not over"),
        (["amsterdam", "--period", "2026-03", "--district", "mokum"], "no district 'mokum'"),
        (["amsterdam", "--of", "casusoverleg", "--district", "oost"], "--district goes with --period"),
        (["amsterdam", "--of", "casusoverleg", "--language", "nl"], "--language goes with --period"),
        (["amsterdam", "--period", "2026-03", "--for", "politie-amsterdam"], "--for goes with --of"),
        (["amsterdam", "--district", "oost"], "--district goes with --period"),
        (["amsterdam", "--of", "casusoverleg", "--for", "../x"], "no partner '../x' in amsterdam"),
        (["amsterdam", "--of", "casusoverleg", "--released-for", "public"], "--released-for goes with --period"),
        (["amsterdam", "--released-for", "public"], "--released-for goes with --period"),
        (["amsterdam", "--of", "niets"], "keeps no list, agenda or numbers 'niets'"),
        (["amsterdam", "--of", "casusoverleg", "--period", "2026-03"], "--period goes with numbers"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(here: Path, words: list[str], says: str) -> None:
    found = overview(*words, "--out", str(here))
    assert found.exit_code == 2
    assert says in found.output
    assert list(here.glob("*.html")) == []
