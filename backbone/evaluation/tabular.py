"""The event log as a table: CSV, and Parquet where the extra `parquet` is installed."""

import csv
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from backbone.evaluation.eventlog import EventLog
from backbone.evaluation.xes import moment
from schakel.errors import SchakelError

COLUMNS = ("case", "number", "activity", "type", "step", "time", "took_place", "by", "to", "about", "protocols", "told")
"""`number` counts a case's events from 1. Empty: not known, or not told."""


class NoParquet(SchakelError):
    """The library that writes Parquet is not installed."""


def rows(log: EventLog) -> Iterator[tuple[str, int, str, str, str, str, str, str, str, str, str, str]]:
    for case in log.cases:
        for number, event in enumerate(case.events, 1):
            yield (
                case.id,
                number,
                event.activity,
                event.type,
                event.step or "",
                moment(event.at),
                moment(event.took_place) if event.took_place else "",
                event.by or "",
                event.to or "",
                event.about or "",
                " ".join(case.protocols),
                case.level,
            )


def write_csv(log: EventLog, out: TextIO) -> None:
    """With a header. Nothing in it begins with a sign that a spreadsheet takes for a formula: codes and ids alone."""
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(rows(log))


def write_parquet(log: EventLog, path: Path) -> None:
    """The same columns; times are timestamps in UTC; the log's rule stands in the file's metadata. Raises NoParquet."""
    arrow, parquet = _library()
    stamp = arrow.timestamp("ms", tz="UTC")
    moments: dict[str, list[Any]] = {
        "time": [event.at for case in log.cases for event in case.events],
        "took_place": [event.took_place for case in log.cases for event in case.events],
    }
    texts = list(zip(*rows(log), strict=True)) or [()] * len(COLUMNS)
    columns = {}
    for name, values in zip(COLUMNS, texts, strict=True):
        if name in moments:
            columns[name] = arrow.array(moments[name], type=stamp)
        elif name == "number":
            columns[name] = arrow.array(values, type=arrow.int32())
        else:
            columns[name] = arrow.array([value or None for value in values], type=arrow.string())
    table = arrow.table(columns).replace_schema_metadata({"rule": log.rule, "chain": log.chain, "period": log.period})
    parquet.write_table(table, path)


def _library() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        raise NoParquet(
            "Parquet needs the library pyarrow, which is not installed here; expected the extra `parquet`: install "
            "schakel[backbone,parquet], or take --format csv, which holds the same columns"
        ) from None
