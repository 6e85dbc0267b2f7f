"""The route keeps to its own OpenAPI description, whatever is asked: requests made up by schemathesis, for a few seconds."""

import tempfile
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from backbone.gateway.tokens import Tokens
from schakel.case_party import CaseSeen, OwnReferral
from schakel.events.data import DisclosurePermitted
from services.gateway import door, problems
from services.gateway.deadline import Deadline
from services.gateway.ledger import Answer
from services.gateway.reading import Away, Given, NotForYou, Refused, TooLate

_FOLDER = tempfile.TemporaryDirectory(prefix="schakel-tokens-")
_TOKENS = Tokens(Path(_FOLDER.name))
_TOKEN = _TOKENS.issue("slachtofferhulp")


class _EveryAnswer:
    """One of each, in turn."""

    def __init__(self) -> None:
        permit = Answer(DisclosurePermitted(request="r", scopes=("story", "label")), 0, 1)
        personal = {"contact_details": {"phone": "06-55500000"}, "story": "…"}
        given = Given("r", "c", permit, ("story", "label"), personal, ("place",), Deadline(3600.0))
        self._answers = cycle([given, NotForYou(), Refused("withdrawn"), TooLate(), Away("x"), RuntimeError("x")])

    async def read(self, partner: str, referral: str, scopes: tuple[str, ...]) -> Given:
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


class _EveryLook:
    """One of each, in turn."""

    def __init__(self) -> None:
        now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        own = OwnReferral(
            referral="r", role="victim_support", purpose="referral", protocol=None, step=None, mode=None, state="delivered",
            delivered_at=now, accepted_at=None, completed_at=None,
        )  # fmt: skip
        seen = CaseSeen(
            case="c", as_of=now, drill=False, chain=None, protocols=("p@1",), reported_at=now, closed=False, looks_after_it=True,
            referrals=(own,), clocks=(), actions=(),
        )  # fmt: skip
        noes = (problems.no_case_of_yours(), problems.refused("withdrawn"), problems.away())
        self._answers = cycle([seen, *noes])

    async def look(self, partner: str, case: str) -> CaseSeen:
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


_APP = door.build(_EveryAnswer(), _TOKENS, _EveryLook())  # type: ignore[arg-type]
schema = schemathesis.openapi.from_asgi("/openapi.json", _APP)


@schema.parametrize()
@settings(max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck])
def test_it_keeps_to_its_description(case: schemathesis.Case) -> None:
    # A 5xx is in the description here: what is away says so.
    case.call_and_validate(
        headers={"Authorization": f"Bearer {_TOKEN}"},
        excluded_checks=[schemathesis.checks.not_a_server_error],
    )


def test_its_routes_need_a_token() -> None:
    assert [(one.ok().method.upper(), one.ok().path) for one in schema.get_all_operations()] == [
        ("GET", "/referrals/{referral}"),
        ("GET", "/cases/{case}"),
    ]
    assert schema.raw_schema["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


pytestmark = pytest.mark.filterwarnings("ignore")
