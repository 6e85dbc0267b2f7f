"""A list or an agenda as something to hand out: the lines that the service `cases` built, as CSV, XLSX or HTML. Pure.

Case facts only, as `backbone.meetings` builds them; who may have them is decided there. Numbers: `asked`.
"""

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from backbone.overviews import sheets
from backbone.page_head import head as begin
from backbone.person.plain import lists
from schakel.errors import SchakelError

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
    "changes": "Veranderd sinds de vorige keer",
    "joint": "Gezamenlijke afdoening, en de wens",
    "advice": "Advies gevraagd, nog zonder antwoord",
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
_CHANGED = {
    "report": "gemeld",
    "contact": "contact",
    "delivered": "doorverwezen",
    "taken_up": "opgepakt",
    "complaint_taken": "aangifte opgenomen",
    "complaint_settled": "aangifte afgehandeld",
    "settlement": "afdoening gekozen",
    "closed": "gesloten",
}
_STATUS = {"open": "open", "closed": "gesloten", "withdrawn": "ingetrokken"}
_INSIDE = {
    "since_report": "dagen sinds de melding",
    "since_last_step": "dagen sinds de laatste stap",
    "suspended": "klokken die stilstaan",
    "days_suspended": "dagen waarin een klok stilstond",
    "contacts": "contact",
    "attempts": "pogingen",
    "referrals": "doorverwezen",
    "taken_up": "opgepakt",
    "actions": "acties",
    "done": "acties gedaan",
}

_PROGRESS = {
    "carried_out": "uitgevoerd",
    "next_year": "gaat volgend jaar door",
    "additional": "erbij gekomen",
    "dropped": "vervallen",
    "unknown": "niemand schreef op hoe het staat",
}
FOR_NOBODY = "Zonder beperking gemaakt: voor wie de backbone draait, niet om door te geven."

Rows = list[tuple[str, ...]]


class Unwritable(SchakelError):
    """What was answered has no form here: better said than handed out as an empty list."""


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
        case {"of": role, "by": by, "since": since}:
            return f"{lists()['Role'].get(role, role)}, gevraagd door {by} op {since}"
        case {"on": on, "what": what}:
            return f"{_CHANGED.get(what, what)} {on}"
        case {"settlement": settlement, "wish": wish, "departs_from_wish": departs, "motive": motive}:
            return _joint(settlement, wish, motive if departs else None)
        case dict():
            return ", ".join(f"{_INSIDE.get(key, key)}: {one}" for key, one in value.items())
    if name == "status":
        return _STATUS.get(str(value), str(value))
    return lists().get(_LISTS.get(name, ""), {}).get(str(value), str(value))


def _joint(settlement: str, wish: Sequence[str], motive: str | None) -> str:
    known = lists()
    wished = ", ".join(known["Need"].get(one, one) for one in wish) or "geen wens genoemd"
    chosen = known["Settlement"].get(settlement, settlement)
    return f"{chosen}; wens: {wished}" + (f"; wijkt af van de wens, want: {motive}" if motive else "")


def tables(made: Mapping[str, Any], titles: Mapping[str, str] | None = None) -> list[tuple[str, Rows]]:
    """What the service answered, as titled tables: an agenda with its subjects, a list with what not everybody knows yet,
    or how measures stand. titles: of measures, by id. Raises Unwritable for anything else."""
    if "reports" in made:
        return [_report(report, titles or {}) for report in made["reports"] if report is not None] or [_NO_REPORT]
    if "queries" in made:
        return [_query(one) for one in made["queries"]] or [("Zoekvraag", [("Gevonden", "geen")])]
    if "lines" not in made:
        found_here = ", ".join(sorted(made)) or "nothing"
        raise Unwritable(
            f"the service cases answered no lines or reports; found {found_here}: see `backbone consultation list`"
        )
    found = [("Zaken", rows(made["lines"]))]
    if made.get("not_yet_known_to_all"):
        found.append(("Nog niet bij iedereen bekend", rows(made["not_yet_known_to_all"])))
    if items := made.get("items"):
        subjects = [(name, str(last or "nog nooit")) for name, last in items.items()]
        found.append(("Onderwerpen die terugkomen", [("Onderwerp", "Laatst besproken"), *subjects]))
    return found


_SCREENED = {
    "relevant": "relevant bevonden",
    "not_relevant": "niet relevant bevonden",
    "unsure": "niet zeker",
    "not_screened": "nog niet bekeken",
}


def _query(one: Mapping[str, Any]) -> tuple[str, Rows]:
    """One version of the query; a dash is a number that is not shown."""
    words = one["words"] or dict.fromkeys(_SCREENED)
    shown = [("gevonden", one["found"]), *((says, words[word]) for word, says in _SCREENED.items())]
    return f"Zoekvraag {one['query']}", [
        ("Wat ermee gebeurde", "Aantal"),
        *((says, "–" if count is None else str(count)) for says, count in shown),
    ]


_NO_REPORT: tuple[str, Rows] = ("Maatregelen", [("Maatregel", "Stand")])


def _report(report: Mapping[str, Any], titles: Mapping[str, str]) -> tuple[str, Rows]:
    lines = [(titles.get(one, one), says) for part, says in _PROGRESS.items() for one in report.get(part, ())]
    return f"Maatregelen in {report['year']}", [("Maatregel", "Stand"), *lines]


def seen_by(partner: str | None) -> str:
    """As whom something was made; the first thing that it says."""
    return FOR_NOBODY if partner is None else f"Voor {partner}: zoals deze partner het mag zien."


def written(
    title: str,
    note: str | None,
    made: Mapping[str, Any],
    form: str,
    partner: str | None = None,
    titles: Mapping[str, str] | None = None,
) -> bytes:
    """csv, xlsx or html. partner: as whom it may be seen; it says so, also when it is for nobody in particular."""
    found = tables(made, titles)
    seen = seen_by(partner)
    if form == "html":
        return _html(
            title if partner is None else f"{title}, voor {partner}", [seen, *filter(None, [note])], found
        ).encode()
    head: Rows = [(title,), (seen,), *([(note,)] if note else [])]
    if form == "xlsx":
        return sheets.book([(name, list(table)) for name, table in [("Lees dit eerst", head), *found]])
    return sheets.text([*head, *(row for name, table in found for row in ((), (name,), *table))])


def _html(title: str, notes: Sequence[str], found: Sequence[tuple[str, Rows]]) -> str:
    style = (files("backbone.overviews") / "page.css").read_text(encoding="utf-8")
    parts = [
        begin("nl", title, style),
        f"<main><h1>{escape(title)}</h1>",
        *(f"<p>{escape(note)}</p>" for note in notes),
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
