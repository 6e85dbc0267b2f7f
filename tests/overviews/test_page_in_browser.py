"""The page of an overview in a real browser: on a small telephone, and by axe-core's rules. Where there is no browser these are skipped."""

import json
from pathlib import Path

from backbone.overviews.issues import press
from backbone.overviews.page import as_html
from backbone.overviews.paper import paper
from backbone.overviews.periods import Period
from tests.overviews.made import AFTER, amsterdam, incidents
from tests.person import test_page_in_browser as her_page
from tests.support.browser import Tab

pytestmark = her_page.pytestmark
axe, browser = her_page.axe, her_page.browser


async def test_a_telephone_and_the_rules_of_accessibility(browser: Tab, axe: str, tmp_path: Path) -> None:
    issue = press(amsterdam(), Period.parse("2026-Q1"), incidents(7, 300, days=90), {}, AFTER)[-1]
    page = tmp_path / "overview.html"
    page.write_text(as_html(paper(amsterdam(), issue)), encoding="utf-8")
    for width in (her_page.SMALLEST_PX, 1000):
        await browser.show(page.as_uri(), width)
        assert await browser.ask(her_page.WIDEST) == width
    assert await browser.ask("performance.getEntriesByType('resource').map(one => one.name)") == []
    await browser.ask(f"{axe}; 1")
    assert json.loads(await browser.ask(her_page.AXE)) == []
    await browser.ask("document.querySelectorAll('svg title').forEach(one => one.remove())")
    await browser.ask("document.querySelectorAll('svg').forEach(one => one.removeAttribute('aria-labelledby'))")
    await browser.ask("document.querySelectorAll('svg desc').forEach(one => one.remove())")
    assert "svg-img-alt" in {name for name, _ in json.loads(await browser.ask(her_page.AXE))}
