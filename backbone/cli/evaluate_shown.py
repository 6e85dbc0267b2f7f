"""How `backbone evaluate` shows what was found: as text for a person, as JSON or CSV for a program. Each form says the same."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

import typer

from backbone.chains import Chain
from backbone.cli.output import say, show, show_json, table
from backbone.evaluation.conformance import Chosen
from backbone.evaluation.leadtimes import Distribution
from backbone.evaluation.outcomes import Figure
from backbone.evaluation.period import Period
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


def conformance(chosen: Chosen, found: Conformance, cases: Sequence[Judged], form: Form) -> None:
    tables = {"all": (found.total,), "step": found.by_step, "partner": found.by_partner}
    tables["step and partner"] = found.by_step_and_partner
    if form is Form.JSON:
        shares = {name: [_share(row) for row in rows] for name, rows in tables.items() if rows}
        judged = [asdict(one) for one in cases]
        show_json({**_head(chosen), "shares": shares, "findings": found.findings, "cases": judged})
    elif form is Form.CSV:
        lines = [(name, *_cells(row)) for name, rows in tables.items() for row in rows]
        lines += [("finding", name, "", "", "", "", count) for name, count in found.findings.items()]
        _csv(("table", "name", "as_agreed", "otherwise", "undecided", "share", "count"), lines)
    else:
        _say_head(chosen, found.reader)
        for title in ("all", "step", "partner"):
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


def lead_times(chosen: Chosen, found: Sequence[Distribution], form: Form) -> None:
    if form is Form.JSON:
        show_json({**_head(chosen), "unit": "seconds", "steps": [asdict(one) for one in found]})
    elif form is Form.CSV:
        lines = [(one.step, one.done, one.open, one.mean_s, *one.quantiles.values(), _words(one.bins)) for one in found]
        _csv(("step", "done", "open", "mean_s", "p25_s", "p50_s", "p75_s", "p90_s", "bins"), lines)
    else:
        _say_head(chosen, None)
        made = table("step", "done#", "open#", "p25#", "median#", "p75#", "p90#")
        for one in found:
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


def outcomes(chosen: Chosen, found: Sequence[Figure], form: Form) -> None:
    if form is Form.JSON:
        show_json({**_head(chosen), "figures": [asdict(one) for one in found]})
    elif form is Form.CSV:
        _csv(
            ("figure", "of", "answer", "count"),
            [(one.name, one.of, word, count) for one in found for word, count in one.counts.items()],
        )
    else:
        _say_head(chosen, None)
        made = table("figure", "of", "answers")
        for one in found:
            made.add_row(one.name, one.of, _words(one.counts))
        show(made)


def what_if(chain: Chain, period: Period, found: Any, form: Form) -> None:
    """found: `services.rehearsal.whatif.Difference`."""
    if form is Form.JSON:
        show_json({"chain": chain.name, "period": period.name, **asdict(found)})
        return
    rows = [(one.what, one.before, one.after, one.gained, one.lost) for one in found.rows]
    if form is Form.CSV:
        _csv(("what", "before", "after", "cases_gained", "cases_lost"), rows)
        return
    say(f"{chain.name}, {period.name}: {found.cases} cases played under {found.old} and under {found.new}")
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


def _head(chosen: Chosen) -> dict[str, Any]:
    return {
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


def _say_head(chosen: Chosen, reader: Reader | None) -> None:
    left_out = ", ".join(f"{about(count)} {name}" for name, count in _left_out(chosen).items() if count)
    say(
        f"{chosen.chain.name}, {chosen.period.name}: {about(len(chosen.cases))} cases, as the records stand at "
        f"{chosen.until:%Y-%m-%d %H:%M} UTC" + (f"; left out: {left_out}" if left_out else "")
    )
    if chosen.unread:
        say(f"{chosen.unread} records are not understood by this version: figures may lack them.")
    if reader is Reader.OUTSIDE:
        say("For readers outside: no count below five; what was smaller is put together.")


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _csv(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(lines)
    typer.echo(out.getvalue(), nl=False)
