"""Issues of overviews: made once a period is closed, and never again. What comes later is a correction in the next one. Pure.

An issue holds the exact counts too, and which incidents were counted in it: they stay inside. What leaves is in `shown` and `least`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from backbone.chains import Chain
from backbone.overviews import corrected, longer
from backbone.overviews.apart import SPEECH
from backbone.overviews.apart import hidden as apart_hidden
from backbone.overviews.digests import sealed
from backbone.overviews.incident import UNKNOWN, Incident
from backbone.overviews.periods import Period
from backbone.overviews.shown import ALL, REST, Shown, late, table, totals
from backbone.overviews.tables import CORRECTED, INCIDENTS, LATE, SILENT_WEEKS, TABLES, By, K, Table
from backbone.overviews.tally import Tally, added, tally
from schakel.errors import SchakelError

ONE = "all"
"""The only word of the table of incidents."""
Least = dict[str, dict[str, int]]


class NotClosed(SchakelError):
    """The period is not over yet, as far as the ledger knows."""


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """One issue of an overview."""

    chain: str
    period: str
    number: int
    """The how many-th issue of the chain: 1, 2, 3 ..."""
    before: str | None
    """The digest of the issue before it; null for the first."""
    as_of: datetime
    """The newest log time of the ledger that was known."""
    k: int = K
    rows: tuple[str, ...]
    apart: tuple[str, ...]
    """The districts that are shown by themselves; the others are in `rest` together."""
    counts: Tally
    """Exact; inside only."""
    counted: dict[str, list[str]] = {}
    """Of a month: the incidents that were counted in it, by row; inside only."""
    said: corrected.Said | msgspec.UnsetType = msgspec.UNSET
    """How the incidents that were counted in it count, and those that counted otherwise before; inside only. Older issues have none."""
    shown: dict[str, Shown]
    least: dict[str, Least] = {}
    silent: dict[str, date | None]
    """Districts without a report for so long. Only older issues have the day of the last one, and no reader gets it."""
    digest: str = ""


def press(
    chain: Chain, period: Period, incidents: Sequence[Incident], kept: Mapping[str, Issue], as_of: datetime
) -> list[Issue]:
    """The issues that are still to be made for this period, in order: its months and quarters, then the period itself.

    kept: those that were made, by period. Raises NotClosed while the period is not over at `as_of`, the newest log time.
    """
    if chain.day_of(as_of) <= period.last_day:
        raise NotClosed(
            f"{period.name} is not over: the newest log time of the ledger is of {chain.day_of(as_of)}, expected a day "
            f"after {period.last_day}; ask again then"
        )
    have = dict(kept)
    told = Told.of(incidents, have.values())
    made: list[Issue] = []
    wanted = [*period.in_months(), *(period.parts if period.months == 12 else ())]
    for one in (*wanted, *(() if period.months == 1 else (period,))):
        if one.name not in have:
            make = _month if one.months == 1 else _longer
            issue = make(chain, one, told, have, as_of)
            have[one.name] = issue
            made.append(issue)
    return made


@dataclass(frozen=True)
class Told:
    """The incidents, at hand in several ways."""

    left: dict[str, list[Incident]]
    """By month, those that were counted in no issue yet."""
    by_case: Mapping[str, Incident]
    last: Mapping[str, Mapping[str, date]]
    """By month and district, the day of the last report."""
    compared: set[By]
    """The kinds of tables for which what earlier presses issued was compared with it. Once is enough: it stands still."""

    @classmethod
    def of(cls, incidents: Iterable[Incident], have: Iterable[Issue]) -> "Told":
        by_day: dict[date, list[Incident]] = {}
        for one in incidents:
            by_day.setdefault(one.reported_on, []).append(one)
        before = {case for issue in have for ids in issue.counted.values() for case in ids}
        left: dict[str, list[Incident]] = {}
        last: dict[str, dict[str, date]] = {}
        for day, mine in sorted(by_day.items()):
            month = Period.month_of(day).name
            last.setdefault(month, {}).update(dict.fromkeys([one.district for one in mine], day))
            new = [one for one in mine if before.isdisjoint(one.cases)] if before else mine
            left.setdefault(month, []).extend(new)
        by_case = {case: one for mine in by_day.values() for one in mine for case in one.cases}
        return cls(left, by_case, last, set())


def _next(have: Mapping[str, Issue]) -> tuple[int, str | None]:
    last = max(have.values(), key=lambda issue: issue.number, default=None)
    return (last.number + 1, last.digest) if last else (1, None)


def _month(chain: Chain, month: Period, told: Told, have: Mapping[str, Issue], as_of: datetime) -> Issue:
    rows = (*chain.districts, UNKNOWN)
    months = [name for name in sorted(told.left) if name == month.name or (name < month.name and name in have)]
    mine = [one for name in months for one in told.left.pop(name)]
    counts = tally(((one.district, one) for one in mine), rows, By.MONTH)
    counted: dict[str, list[str]] = {row: [] for row in rows}
    for one in mine:
        counted[one.district].append(one.id)
    number, last = _next(have)
    said = corrected.as_counted([(one.id, one) for one in mine], By.MONTH)
    by_row = {row: counts[INCIDENTS.id][row].get(ONE, 0) for row in rows}
    shown_by_row = totals(by_row, rows, K)
    shown, apart = _tables(By.MONTH, counts, by_row, shown_by_row, rows)
    shown[LATE] = {ALL: _late(month, counts, have, shown_by_row.get(ALL))}
    counts[CORRECTED.id], shown[CORRECTED.id] = _corrected(have, told, By.MONTH, said)
    return sealed(
        Issue(
            chain=chain.name,
            period=month.name,
            number=number,
            before=last,
            as_of=as_of,
            rows=rows,
            apart=apart,
            counts=counts,
            counted=counted,
            said=said,
            shown=shown,
            silent=_silent(month, told, by_row, have),
        )
    )


def _corrected(
    have: Mapping[str, Issue], told: Told, by: By, said: corrected.Said
) -> tuple[dict[str, dict[str, int]], Shown]:
    """Incidents of earlier issues that count otherwise by now: exact, and as far as may be shown. said: gets what they count as."""
    if by in told.compared:
        exact = corrected.nothing(have.values(), by)
        return {ALL: exact}, {ALL: dict.fromkeys(exact)}
    told.compared.add(by)
    before = corrected.Before.of(have.values(), by)
    found = corrected.changes(before, told.by_case, by)
    said |= found
    exact = corrected.counted(before, found, by)
    return {ALL: exact}, {ALL: corrected.shown(before, exact, K)}


def _late(month: Period, counts: Tally, have: Mapping[str, Issue], whole: int | None) -> dict[str, int | None]:
    """Earlier months that were issued, and how many came in of them since, as far as that may be shown."""
    if whole is None:
        return {}
    issued = sorted((name for name in have if name < month.name and Period.parse(name).months == 1), reverse=True)
    found = added([{LATE: {ALL: words}} for words in counts[LATE].values()])[LATE][ALL]
    return {name: count for name, count in sorted(late(found, issued, whole, K).items())}


def _tables(
    by: By, counts: Tally, by_row: Mapping[str, int], shown_by_row: Mapping[str, int | None], rows: Sequence[str]
) -> tuple[dict[str, Shown], tuple[str, ...]]:
    """What may be shown of the tables that are made by this period; and the rows that stand by themselves."""
    apart = tuple(row for row in rows if shown_by_row.get(row) is not None)
    others = [row for row in rows if row not in apart]
    rest, whole = sum(by_row[row] for row in others), shown_by_row.get(ALL)
    incidents: Shown = {row: {ONE: shown_by_row.get(row)} for row in (ALL, *apart)}
    if rest:
        incidents[REST] = {ONE: rest if whole is not None and rest >= K else None}
    shown = {INCIDENTS.id: incidents}
    closed = (REST,) if by is By.QUARTER else ()  # how many a district had may be known in part, from its months
    most = {row: by_row[row] for row in apart} | ({REST: rest} if rest else {})
    for one in (one for one in TABLES.values() if one.by is by and one.id != LATE):
        merged = {row: counts[one.id][row] for row in apart}
        if rest:
            merged[REST] = added([{one.id: {REST: counts[one.id][row]}} for row in others])[one.id][REST]
        if whole is None:
            shown[one.id] = {ALL: dict.fromkeys(one.words)}
        else:
            pooled = apart_hidden(one, sum(row.get(SPEECH, 0) for row in merged.values()), whole)
            shown[one.id] = table(merged, most, one.words, K, by_row=one.by_row, closed=closed, pooled=pooled)
    return shown, apart


def _longer(chain: Chain, period: Period, told: Told, have: Mapping[str, Issue], as_of: datetime) -> Issue:
    months = [have[month.name] for month in period.in_months()]
    rows = tuple(dict.fromkeys(row for issue in months for row in issue.rows))
    by_row, shown_by_row, least_by_row = longer.of_incidents(period, have, rows)
    shown: dict[str, Shown] = {}
    least: dict[str, Least] = {}
    counts: Tally = {INCIDENTS.id: {row: {ONE: by_row[row]} for row in rows}}
    said: corrected.Said = {}
    shown_sums, least_sums = corrected.summed(months if period.months == 3 else _of_year(period, have))
    if period.months == 3:
        nothing = Incident(id="", cases=(), reported_on=period.first_day, district=UNKNOWN, words={})
        population = [
            (row, told.by_case.get(case, nothing))
            for issue in months
            for row, ids in issue.counted.items()
            for case in ids
        ]
        counts = tally(population, rows, By.QUARTER)
        cases = [case for issue in months for ids in issue.counted.values() for case in ids]
        standing = [(case, told.by_case[case]) for case in cases if case in told.by_case]
        said = corrected.as_counted(standing, By.QUARTER)
        shown, apart = _tables(By.QUARTER, counts, by_row, shown_by_row, rows)
    else:
        shown, apart = _tables(By.QUARTER, _nothing(rows), by_row, shown_by_row, rows)
        shown = {INCIDENTS.id: shown[INCIDENTS.id]}
    least[INCIDENTS.id] = {row: {ONE: count} for row, count in least_by_row.items()}
    for one in TABLES.values():
        if _is_summed(one, period):
            shown[one.id], least[one.id] = longer.of_table(one, period, have, apart)
    shown[CORRECTED.id], least[CORRECTED.id] = {ALL: shown_sums}, {ALL: least_sums}
    if period.months == 3:
        counts[CORRECTED.id], own = _corrected(have, told, By.QUARTER, said)
        shown[CORRECTED.id][ALL] |= own[ALL]
    number, last = _next(have)
    return sealed(
        Issue(
            chain=chain.name,
            period=period.name,
            number=number,
            before=last,
            as_of=as_of,
            rows=rows,
            apart=apart,
            counts=counts,
            said=said if period.months == 3 else msgspec.UNSET,
            shown=shown,
            least=least,
            silent=_silent(period, told, by_row, have),
        )
    )


def _of_year(period: Period, have: Mapping[str, Issue]) -> list[Issue]:
    """A year's months and quarters."""
    return [have[part.name] for part in (*period.in_months(), *period.parts)]


def _is_summed(one: Table, period: Period) -> bool:
    return one.id != LATE and (one.by is By.MONTH or period.months == 12)


def _nothing(rows: Sequence[str]) -> Tally:
    return {one.id: {row: {} for row in rows} for one in TABLES.values()}


def _silent(period: Period, told: Told, by_row: Mapping[str, int], have: Mapping[str, Issue]) -> dict[str, date | None]:
    """Districts without a report in the period, and for twelve weeks before its end. Never since when, nor whether there ever was one:
    a day would say of a hidden number that it is not 0; a day here and there, where it is left out.

    A district stays silent until a report is counted: else it would say that one from before was corrected.
    """
    newest = Period.month_of(period.first_day - timedelta(days=1) if period.months == 1 else period.last_day).name
    before = have[newest].silent if newest in have else {}
    last: dict[str, date] = {}
    for month in sorted(told.last):
        if month <= str(period.last_day)[:7]:
            last |= told.last[month]
    since = period.last_day - timedelta(weeks=SILENT_WEEKS)
    quiet = [row for row, count in by_row.items() if not count and row != UNKNOWN]
    return {row: None for row in quiet if row in before or row not in last or last[row] <= since}
