"""A list of cases or an agenda as something to hand out: the lines that the service `cases` built, as CSV, XLSX or HTML. Pure.

Case facts only, as `backbone.meetings` builds them; who may have them is decided there.
"""

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from backbone.overviews import sheets
from backbone.page_head import head as begin
from backbone.person.plain import lists

COLUMNS: Mapping[str, str] = {
    "cases": "Zaak",
    "reported_on": "Gemeld op",
    "municipality": "Gemeente",
    "district": "Stadsdeel",
    "place_type": "Soort plaats",
    "natures": "Aard",
    "grounds": "Grond",
    "day_part": "Dagdeel",
    "door": "Loket",
    "status": "Stand",
    "records": "Bij de politie",
    "enrichment": "Wat anderen ervan vinden",
    "lead_time": "Doorlooptijd",
    "effort": "Inzet",
    "settlement": "Afloop",
    "unmapped": "Buiten de afgesproken woorden",
    "pilots": "Proef",
}
_LISTS = {
    "place_type": "PlaceType",
    "natures": "Nature",
    "grounds": "Ground",
    "day_part": "DayPart",
    "records": "PoliceRecord",
    "settlement": "CloseReason",
}
_STATUS = {"open": "open", "closed": "gesloten", "withdrawn": "ingetrokken"}
_INSIDE = {
    "since_report": "dagen sinds de melding",
    "since_last_step": "dagen sinds de laatste stap",
    "suspended": "klokken die stilstaan",
    "contacts": "contact",
    "attempts": "pogingen",
    "referrals": "doorverwezen",
    "taken_up": "opgepakt",
}

Rows = list[tuple[str, ...]]


def rows(lines: Sequence[Mapping[str, Any]]) -> Rows:
    """A head and a row a line; only the columns in which something stands."""
    used = [name for name in COLUMNS if any(line.get(name) not in (None, [], "") for line in lines)]
    return [
        tuple(COLUMNS[name] for name in used),
        *(tuple(_said(name, line.get(name)) for name in used) for line in lines),
    ]


def _said(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case list():
            return ", ".join(_said(name, one) for one in value)
        case {"by": by, "what": what, "says": says}:
            return f"{by}: {what} {says}"
        case dict():
            return ", ".join(f"{_INSIDE.get(key, key)}: {one}" for key, one in value.items())
    if name == "status":
        return _STATUS.get(str(value), str(value))
    return lists().get(_LISTS.get(name, ""), {}).get(str(value), str(value))


def tables(made: Mapping[str, Any]) -> list[tuple[str, Rows]]:
    """What the service answered, as titled tables: an agenda with its subjects, or a list with what not everybody knows yet."""
    found = [("Zaken", rows(made.get("lines", [])))]
    if made.get("not_yet_known_to_all"):
        found.append(("Nog niet bij iedereen bekend", rows(made["not_yet_known_to_all"])))
    if items := made.get("items"):
        subjects = [(name, str(last or "nog nooit")) for name, last in items.items()]
        found.append(("Onderwerpen die terugkomen", [("Onderwerp", "Laatst besproken"), *subjects]))
    return found


def written(title: str, note: str | None, made: Mapping[str, Any], form: str) -> bytes:
    """csv, xlsx or html."""
    found = tables(made)
    if form == "html":
        return _html(title, note, found).encode()
    head: Rows = [(title,), *([(note,)] if note else [])]
    if form == "xlsx":
        return sheets.book([(name, list(table)) for name, table in [("Lees dit eerst", head), *found]])
    return sheets.text([*head, *(row for name, table in found for row in ((), (name,), *table))])


def _html(title: str, note: str | None, found: Sequence[tuple[str, Rows]]) -> str:
    style = (files("backbone.overviews") / "page.css").read_text(encoding="utf-8")
    parts = [
        begin("nl", title, style),
        f"<main><h1>{escape(title)}</h1>",
        f"<p>{escape(note)}</p>" if note else "",
    ]
    for name, (head, *lines) in found:
        parts.append(f"<section><h2>{escape(name)}</h2>")
        if not lines:
            parts.append("<p>Niets, op dit moment.</p>")
        for line in lines:
            pairs = "".join(
                f"<dt>{escape(what)}</dt><dd>{escape(says)}</dd>" for what, says in zip(head, line, strict=True) if says
            )
            parts.append(f"<dl>{pairs}</dl>")
        parts.append("</section>")
    return "".join([*parts, "</main></body></html>\n"])
