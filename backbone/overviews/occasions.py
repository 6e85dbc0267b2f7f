"""The events of a chain's calendar beside an overview: in which months and places one fell, and the same one a year before. Pure.

Notes, and no figures of their own: every number here stands in an issue of a month already, and what such an issue hides is hidden here.
They are made when an overview is written, from the chain's file as it is then, and are no part of the issue.
"""

from collections.abc import Iterator, Mapping

from backbone.chains import Chain
from backbone.chains.occasions import Time
from backbone.overviews.issues import ONE, Issue
from backbone.overviews.periods import Period
from backbone.overviews.shown import ALL
from backbone.overviews.tables import INCIDENTS
from backbone.overviews.words import SAID
from backbone.person.plain import day
from schakel.her_words import LANGUAGES, Language


def beside(
    chain: Chain, period: Period, kept: Mapping[str, Issue], language: Language, district: str | None = None
) -> tuple[str, ...]:
    """What fell in the period, oldest first: where, when, and how many reports there were in each of its months, then and a year before.

    kept: the issues of the chain, by period. district: only what is there, or everywhere.
    """
    times = [
        one
        for occasion in chain.file.occasions
        if district is None or occasion.districts is None or district in occasion.districts
        for one in occasion.times()
        if one.days.first <= period.last_day and one.days.end >= period.first_day
    ]
    times.sort(key=lambda one: (one.days.first, one.name))
    return tuple(line for one in times for line in _of(one, period, kept, language, district))


def months(one: Time) -> list[Period]:
    """The months in which it falls, in order."""
    first, last = Period.month_of(one.days.first), Period.month_of(one.days.end)
    years = range(first.year, last.year + 1)
    every = [Period.parse(f"{year:04}-{month:02}") for year in years for month in range(1, 13)]
    return [month for month in every if first.name <= month.name <= last.name]


def _of(
    one: Time, period: Period, kept: Mapping[str, Issue], language: Language, district: str | None
) -> Iterator[str]:
    said = {name: texts[LANGUAGES.index(language)] for name, texts in SAID.items()}
    occasion = one.occasion
    fell = "fell_on" if one.days.end == one.days.first else "fell"
    where = said["everywhere"] if occasion.districts is None else ", ".join(map(_place, occasion.districts))
    yield said[fell].format(
        title=occasion.title, first=day(one.days.first, language), last=day(one.days.end, language), where=where
    )
    rows = [ALL, *([district] if district else occasion.districts or ())]
    before = one.a_year_before()
    if before is None:
        yield said["no_year_before"].format(title=occasion.title, year=one.days.first.year - 1)
        return
    then = months(before)
    for nth, month in enumerate(months(one)):
        if period.first_day <= month.first_day <= period.last_day:
            other = then[min(nth, len(then) - 1)]
            numbers = (
                said["compared"].format(
                    where=said["row_all"] if row == ALL else _place(row), now=_count(kept, month, row, said),
                    before=_count(kept, other, row, said),
                )
                for row in rows
            )  # fmt: skip
            yield said["year_before"].format(
                title=occasion.title,
                month=_named(month, language),
                other=_named(other, language),
                numbers="; ".join(numbers),
            )


def _count(kept: Mapping[str, Issue], month: Period, row: str, said: Mapping[str, str]) -> str:
    """As the issue of the month shows it; a dash may be any number."""
    if month.name not in kept:
        return said["not_issued"]
    count = kept[month.name].shown[INCIDENTS.id].get(row, {}).get(ONE)
    return said["dash"] if count is None else str(count)


def _named(month: Period, language: Language) -> str:
    return month.in_words() if language == "nl" else month.name


def _place(district: str) -> str:
    return "-".join(part.capitalize() for part in district.split("-"))
