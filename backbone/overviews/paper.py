"""An issue as what a reader gets, whatever it is written as: titles, tables, definitions, notes, in Dutch or English. Pure.

Nothing exact is in it: only what `shown`, `least` and `silent` of an issue hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backbone.chains import Chain
from backbone.overviews.apart import NATURE, two_figures
from backbone.overviews.incident import UNKNOWN
from backbone.overviews.issues import ONE, Issue
from backbone.overviews.occasions import beside
from backbone.overviews.periods import Period
from backbone.overviews.released import in_words
from backbone.overviews.shown import ALL, REST
from backbone.overviews.tables import (
    APART,
    CORRECTED,
    HOT_LEAST,
    HOT_PLACE_SHARE,
    HOT_TIMES,
    INCIDENTS,
    LATE,
    SILENT_WEEKS,
    TABLES,
    Table,
)
from backbone.overviews.words import OWN, SAID
from backbone.person.plain import day, word
from schakel.chain_state import Released
from schakel.her_words import LANGUAGES, Language


@dataclass(frozen=True)
class Cell:
    """count: shown. least: not shown, and at least so many. silent: no report at all for so long, and not since when. up: where to look
    when nothing of this is there."""

    count: int | None = None
    least: int | None = None
    silent: bool = False
    up: str = ""


OTHERS = ""
"""In place of a word: those that the row does not show, together."""


@dataclass(frozen=True)
class Line:
    row: str
    word: str
    cell: Cell


@dataclass(frozen=True)
class Sheet:
    """One table. lines: what is shown, and of each row that something is not, and where to look."""

    id: str
    title: str
    definition: str
    lines: tuple[Line, ...]
    by_row: bool


@dataclass(frozen=True)
class Paper:
    """What a reader gets."""

    title: str
    chain: str
    period: str
    about: str
    notes: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    hot: tuple[str, ...]
    hot_definition: str | None
    """None: no hotspots were asked for."""
    longer: str | None
    """Which tables a month does not have, and where they are."""
    language: Language
    digest: str
    occasions: tuple[str, ...] = ()
    """Notes on the events that fell in the period."""


def paper(
    chain: Chain,
    issue: Issue,
    language: Language = "nl",
    district: str | None = None,
    kept: Mapping[str, Issue] | None = None,
    release: Released | None = None,
) -> Paper:
    """The whole municipality and each district; or one district, with the whole beside it. kept: all issues, for notes on events.
    release: the decision under which it leaves, without those notes; without one it says that there is none."""
    of = LANGUAGES.index(language)
    said = {name: texts[of] for name, texts in SAID.items()}
    period = Period.parse(issue.period)
    known = [one for one in (INCIDENTS, *TABLES.values(), CORRECTED) if one.id in issue.shown]
    rows = [ALL, *issue.rows, REST] if district is None else [ALL, district]
    sheets = tuple(sheet for one in known for sheet in _sheets(one, issue, rows, language))
    when = period.in_words() if language == "nl" else period.name
    where = chain.title if district is None else f"{chain.title}, {row_name(district, language)}"
    return Paper(
        title=said["title"].format(where=where, when=when),
        chain=chain.name,
        period=issue.period,
        about=said["about"].format(
            first=day(period.first_day, language), last=day(period.last_day, language),
            as_of=day(chain.day_of(issue.as_of), language), number=issue.number,
        ),
        notes=(said["under"],
               in_words(chain, release, said["released"], language) if release else said["unreleased"],
               reach(chain, language),
               said["few"].format(k=issue.k), said["least"], said["silence"].format(weeks=SILENT_WEEKS), said["frozen"]),
        sheets=sheets,
        hot=tuple(_hot(issue, rows, language)),
        hot_definition=said["hot"].format(
            least=HOT_LEAST, share=HOT_PLACE_SHARE, times=str(HOT_TIMES).replace(".", "," if language == "nl" else ".")
        ),
        longer=said["longer"] if period.months == 1 else None,
        language=language,
        digest=issue.digest,
        occasions=() if release else beside(chain, period, kept or {issue.period: issue}, language, district),
    )  # fmt: skip


def reach(chain: Chain, language: Language) -> str:
    """How far the figures reach: how many organisations, in which municipalities."""
    return SAID["reach"][LANGUAGES.index(language)].format(
        many=len({one.partner for one in chain.members}),
        where=", ".join(row_name(one, language) for one in chain.municipalities),
    )


def _sheets(one: Table, issue: Issue, rows: list[str], language: Language) -> Iterator[Sheet]:
    """The table; and after the nature of what happened, hate crime and hate speech as two figures."""
    yield _sheet(one, issue, rows, language)
    if one.id == NATURE:
        of, up = LANGUAGES.index(language), _up(APART, issue, ALL, language)
        lines = (Line(ALL, name, Cell(count, up=up)) for name, count in two_figures(issue).items())
        yield Sheet(APART.id, APART.title[of], APART.definition[of], tuple(lines), by_row=False)


def _sheet(one: Table, issue: Issue, rows: list[str], language: Language) -> Sheet:
    of, make = LANGUAGES.index(language), _reports if one is INCIDENTS else _words
    lines = tuple(line for row in rows for line in make(one, issue, row, _up(one, issue, row, language)))
    return Sheet(one.id, one.title[of], one.definition[of], lines, one.by_row)


def _reports(one: Table, issue: Issue, row: str, up: str) -> Iterator[Line]:
    """A line for whatever row there is. Those without a number of their own are together in one as soon as there are any, whether or not
    they had a report."""
    shown, least = issue.shown[one.id], issue.least.get(one.id, {})
    hidden = [other for other in issue.rows if other not in shown]
    if row in issue.silent:
        yield Line(row, ONE, Cell(silent=True))
    elif row in shown or (row in hidden and row != UNKNOWN) or (row == REST and hidden):
        yield Line(row, ONE, Cell(shown.get(row, {}).get(ONE), least.get(row, {}).get(ONE), up=up))


def _words(one: Table, issue: Issue, row: str, up: str) -> Iterator[Line]:
    """The words that are shown, and one line for all that are not: by what is shown alone, so the same if they hold nothing."""
    shown, least = issue.shown[one.id].get(row, {}), issue.least.get(one.id, {}).get(row, {})
    told = {name: Cell(count, least.get(name)) for name, count in shown.items() if count is not None or least.get(name)}
    yield from (Line(row, name, cell) for name, cell in told.items())
    apart = row in issue.shown[one.id]
    if row == ALL:
        whole = one.id != LATE and len(told) == len(shown)
    else:
        whole = not one.by_row or row not in issue.rows or (apart and len(told) == len(shown))
        whole |= row == UNKNOWN and not apart
    if not whole:
        yield Line(row, OTHERS, Cell(up=up))


def _up(one: Table, issue: Issue, row: str, language: Language) -> str:
    """Where to look when a row shows a dash: the whole chain, and the next longer period. Of what came late or was corrected no longer
    period is made, and of the districts that are together no other number."""
    months = Period.parse(issue.period).months
    longer = {1: "quarter", 3: "year", 12: ""}[months]
    if row == REST or (row == ALL and (not longer or one.id in (LATE, CORRECTED.id))):
        return ""
    name = f"up_{longer}" if row == ALL else f"up_whole_{longer}".rstrip("_")
    return SAID[name][LANGUAGES.index(language)]


def row_name(row: str, language: Language) -> str:
    of = LANGUAGES.index(language)
    if row in (ALL, REST):
        return SAID[f"row_{row}"][of]
    if row == UNKNOWN:
        return SAID["row_unknown"][of]
    return "-".join(part.capitalize() for part in row.split("-"))


def word_name(table: str, name: str, language: Language) -> str:
    """What a reader calls a word of a table."""
    if name == OTHERS:
        return SAID["others"][LANGUAGES.index(language)]
    one = TABLES.get(table, INCIDENTS)
    if one.id == LATE:
        period = Period.parse(name)
        return period.in_words() if language == "nl" else period.name
    if (table, name) in OWN:
        return OWN[table, name][LANGUAGES.index(language)]
    if table == CORRECTED.id:
        return TABLES[name].title[LANGUAGES.index(language)]
    assert one.list is not None, f"{table}/{name} has no words"
    return word(one.list(name), language)


def _hot(issue: Issue, rows: list[str], language: Language) -> Iterator[str]:
    """By the written definition, from what is shown alone: so it tells nothing that is not shown."""
    for row in rows:
        whole = issue.shown[INCIDENTS.id].get(row, {}).get("all")
        if whole is None:
            continue
        for table, share in (
            ("place_type", 1 / HOT_PLACE_SHARE),
            ("day_part", HOT_TIMES / 4),
            ("weekday", HOT_TIMES / 7),
        ):
            for name, count in issue.shown.get(table, {}).get(row, {}).items():
                if count is not None and count >= HOT_LEAST and count >= share * whole:
                    yield f"{row_name(row, language)}: {word_name(table, name, language)} ({count} / {whole})"
