"""A case's page in a real browser: any width, no rule of accessibility broken, on paper. axe-core as the person's page has it.

Chromium comes from the machine; without one these are skipped, and the gate installs it. SCHAKEL_SKIP_BROWSER=1 leaves them out.
"""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from schakel.entry import Entry
from schakel.history import History
from services.hindsight import door
from tests.person.test_page_in_browser import AXE, WIDEST
from tests.person.test_page_in_browser import axe as axe
from tests.support.browser import Tab, chromium, tab
from tests.support.pdf import A4, bare, pages

_LEFT_OUT = chromium() is None and os.environ.get("SCHAKEL_REQUIRE_BROWSER") != "1"
pytestmark = pytest.mark.skipif(
    _LEFT_OUT or os.environ.get("SCHAKEL_SKIP_BROWSER") == "1", reason="no Chromium on this machine"
)
OVER = """(() => {
  const faults = [], rows = [...document.querySelectorAll('.rows > li')];
  for (const row of rows) {
    const whole = row.getBoundingClientRect();
    for (const mark of row.querySelectorAll('svg svg, svg rect')) {
      const at = mark.getBoundingClientRect();
      if (at.width && (at.left < whole.left - 8 || at.right > whole.right + 8)) faults.push(row.textContent.slice(0, 40));
    }
  }
  const labels = [...document.querySelectorAll('.axis')].map(one => [...one.querySelectorAll('text')].map(t => t.getBoundingClientRect()));
  for (const line of labels) line.forEach((a, i) => line.slice(i + 1).forEach(b => { if (a.right > b.left) faults.push('days'); }));
  return JSON.stringify([faults, rows.length]);
})()"""


@pytest.fixture(scope="module")
def page(told: tuple[History, list[Entry]], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "verslag.html"
    path.write_text("".join(door.report(*told)), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Tab]:
    async with tab(tmp_path / "profile") as opened:
        yield opened


async def test_it_fits_any_width_and_its_marks_stay_on_their_rows(browser: Tab, page: str) -> None:
    for width in (320, 360, 1000):
        await browser.show(page, width)
        assert await browser.ask(WIDEST) == width
        faults, rows = json.loads(await browser.ask(OVER))
        assert faults == []
        assert rows >= 10
    await browser.ask("document.querySelector('.rows svg svg').setAttribute('x', '140%')")
    assert json.loads(await browser.ask(OVER))[0], "and this would notice a mark that is not"


async def test_it_breaks_no_rule_of_accessibility_and_loads_nothing(browser: Tab, page: str, axe: str) -> None:
    await browser.show(page, 360)
    assert await browser.ask("performance.getEntriesByType('resource').map(one => one.name)") == []
    await browser.ask(f"{axe}; 1")
    assert json.loads(await browser.ask(AXE)) == []
    await browser.ask("document.querySelector('dt').style.color = '#ccc'")
    assert [name for name, _ in json.loads(await browser.ask(AXE))] == ["color-contrast"]


PRINTED_PX = 688
"""What the margins of report.css leave of A4: 182 mm, at 96 to the inch."""
ROWS = "JSON.stringify([...document.querySelectorAll('.rows > li')].map(one => one.innerText))"


async def test_it_prints(browser: Tab, page: str) -> None:
    """On A4, all of it: every word of the screen is on paper, no page is empty, and each row of the timeline is whole on one page."""
    await browser.show(page, 1000)
    said, rows = await browser.ask("document.body.innerText"), json.loads(await browser.ask(ROWS))
    paper = pages(await browser.printed())
    assert {sheet.size for sheet in paper} == {A4}
    assert 3 <= len(paper) <= 12
    assert all(len(sheet.text) > 200 for sheet in paper)
    whole = "".join(sheet.text for sheet in paper)
    assert {word for word in said.split() if bare(word) not in whole} == set()
    assert len(rows) >= 10
    for row in rows:
        assert any(all(bare(word) in sheet.text for word in row.split()) for sheet in paper), row
    assert (said.count("In het kort"), whole.count("Inhetkort")) == (2, 1), "links to what follows are for a screen"


async def test_nothing_is_cut_off_on_paper(browser: Tab, page: str) -> None:
    await browser.show(page, 1000)
    await browser.on_paper(PRINTED_PX)
    assert await browser.ask("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert await browser.ask(WIDEST) == PRINTED_PX
    assert json.loads(await browser.ask(OVER))[0] == []
    await browser.ask("document.querySelector('.rows > li').style.width = '800px'")
    assert await browser.ask(WIDEST) > PRINTED_PX, "and this would notice"
