"""The papers point at what is there: files, names in code, targets of the Makefile, commands, headings."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.house.papers import NAMES, PAPERS, ROOT, defined, links, make_targets, places

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
WRITTEN = set(re.findall(r"docs/[a-z./-]+", MAKEFILE))
"""What a target writes need not be there before it ran."""


def missing_places(text: str) -> list[str]:
    """What the text points to in the repository and is not there."""
    missing = []
    for path, name in places(text):
        file = ROOT / path
        if path in WRITTEN:
            continue
        if not file.exists():
            missing.append(path)
        elif name and name not in defined(file):
            missing.append(f"{path}::{name}")
    return missing


@pytest.mark.parametrize("paper", PAPERS, ids=NAMES)
class TestPaper:
    def test_files_and_names_in_code_are_there(self, paper: Path) -> None:
        assert missing_places(paper.read_text(encoding="utf-8")) == []

    def test_links_lead_somewhere(self, paper: Path) -> None:
        found = links(paper.read_text(encoding="utf-8"))
        assert [link for link in found if not (paper.parent / link).exists()] == []

    def test_targets_are_in_the_makefile(self, paper: Path) -> None:
        assert make_targets(paper.read_text(encoding="utf-8")) <= TARGETS

    def test_it_begins_with_one_heading(self, paper: Path) -> None:
        assert paper.read_text(encoding="utf-8").startswith("# ")


def test_something_missing_is_noticed() -> None:
    text = "`schakel/case.py::apply` and `schakel/case.py::no_such_thing`, `backbone/nowhere.py`, `var/venv`, `make cake`, [x](no.md)"
    assert missing_places(text) == ["schakel/case.py::no_such_thing", "backbone/nowhere.py"]
    assert make_targets(text) - TARGETS == {"cake"}
    assert links(text) == ["no.md"]
    assert missing_places("`services/intake/processor.py::IntakeProcessor.no_such_step`") != []
    assert missing_places("`services/intake/processor.py::IntakeProcessor.process`") == []


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "img").glob("*.svg")), ids=lambda path: path.name)
def test_pictures_can_be_drawn(picture: Path) -> None:
    drawing = ElementTree.parse(picture).getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawing.get("viewBox"), "it must grow and shrink with the page"
    assert drawing.find("{http://www.w3.org/2000/svg}title") is not None, "what it shows, for those who do not see it"
