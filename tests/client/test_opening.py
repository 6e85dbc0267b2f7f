"""Reading by reference from a partner's side: what is asked, what each answer becomes, and that nothing of it shows."""

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backbone.deployment.certificates import Authority
from schakel.cli.main import app
from schakel.client import (
    CannotTell,
    CaseSeen,
    Erased,
    Gateway,
    GatewayAway,
    GatewayProblem,
    Incoming,
    NothingToRead,
    Profile,
    ReadRefused,
    Withdrawn,
)
from tests.client.fakes import referral

TOKEN = "slachtofferhulp." + "A" * 43
DATA = {
    "referral": "ref-1",
    "case": "c",
    "request": "r",
    "position": {"partition": 3, "offset": 41},
    "scopes": ["contact_details", "label"],
    "contact_details": {"phone": "06-55500000"},
    "labels": ["place"],
}


@dataclass
class Fake:
    """A gateway that answers what it is told to."""

    status: int = 200
    body: bytes = json.dumps(DATA).encode()
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def gateway() -> Iterator[Fake]:
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.asked.append((self.path, self.headers["Authorization"]))
            self.send_response(fake.status)
            self.send_header("Content-Length", str(len(fake.body)))
            self.end_headers()
            self.wfile.write(fake.body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    yield fake
    server.shutdown()
    server.server_close()
    thread.join(10)


def problem(fake: Fake, status: int, code: str, **more: str) -> None:
    fake.status, fake.body = status, json.dumps({"status": status, "code": code, **more}).encode()


def message(fake: Fake | None) -> Incoming:
    told = Incoming("id", "c", "referral", None, False, 1, referral(1))
    return replace(told, gateway=Gateway(fake.url, TOKEN)) if fake else told


def test_a_referral_is_opened(gateway: Fake) -> None:
    found = message(gateway).open()
    assert found.contact_details == {"phone": "06-55500000"}
    assert (found.story, found.labels, found.position.offset) == (None, ("place",), 41)
    assert gateway.asked == [("/" + referral(1).dataref, f"Bearer {TOKEN}")]
    assert "06-55500000" not in repr(found)


def test_only_these_scopes(gateway: Fake) -> None:
    message(gateway).open("story", "label")
    assert gateway.asked[0][0].endswith("?scopes=story&scopes=label")


@pytest.mark.parametrize(
    ("status", "code", "more", "raised"),
    [
        (403, "read.refused", {"reason": "withdrawn"}, Withdrawn),
        (403, "read.refused", {"reason": "too_narrow"}, ReadRefused),
        (403, "read.refused", {"reason": "erasure_requested"}, ReadRefused),
        (410, "subject.erased", {"reason": "erased"}, Erased),
        (410, "http.410", {}, GatewayProblem),
        (404, "referral.not_yours", {}, NothingToRead),
        (401, "token.missing_or_wrong", {}, GatewayProblem),
        (429, "read.too_many", {}, GatewayAway),
        (503, "read.too_late", {}, GatewayAway),
        (500, "backbone.fault", {}, GatewayProblem),
        (418, "x", {}, GatewayProblem),
    ],
)
def test_each_no_is_an_error_of_its_own(gateway: Fake, status: int, code: str, more, raised) -> None:
    problem(gateway, status, code, **more)
    with pytest.raises(raised) as said:
        message(gateway).open()
    assert TOKEN not in str(said.value)
    assert getattr(said.value, "reason", None) == more.get("reason")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"referral": "x", "scopes": 3}'])
def test_an_answer_that_is_none_of_ours_is_a_problem(gateway: Fake, body: bytes) -> None:
    gateway.body = body
    with pytest.raises(GatewayProblem):
        message(gateway).open()


def test_a_gateway_that_is_not_there_is_away() -> None:
    with pytest.raises(GatewayAway, match="does not answer"):
        Gateway("http://127.0.0.1:9", TOKEN).open("referrals/x", timeout_s=5)


def test_a_certificate_of_another_authority_is_no_gateway_that_is_away(tmp_path: Path) -> None:
    """To ask again later would not help."""
    theirs, stranger = Authority.make(), tmp_path / "ca.pem"
    stranger.write_bytes(Authority.make().certificate)
    issued, shows = theirs.issue(["127.0.0.1"]), tmp_path / "tls.pem"
    shows.write_bytes(issued.key + issued.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shows)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        gateway = Gateway(f"https://127.0.0.1:{server.server_port}", TOKEN, ca_file=stranger)
        with pytest.raises(GatewayProblem, match=r"do not trust .*'gateway_ca_file'"):
            gateway.open("referrals/x")
        thread.join(10)


@pytest.mark.parametrize(
    ("url", "token", "says"),
    [
        (None, TOKEN, "nothing says where"),
        ("http://127.0.0.1:1", None, "with which token"),
        ("http://gateway.example", TOKEN, "not encrypted"),
        ("gateway.example", TOKEN, "expected one such as https"),
    ],
)
def test_without_address_token_or_encryption_nothing_is_sent(url: str | None, token: str | None, says: str) -> None:
    with pytest.raises(GatewayProblem, match=says):
        Gateway(url, token).open("referrals/x")


def test_only_a_referral_points_to_something(gateway: Fake) -> None:
    with pytest.raises(CannotTell):
        replace(message(gateway), body=None, type="receipt").open()
    with pytest.raises(GatewayProblem):
        message(None).open()


def test_the_command_shows_it_and_a_no_ends_with_one_sentence(gateway: Fake, tmp_path: Path) -> None:
    profile = tmp_path / "p.json"
    Profile("127.0.0.1:1", partner="slachtofferhulp", gateway=gateway.url, gateway_token=TOKEN).save(profile)  # type: ignore[arg-type]
    assert TOKEN not in repr(Profile.load(profile))
    shown = CliRunner().invoke(app, ["open", "referrals/ref-1", "--profile", str(profile)])
    assert (shown.exit_code, "contact details: phone 06-55500000" in shown.output) == (0, True)
    as_json = CliRunner().invoke(app, ["open", "referrals/ref-1", "--profile", str(profile), "--json"])
    assert json.loads(as_json.output)["contact_details"] == DATA["contact_details"]
    problem(gateway, 403, "read.refused", reason="withdrawn")
    no = CliRunner().invoke(app, ["open", "referrals/ref-1", "--profile", str(profile), "--scope", "story"])
    assert (no.exit_code, "withdrawn" in no.output) == (1, True)


SEEN = CaseSeen(
    case="c", as_of="2026-03-02T12:00:00Z", drill=False, chain="amsterdam", protocols=(), reported_at=None, closed=False,
    looks_after_it=True, referrals=(), clocks=(), actions=(),
)  # fmt: skip


def test_how_far_a_case_is(gateway: Fake) -> None:
    gateway.body = SEEN.model_dump_json().encode()
    assert Gateway(gateway.url, TOKEN).case("a/b") == SEEN
    assert gateway.asked == [("/cases/a%2Fb", f"Bearer {TOKEN}")]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, b'{"code": "case.not_yours"}', NothingToRead),
        (403, b'{"code": "read.refused", "reason": "withdrawn"}', Withdrawn),
        (403, b'{"code": "read.refused", "reason": "erasure_requested"}', ReadRefused),
        (410, b'{"code": "subject.erased"}', Erased),
        (503, b"", GatewayAway),
        (401, b"{}", GatewayProblem),
        (200, b"{}", GatewayProblem),
    ],
)
def test_what_each_no_about_a_case_becomes(gateway: Fake, status: int, body: bytes, error: type[Exception]) -> None:
    gateway.status, gateway.body = status, body
    with pytest.raises(error):
        Gateway(gateway.url, TOKEN).case("c")
