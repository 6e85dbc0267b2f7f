"""An issue as what a reader gets, whatever it is written as: titles, tables, definitions, notes, in Dutch or English. Pure.

Nothing exact is in it: only what `shown`, `least` and `silent` of an issue hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backbone.chains import Chain
from backbone.overviews.apart import NATURE, two_figures
from backbone.overviews.incident import UNKNOWN
from backbone.overviews.issues import Issue
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
    """count: shown. least: not shown, and at least so many. silent: no report at all for so long, and not since when."""

    count: int | None = None
    least: int | None = None
    silent: bool = False


@dataclass(frozen=True)
class Line:
    row: str
    word: str
    cell: Cell


@dataclass(frozen=True)
class Sheet:
    """One table. lines: only those with something to say."""

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
        of, lines = (
            LANGUAGES.index(language),
            (Line(ALL, name, Cell(count)) for name, count in two_figures(issue).items()),
        )
        yield Sheet(APART.id, APART.title[of], APART.definition[of], tuple(lines), by_row=False)


def _sheet(one: Table, issue: Issue, rows: list[str], language: Language) -> Sheet:
    shown, least = issue.shown[one.id], issue.least.get(one.id, {})
    lines: list[Line] = []
    for row in rows:
        if one is INCIDENTS and row in issue.silent:
            lines.append(Line(row, "all", Cell(silent=True)))
            continue
        if row not in shown and row in issue.rows and row != UNKNOWN:
            if one is INCIDENTS:
                lines.append(Line(row, "all", Cell(least=least.get(row, {}).get("all"))))
            continue
        for name, count in shown.get(row, {}).items():
            sure = least.get(row, {}).get(name)
            if count is not None or sure or (one is INCIDENTS):
                lines.append(Line(row, name, Cell(count, sure)))
    of = LANGUAGES.index(language)
    return Sheet(one.id, one.title[of], one.definition[of], tuple(lines), one.by_row)


def row_name(row: str, language: Language) -> str:
    of = LANGUAGES.index(language)
    if row in (ALL, REST):
        return SAID[f"row_{row}"][of]
    if row == UNKNOWN:
        return SAID["row_unknown"][of]
    return "-".join(part.capitalize() for part in row.split("-"))


def word_name(table: str, name: str, language: Language) -> str:
    """What a reader calls a word of a table."""
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
