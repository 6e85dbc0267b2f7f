"""The gateway's HTTP: who is asking, what is answered, and that nothing of a question or of a person stands in a problem."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from fastapi.testclient import TestClient

from backbone.gateway.tokens import Tokens
from schakel.events.data import DisclosurePermitted
from services.gateway import asking, door
from services.gateway.deadline import Deadline
from services.gateway.ledger import Answer
from services.gateway.reading import Away, Given, NotForYou, Refused, TooLate

PHONE = "06-55501947"
REFERRAL = "5b7d1c0e-42a9-5f63-9f0b-8b1de2a7c954"


class FakeReader:
    """Gives what it is told to, or raises it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, tuple[str, ...]]] = []
        self.raises: Exception | None = None
        self.fresh_s = 60.0

    async def read(self, partner: str, referral: str, scopes: tuple[str, ...]) -> Given:
        self.asked.append((partner, referral, scopes))
        if self.raises:
            raise self.raises
        permit = Answer(DisclosurePermitted(request="r", scopes=("story",)), 3, 41)
        personal = {"contact_details": {"phone": PHONE}, "story": "…"}
        return Given("r", "c", permit, ("contact_details", "story"), personal, (), Deadline(self.fresh_s))


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "tokens")


@pytest.fixture
def http(reader: FakeReader, tokens: Tokens) -> Iterator[TestClient]:
    with TestClient(door.build(reader, tokens, None), raise_server_exceptions=False) as client:  # type: ignore[arg-type]
        yield client


def get(http: TestClient, token: str, path: str = f"/referrals/{REFERRAL}", **more: Any) -> Any:
    return http.get(path, headers={"Authorization": f"Bearer {token}"}, **more)


def test_the_receiver_reads(http: TestClient, reader: FakeReader, tokens: Tokens) -> None:
    answer = get(http, tokens.issue("slachtofferhulp"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "referral": REFERRAL,
        "case": "c",
        "request": "r",
        "position": {"partition": 3, "offset": 41},
        "scopes": ["contact_details", "story"],
        "contact_details": {"phone": PHONE},
        "story": "…",
    }
    assert reader.asked == [("slachtofferhulp", REFERRAL, ())]


def test_only_these_scopes(http: TestClient, reader: FakeReader, tokens: Tokens) -> None:
    get(http, tokens.issue("rita"), params={"scopes": ["story", "story", "label"]})
    assert reader.asked[0][2] == ("story", "label")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer x", "Basic cml0YTp4", "Bearer rita.", "Bearer ../rita." + "A" * 43]
)
def test_without_a_token_nobody_is_asked(http: TestClient, reader: FakeReader, tokens: Tokens, header) -> None:
    tokens.issue("rita")
    answer = http.get(f"/referrals/{REFERRAL}", headers={"Authorization": header} if header is not None else {})
    assert (answer.status_code, answer.json()["code"]) == (401, "token.missing_or_wrong")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert reader.asked == []


def test_another_partners_name_on_a_good_token_is_no_token(http: TestClient, tokens: Tokens) -> None:
    mine, _ = tokens.issue("rita"), tokens.issue("slachtofferhulp")
    assert get(http, mine).status_code == 200
    assert get(http, f"slachtofferhulp.{mine.partition('.')[2]}").status_code == 401
    assert get(http, f"nobody.{mine.partition('.')[2]}").status_code == 401


def refusals(http: TestClient, token: str) -> list[dict[str, Any]]:
    """What the log says of a request with this token."""
    with structlog.testing.capture_logs() as logs:
        get(http, token)
    assert token not in json.dumps(logs)
    assert REFERRAL not in json.dumps(logs)
    return [{name: one[name] for name in one if name != "log_level"} for one in logs]


def test_who_uses_anothers_name_leaves_a_trace_and_not_its_token(http: TestClient, tokens: Tokens) -> None:
    mine, _ = tokens.issue("rita"), tokens.issue("slachtofferhulp")
    said = {"event": "sign-on refused", "claimed": "slachtofferhulp"}
    assert refusals(http, f"slachtofferhulp.{mine.partition('.')[2]}") == [said]
    nobody = {"event": "sign-on refused", "claimed": None}
    for made_up in (f"nobody.{mine.partition('.')[2]}", "Jansen", PHONE, "slachtofferhulp"):
        assert refusals(http, made_up) == [nobody], "whatever stands there, it may be anything"


def test_who_tries_references_leaves_a_trace_and_not_the_reference(
    http: TestClient, reader: FakeReader, tokens: Tokens
) -> None:
    reader.raises = NotForYou()
    assert refusals(http, tokens.issue("rita")) == [{"event": "a read of what is not theirs", "partner": "rita"}]


def test_a_new_token_ends_the_one_before_and_revoking_ends_it_at_once(http: TestClient, tokens: Tokens) -> None:
    first, second = tokens.issue("rita"), tokens.issue("rita")
    assert [get(http, token).status_code for token in (first, second)] == [401, 200]
    tokens.revoke("rita")
    assert get(http, second).status_code == 401


def test_tokens_are_kept_as_digests_alone(tokens: Tokens) -> None:
    token = tokens.issue("rita")
    (kept,) = tokens.directory.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert token not in kept.read_text()
    assert token.partition(".")[2] not in kept.read_text()
    assert repr(token) == "'***'"
    assert tokens.keep_or_issue("rita", token) == token
    assert tokens.keep_or_issue("rita", None) is None
    assert tokens.keep_or_issue("coc-amsterdam", None)


@pytest.mark.parametrize(
    ("raised", "status", "code", "more"),
    [
        (NotForYou(), 404, "referral.not_yours", {}),
        (Refused("withdrawn"), 403, "read.refused", {"reason": "withdrawn"}),
        (Refused("erasure_requested"), 403, "read.refused", {"reason": "erasure_requested"}),
        (Refused("erased"), 410, "subject.erased", {"reason": "erased"}),
        (TooLate(), 503, "read.too_late", {}),
        (Away("BrokerAway"), 503, "backbone.away", {}),
        (ValueError(f"{PHONE} is no phone"), 500, "backbone.fault", {}),
    ],
)
def test_every_no_is_a_problem_that_tells_nothing(http, reader, tokens, raised, status, code, more) -> None:
    reader.raises = raised
    with structlog.testing.capture_logs() as logs:
        answer = get(http, tokens.issue("rita"))
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert more.items() <= body.items()
    assert (PHONE in answer.text, REFERRAL in answer.text, PHONE in json.dumps(logs)) == (False, False, False)
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_one_partner_has_so_many_reads_under_way_and_no_more(reader: FakeReader, tokens: Tokens) -> None:
    """Those that wait are let go in the end; somebody else is not kept out by them."""
    go, waiting = asyncio.Event(), asyncio.Event()

    class Slow(FakeReader):
        async def read(self, partner: str, referral: str, scopes: tuple[str, ...]) -> Given:
            given = await super().read(partner, referral, scopes)
            if len(self.asked) == asking.AT_ONCE:
                waiting.set()
            if partner == "rita":
                await go.wait()
            return given

    app = door.build(Slow(), tokens, None)  # type: ignore[arg-type]
    rita, other = tokens.issue("rita"), tokens.issue("slachtofferhulp")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:

        async def asks(token: str) -> httpx.Response:
            return await http.get(f"/referrals/{REFERRAL}", headers={"Authorization": f"Bearer {token}"})

        under_way = [asyncio.create_task(asks(rita)) for _ in range(asking.AT_ONCE)]
        await asyncio.wait_for(waiting.wait(), 60)
        refused = await asks(rita)
        assert (refused.status_code, refused.json()["code"]) == (429, "read.too_many")
        assert (await asks(other)).status_code == 200
        go.set()
        assert {one.status_code for one in await asyncio.gather(*under_way)} == {200}
        assert (await asks(rita)).status_code == 200


def test_what_became_too_old_does_not_leave(http: TestClient, reader: FakeReader, tokens: Tokens) -> None:
    reader.fresh_s = 0.0
    answer = get(http, tokens.issue("rita"))
    assert (answer.status_code, answer.json()["code"]) == (503, "read.too_late")
    assert PHONE not in answer.text


def test_a_wrong_parameter_is_not_repeated(http: TestClient, reader: FakeReader, tokens: Tokens) -> None:
    answer = get(http, tokens.issue("rita"), params={"scopes": PHONE})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert PHONE not in answer.text
    assert reader.asked == []


def test_other_addresses_and_methods_are_problems_too(http: TestClient) -> None:
    for method, path, status in (
        ("GET", "/cases", 404),
        ("POST", f"/referrals/{REFERRAL}", 405),
        ("GET", "/docs", 404),
    ):
        answer = http.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_it_says_what_it_offers(http: TestClient) -> None:
    said = http.get("/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    responses = said["paths"]["/referrals/{referral}"]["get"]["responses"]
    assert set(responses) == {"200", "401", "403", "404", "410", "422", "429", "500", "503"}
    assert all("application/problem+json" in one["content"] for code, one in responses.items() if code != "200")
