"""`backbone consultation` asks the service `cases` that runs here, and says what it answered."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backbone.cli.main import app

asked: list[str] = []


class Cases(BaseHTTPRequestHandler):
    """Answers the agenda of one consultation; a partner that is no member gets the service's own sentence."""

    def do_GET(self) -> None:
        asked.append(self.path)
        status, body = (403, {"error": "rita may not see the cases of overleg: not_a_member"})
        if "for=rita" not in self.path:
            status, body = 200, {"consultation": "overleg", "lines": []}  # type: ignore[dict-item]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    (tmp_path / "run").mkdir()
    server = HTTPServer(("127.0.0.1", 0), Cases)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    (tmp_path / "run" / "cases-0.json").write_text(json.dumps({"url": url}), encoding="utf-8")
    asked.clear()
    yield tmp_path
    server.shutdown()
    server.server_close()


def test_an_agenda_and_a_list(here: Path) -> None:
    agenda = CliRunner().invoke(app, ["consultation", "agenda", "proef", "overleg", "--for", "politie"])
    assert (agenda.exit_code, json.loads(agenda.output)["consultation"]) == (0, "overleg")
    assert CliRunner().invoke(app, ["consultation", "list", "proef", "lijst/../x"]).exit_code == 0
    assert asked == ["/consultations/proef/overleg?for=politie", "/overviews/proef/lijst%2F..%2Fx"]


def test_a_no_is_said_in_the_services_own_words(here: Path) -> None:
    found = CliRunner().invoke(app, ["consultation", "agenda", "proef", "overleg", "--for", "rita"])
    assert found.exit_code != 0
    assert "rita may not see the cases of overleg" in found.output


def test_nothing_runs_here(here: Path) -> None:
    (here / "run" / "cases-0.json").unlink()
    found = CliRunner().invoke(app, ["consultation", "agenda", "proef", "overleg"])
    assert found.exit_code != 0
    assert "backbone up" in found.output
