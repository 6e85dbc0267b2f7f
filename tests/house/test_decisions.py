"""Every decision: one page, the same parts in the same order, on the list, and it says where it lives."""

import re
from pathlib import Path

import pytest

from tests.house.papers import ROOT, links, places

FOLDER = ROOT / "docs" / "adr"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
PARTS = ["Context", "Decision", "Consequence", "Where it lives"]
LONGEST_PAGE = 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == PARTS
    assert text.startswith(f"# {page.name[:4]} ")
    assert "\nStatus: accepted" in text
    assert len(text.splitlines()) <= LONGEST_PAGE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_it_says_where_it_lives(page: Path) -> None:
    lives = page.read_text(encoding="utf-8").partition("## Where it lives")[2]
    assert len(list(places(lives))) >= 2


def test_the_list_names_every_page_by_its_title() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert links(listed) == [page.name for page in PAGES]
    for page in PAGES:
        number, title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").split(" ", 1)
        assert f"| [{number}]({page.name}) | {title} |" in listed


def test_numbers_go_up_by_one() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))
