"""`backbone overview` asks the service `cases` once a period, keeps what it issued, and writes it without names."""

import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from backbone.overviews.incident import Counted
from tests.overviews.made import AFTER, incidents
from tests.support.casebook import repository

asked: list[str] = []


class Cases(BaseHTTPRequestHandler):
    """Answers the incidents of three months, and one list."""

    def do_GET(self) -> None:
        asked.append(self.path)
        body = json.dumps({"lines": [], "note": None}).encode()
        if self.path.startswith("/incidents/"):
            body = msgspec.json.encode(Counted(AFTER, incidents(3, 200, date(2026, 1, 1), 90)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    monkeypatch.setattr("backbone.cli.overview.load_definitions", lambda *_: repository())
    (tmp_path / "run").mkdir()
    server = HTTPServer(("127.0.0.1", 0), Cases)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    (tmp_path / "run" / "cases-0.json").write_text(json.dumps({"url": url}), encoding="utf-8")
    asked.clear()
    yield tmp_path
    server.shutdown()
    server.server_close()


def overview(*words: str) -> Result:
    return CliRunner().invoke(app, ["overview", *words])


def test_a_period_is_asked_for_once_and_then_read(here: Path) -> None:
    out = str(here / "out")
    for form in ("html", "csv", "xlsx"):
        made = overview("amsterdam", "--period", "2026-Q1", "--format", form, "--out", out)
        assert (made.exit_code, made.output) == (0, f"{out}/overzicht-amsterdam-2026-Q1.{form}\n")
    assert asked == ["/incidents/amsterdam"]
    made = overview("amsterdam", "--period", "2026-03", "--district", "oost", "--out", out, "--language", "en")
    assert made.output == f"{out}/overzicht-amsterdam-oost-2026-03.html\n"
    assert asked == ["/incidents/amsterdam"]
    assert "c0ffee" not in (here / "out" / "overzicht-amsterdam-2026-Q1.html").read_text(encoding="utf-8")
    listed = overview("amsterdam").output
    assert "2026-Q1" in listed
    assert "casusoverleg" in listed
    assert max(map(len, listed.splitlines())) <= 80


def test_a_list_at_the_same_place(here: Path) -> None:
    made = overview("amsterdam", "--of", "casusoverleg", "--for", "politie-amsterdam", "--out", str(here))
    assert made.output == f"{here}/amsterdam-casusoverleg.html\n"
    assert asked == ["/consultations/amsterdam/casusoverleg?for=politie-amsterdam"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nergens", "--period", "2026-03"], "no chain 'nergens'; expected one of amsterdam, groningen"),
        (["amsterdam", "--period", "maart"], "expected a month, quarter or year"),
        (["amsterdam", "--period", "2027-01"], "2027-01 is not over"),
        (["amsterdam", "--period", "2026-03", "--district", "mokum"], "no district 'mokum'"),
        (["amsterdam", "--of", "niets"], "keeps no list or agenda 'niets'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(here: Path, words: list[str], says: str) -> None:
    found = overview(*words, "--out", str(here))
    assert found.exit_code == 2
    assert says in found.output
    assert list(here.glob("*.html")) == []
