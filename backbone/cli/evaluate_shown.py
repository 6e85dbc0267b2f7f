"""How `backbone evaluate` shows what was found: as text for a person, as JSON or CSV for a program. Each form says the same."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

import typer

from backbone.cli.output import say, show, show_json, table
from backbone.evaluation.conformance import Chosen
from backbone.evaluation.leadtimes import LeadTimes
from backbone.evaluation.outcomes import Outcomes
from backbone.evaluation.shares import Conformance, Share
from backbone.evaluation.small_cells import Reader, about
from backbone.evaluation.verdicts import Judged


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class LogFormat(StrEnum):
    XES = "xes"
    OCEL = "ocel"
    CSV = "csv"
    PARQUET = "parquet"


_NOT_SHOWN = "not shown"
"""Where a figure stands for readers inside and too few cases for readers outside: no number, and no zero."""


def conformance(chosen: Chosen, found: Conformance, cases: Sequence[Judged], form: Form) -> None:
    tables = {"step": found.by_step, "partner": found.by_partner, "step and partner": found.by_step_and_partner}
    if form is Form.JSON:
        shares: dict[str, Any] = dict.fromkeys(("all", "step", "partner"))
        if found.total is not None:
            shares = {"all": [_share(found.total)]}
            shares |= {name: [_share(row) for row in rows] for name, rows in tables.items() if rows}
        judged = [asdict(one) for one in cases]
        show_json({**_head(chosen, found.reader), "shares": shares, "findings": found.findings, "cases": judged})
    elif form is Form.CSV:
        lines = [("all", *(_cells(found.total) if found.total else ("all", "", "", "", "", "")))]
        lines += [(name, *_cells(row)) for name, rows in tables.items() for row in rows]
        lines += [("finding", name, "", "", "", "", count) for name, count in found.findings.items()]
        _csv(("table", "name", "as_agreed", "otherwise", "undecided", "share", "count"), lines, found.reader)
    else:
        _say_head(chosen, found.reader)
        if found.total is None:
            say(f"all, step, partner: {_NOT_SHOWN}; fewer than five cases stand behind one of the three sums.")
        else:
            _shares("all", (found.total,))
            for title in ("step", "partner"):
                _shares(title, tables[title])
        made = table("found beside it", "times#")
        for name, count in found.findings.items():
            made.add_row(name.replace("_", " "), str(count))
        show(made)
        say("as agreed: done, or not done by her own wish. undecided: not yet due, not possible, or it cannot be told.")


def _shares(title: str, rows: Iterable[Share]) -> None:
    made = table(title, "as agreed#", "otherwise#", "undecided#", "share#")
    for row in rows:
        said = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in row.verdicts.items())
        share = "-" if row.share is None else f"{row.share:.0%}"
        made.add_row(
            f"{row.name}\n  {said}" if said else row.name,
            *map(str, (row.as_agreed, row.otherwise, row.undecided)),
            share,
        )
    show(made)
    say("")


def _share(row: Share) -> dict[str, Any]:
    return {**asdict(row), "share": row.share}


def _cells(row: Share) -> tuple[Any, ...]:
    share = "" if row.share is None else f"{row.share:.4f}"
    return row.name, row.as_agreed, row.otherwise, row.undecided, share, row.as_agreed + row.otherwise + row.undecided


def lead_times(chosen: Chosen, found: LeadTimes, form: Form) -> None:
    if form is Form.JSON:
        steps = [asdict(one) for one in found.steps]
        show_json({**_head(chosen, found.reader), "steps_not_shown": found.left_out, "unit": "seconds", "steps": steps})
    elif form is Form.CSV:
        lines = [
            (one.step, one.done, one.open, one.mean_s, *one.quantiles.values(), _words(one.bins)) for one in found.steps
        ]
        _csv(("step", "done", "open", "mean_s", "p25_s", "p50_s", "p75_s", "p90_s", "bins"), lines, found.reader)
    else:
        _say_head(chosen, found.reader)
        _say_left_out(found.left_out, "steps")
        made = table("step", "done#", "open#", "p25#", "median#", "p75#", "p90#")
        for one in found.steps:
            bars = "  ".join(f"<={name} {count}" for name, count in one.bins.items())
            made.add_row(f"{one.step}\n  {bars}", str(one.done), str(one.open), *map(_lasted, one.quantiles.values()))
        show(made)
        say(
            "Quantiles count what is open as lasting at least until now (Kaplan-Meier); -: so many are not known to be done."
        )


def _lasted(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    hours = seconds / 3600
    return f"{seconds / 60:.0f} min" if hours < 2 else f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.1f} d"


def outcomes(chosen: Chosen, found: Outcomes, form: Form) -> None:
    if form is Form.JSON:
        figures = [asdict(one) for one in found.figures]
        show_json({**_head(chosen, found.reader), "figures_not_shown": found.left_out, "figures": figures})
    elif form is Form.CSV:
        _csv(
            ("figure", "of", "answer", "count"),
            [(one.name, one.of, word, count) for one in found.figures for word, count in one.counts.items()],
            found.reader,
        )
    else:
        _say_head(chosen, found.reader)
        _say_left_out(found.left_out, "figures")
        made = table("figure", "of", "answers")
        for one in found.figures:
            made.add_row(one.name, one.of, _words(one.counts))
        show(made)


def what_if(chosen: Chosen, found: Any, form: Form) -> None:
    """found: `services.rehearsal.whatif.Difference`; its `cases` are those that were played."""
    if form is Form.JSON:
        show_json({**_head(chosen, Reader.INSIDE), **asdict(found)})
        return
    rows = [(one.what, one.before, one.after, one.gained, one.lost) for one in found.rows]
    if form is Form.CSV:
        _csv(("what", "before", "after", "cases_gained", "cases_lost"), rows, Reader.INSIDE)
        return
    _say_head(chosen, Reader.INSIDE)
    say(f"{found.cases} cases played under {found.old} and under {found.new}")
    made = table("what follows", "before#", "after#", "cases more#", "cases less#")
    for row in rows:
        made.add_row(*map(str, row))
    show(made)
    for case in found.changed:
        say(f"{case.case}: {'; '.join([*(f'+ {one}' for one in case.more), *(f'- {one}' for one in case.less)])}")
    if found.unanswered:
        say(
            f"{found.unanswered} words answered a referral that one of the two does not make: they had nothing to answer."
        )
    if found.not_played:
        say(f"{found.not_played} cases do not settle under one of the two and are not in it.")
    say("The same words were told in both: what people would have told otherwise nobody knows.")


# --- common ---------------------------------------------------------------------------------------------------------------------


def _head(chosen: Chosen, reader: Reader) -> dict[str, Any]:
    return {
        "reader": reader.value,
        "chain": chosen.chain.name,
        "period": chosen.period.name,
        "until": chosen.until,
        "cases": about(len(chosen.cases)),
        "left_out": {name: about(count) for name, count in _left_out(chosen).items()},
        "not_understood_records": chosen.unread,
    }


def _left_out(chosen: Chosen) -> Mapping[str, int]:
    return {
        "imported": chosen.imported,
        "drills": chosen.drills,
        "erased": chosen.erased,
        "never opened": chosen.never_opened,
    }


def _say_head(chosen: Chosen, reader: Reader) -> None:
    left_out = ", ".join(f"{about(count)} {name}" for name, count in _left_out(chosen).items() if count)
    say(
        f"{chosen.chain.name}, {chosen.period.name}: {about(len(chosen.cases))} cases, as the records stand at "
        f"{chosen.until:%Y-%m-%d %H:%M} UTC" + (f"; left out: {left_out}" if left_out else "")
    )
    if chosen.unread:
        say(f"{chosen.unread} records are not understood by this version: figures may lack them.")
    if reader is Reader.OUTSIDE:
        say("For readers outside: no count that fewer than five cases stand behind; what was smaller is put together.")


def _say_left_out(count: int, what: str) -> None:
    if count:
        say(f"{count} {what} are {_NOT_SHOWN}: too few cases stand behind them.")


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _csv(columns: Sequence[str], lines: Iterable[Sequence[Any]], reader: Reader) -> None:
    """The last column says whom it was made for: a table travels without its command."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*columns, "reader"))
    writer.writerows((*line, reader.value) for line in lines)
    typer.echo(out.getvalue(), nl=False)
