"""Breaches of a list: the backbone's counting and the acceptance test's own, on an invented list in that form."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance import clocks
from tests.lists.support import EXAMPLES

INCIDENTS = Path(__file__).with_name("incidents.csv")


def test_both_count_the_same_under_every_protocol_with_a_limit() -> None:
    counted = clocks.breaches(INCIDENTS, EXAMPLES / "toronto.yaml")
    assert counted.rows == 5
    assert counted.found == counted.expected
    assert any(name.startswith("handreiking-negen-stappen@2017.3/contact-met-melder") for name in counted.expected)
    assert sum(counted.expected.values()) > 0


def test_a_wrong_count_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(clocks.LIMITS, "48h", clocks.LIMITS["24h"])
    monkeypatch.setattr(clocks, "contact_after", lambda number: clocks.timedelta(hours=30))
    counted = clocks.breaches(INCIDENTS, EXAMPLES / "toronto.yaml")
    assert counted.found != counted.expected


def test_two_weekdays_by_hand() -> None:
    """Reported Friday 4 March 2022 in Toronto: Monday and Tuesday, so due at the midnight behind Tuesday."""
    reported = datetime(2022, 3, 4, 20, 0, tzinfo=UTC)
    assert clocks.LIMITS["2 werkdagen"](reported) == datetime(2022, 3, 9, 5, 0, tzinfo=UTC)
