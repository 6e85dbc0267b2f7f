"""docs/security.md: every arrow has all six kinds of threat, and each has a test that is there, or says what is left.

That the tests named exist, `test_papers` sees to, as for every paper; here also that they are tests.
"""

import re

import pytest

from tests.house.papers import ROOT, places, table_rows

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ARROWS = {
    title: text
    for title, _, text in (part.partition("\n") for part in re.split(r"^## (?=\d+\. )", PAGE, flags=re.MULTILINE)[1:])
}
STRIDE = set("STRIDE")
LEFT = "**Left**"


def wrong(rows: list[list[str]]) -> list[str]:
    """What is the matter with an arrow's table."""
    found = [f"nothing about {kind}" for kind in sorted(STRIDE - {row[0] for row in rows})]
    for kind, threat, _, answer in rows:
        tests = list(places(answer))
        if not tests and LEFT not in answer:
            found.append(f"{kind}, {threat}: neither a test nor what is left")
        for path, name in tests:
            if not re.fullmatch(r"tests/\w+/test_\w+\.py", path) or not (name or "").rpartition(".")[2].startswith(
                "test_"
            ):
                found.append(f"{kind}, {threat}: {path}::{name} is no test")
    return found


@pytest.mark.parametrize("arrow", ARROWS)
def test_every_kind_of_threat_is_answered_or_said_to_be_left(arrow: str) -> None:
    assert wrong(table_rows(ARROWS[arrow].partition("\n## ")[0])) == []


def test_no_arrow_of_the_picture_is_missing() -> None:
    assert [int(title.partition(".")[0]) for title in ARROWS] == list(range(1, 17))
    for word in (
        "`in` topic",
        "intake",
        "ledger",
        "services",
        "`out` topics",
        "gateway",
        "registry",
        "Keys",
        "Backups",
        "auditors",
        "Overviews",
        "import",
    ):
        assert any(word.lower() in title.lower() for title in ARROWS), word


def test_a_gap_is_noticed() -> None:
    row = ["S", "a threat", "-", "`tests/house/test_security.py::test_a_gap_is_noticed`"]
    assert wrong([row]) == [f"nothing about {kind}" for kind in "DEIRT"]
    assert wrong([["S", "a threat", "-", "trust us"]])[-1] == "S, a threat: neither a test nor what is left"
    assert wrong([["S", "a threat", "-", "`services/intake/rules.py::refusal`"]])[-1].endswith("is no test")
