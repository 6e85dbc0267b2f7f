"""`backbone evaluate`: was what was agreed followed, how long did it take, what came of it, and what would another version have done?

Read as the operator, from the ledger of the backbone that runs here or from a saved file; nothing is written into it.
"""

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from backbone.chains import Chain
from backbone.cli import evaluate_shown as shown
from backbone.cli.hand import OperatorsHand
from backbone.cli.output import Undoable, read_settings, say
from backbone.cli.protocol import find_protocol
from backbone.collecting import not_collecting
from backbone.definition_files import load_definitions
from backbone.evaluation.anonymous import anonymous
from backbone.evaluation.conformance import Chosen, choose, in_view, judge_all
from backbone.evaluation.eventlog import EventLog, count, event_log
from backbone.evaluation.leadtimes import lead_times
from backbone.evaluation.ocel import write_ocel
from backbone.evaluation.outcomes import outcomes
from backbone.evaluation.period import Period
from backbone.evaluation.reading import understood
from backbone.evaluation.shares import shares
from backbone.evaluation.side_by_side import Wanted, deal, read_side_by_side
from backbone.evaluation.small_cells import Reader
from backbone.evaluation.tabular import write_csv, write_parquet
from backbone.evaluation.trail import Trails, trails
from backbone.evaluation.xes import write_xes
from backbone.protocols import Protocols
from schakel.history import LEDGER
from schakel.reading import partition_count, read_to_end
from schakel.record import Raw

app = typer.Typer(
    no_args_is_help=True,
    help="""Evaluate how a chain works, from what its ledger holds.

    Examples:

      backbone evaluate conformance groningen --period 2026-Q1

      backbone evaluate export amsterdam --period 2026 --format xes --out a.xes
    """,
)


@app.callback()
def _whole(context: typer.Context) -> None:
    context.with_resource(not_collecting())  # a year is read into memory, and stays there until it is answered


_HISTORY, _WHATIF = "services.rehearsal.history", "services.rehearsal.whatif"
"""Loaded by their names: the backbone imports no service."""

_NOTHING = "nothing stands in the records; is it the ledger of another backbone, or an empty file?"

_CHAIN = Annotated[str, typer.Argument(help="The chain's name.", show_default=False)]
_PERIOD = Annotated[
    str,
    typer.Option(help="When reported: 2026, 2026-Q1, 2026-03, two days with .. between, or all.", show_default=False),
]
_FILE = Annotated[
    Path | None,
    typer.Option("--history", metavar="FILE", help="Saved records instead of the ledger here.", show_default=False),
]
_READER = Annotated[Reader, typer.Option("--for", help="outside: partners not crossed, no cell under five cases.")]
_AS = Annotated[shown.Form, typer.Option("--as", help="How it is shown.")]


@app.command()
def conformance(
    chain: _CHAIN, period: _PERIOD, history: _FILE = None, reader: _READER = Reader.INSIDE, form: _AS = shown.Form.TEXT
) -> None:
    """Each case against its protocols, part by part: what went as agreed, and the share per step and per partner.

    That she wanted no help is as agreed. Not explained, not asked, late work and late paperwork are findings of their own.

    Examples:

      backbone evaluate conformance groningen --period 2026-Q1

      backbone evaluate conformance groningen --period 2026 --for outside --as csv
    """
    chosen, protocols = _chosen(chain, period, history)
    found = list(judge_all(chosen, protocols))
    shown.conformance(chosen, shares(found, reader), found if reader is Reader.INSIDE else [], form)


@app.command()
def leadtimes(
    chain: _CHAIN, period: _PERIOD, history: _FILE = None, reader: _READER = Reader.INSIDE, form: _AS = shown.Form.TEXT
) -> None:
    """How long each step took, as a distribution. What is still open counts as lasting at least until now (Kaplan-Meier).

    Examples:

      backbone evaluate leadtimes amsterdam --period 2026

      backbone evaluate leadtimes amsterdam --period 2026 --as json
    """
    chosen, _ = _chosen(chain, period, history)
    shown.lead_times(chosen, lead_times(chosen, reader), form)


@app.command(name="outcomes")
def outcomes_(
    chain: _CHAIN, period: _PERIOD, history: _FILE = None, reader: _READER = Reader.INSIDE, form: _AS = shown.Form.TEXT
) -> None:
    """What came of it: aftercare, closing reasons, whether the situation stopped, whether it helped, who heard back.

    Examples:

      backbone evaluate outcomes amsterdam --period 2026

      backbone evaluate outcomes amsterdam --period 2026 --for outside
    """
    chosen, _ = _chosen(chain, period, history)
    shown.outcomes(chosen, outcomes(chosen, reader), form)


@app.command()
def whatif(
    chain: _CHAIN,
    period: _PERIOD,
    protocol: Annotated[str, typer.Option(help="The version to try: NAME@VERSION, or a file.", show_default=False)],
    against: Annotated[
        str | None, typer.Option(help="The version to compare with.", show_default="the chain's own")
    ] = None,
    history: _FILE = None,
    form: _AS = shown.Form.TEXT,
) -> None:
    """Play what was told in a period under another version of a protocol, and show what would have differed.

    The rules are the same for both; what people would have told otherwise nobody knows. Only for readers inside.

    Examples:

      backbone evaluate whatif groningen --period 2026 --protocol my-draft.yaml

      backbone evaluate whatif utrecht --period 2026 --protocol utrecht-alert@2017.2
    """
    settings = read_settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    here = _named(chain, chains.by_name)
    tried = find_protocol(protocol)
    own = next((one for one in here.file.protocols if one.use.partition("@")[0] == tried.protocol), None)
    if against is None and own is None:
        raise Undoable(f"{chain} does not work with {tried.protocol}; name the version to compare with: --against")
    old = find_protocol(against) if against else here.protocols[own.use]  # type: ignore[union-attr]
    door = importlib.import_module(_WHATIF)
    when = Period.parse(period)
    entries, unread = _entries(history)
    told = door.told_in(entries, here, when, unread)
    if told is None:
        raise Undoable(_NOTHING)
    shown.what_if(told.chosen, door.what_if(told, here, old, tried, chains, protocols), form)


@app.command()
def export(
    chain: _CHAIN,
    period: _PERIOD,
    kind: Annotated[shown.LogFormat, typer.Option("--format", help="xes, ocel, csv or parquet.")],
    out: Annotated[Path, typer.Option(help="The file to write.", show_default=False)],
    history: _FILE = None,
    reader: _READER = Reader.INSIDE,
) -> None:
    """Write the event log of a period for process mining: XES 1.0, OCEL 2.0 (JSON), CSV or Parquet.

    For outside every case in it is the same as at least four others, times included; what is too rare is told with less, or left out.

    Examples:

      backbone evaluate export groningen --period 2026 --format xes --out log.xes

      backbone evaluate export groningen --period 2026 --format csv --out log.csv
    """
    chosen, _ = _chosen(chain, period, history)
    log = event_log(chosen)
    if reader is Reader.OUTSIDE:
        log = anonymous(log)
    _WRITERS[kind](log, out)
    say(f"{out}: {len(log.cases)} cases, {count(log.cases)} events, {kind.value}. {log.rule}")


def _write_xes(log: EventLog, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        write_xes(log, out)


def _write_ocel(log: EventLog, path: Path) -> None:
    with path.open("wb") as out:
        write_ocel(log, out)


def _write_csv(log: EventLog, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        write_csv(log, out)


_WRITERS: dict[shown.LogFormat, Callable[[EventLog, Path], None]] = {
    shown.LogFormat.XES: _write_xes,
    shown.LogFormat.OCEL: _write_ocel,
    shown.LogFormat.CSV: _write_csv,
    shown.LogFormat.PARQUET: write_parquet,
}


# --- where it is read from ------------------------------------------------------------------------------------------------------


def _chosen(chain: str, period: str, history: Path | None) -> tuple[Chosen, Protocols]:
    settings = read_settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    here, when = _named(chain, chains.by_name), Period.parse(period)
    chosen = choose(_read(history, lambda trail: in_view(trail, here, when)), here, when)
    if chosen is None:
        raise Undoable(_NOTHING)
    return chosen, protocols


def _named(chain: str, chains: Any) -> Chain:
    found = chains.get(chain)
    if found is None:
        raise Undoable(f"{chain[:40]!r} is no chain here; expected one of {', '.join(sorted(chains))}")
    assert isinstance(found, Chain)
    return found


def _read(history: Path | None, wanted: Wanted) -> Trails:
    if history is not None:
        return trails(importlib.import_module(_HISTORY).read_file(history))
    hand = OperatorsHand.find(read_settings())
    with hand.connected() as how:
        shares = deal(partition_count(how, LEDGER))
    return read_side_by_side([partial(_records, hand, share) for share in shares], wanted)


def _records(hand: OperatorsHand, partitions: list[int]) -> Iterator[Raw]:
    with hand.connected() as how:
        yield from read_to_end(how, LEDGER, partitions)


def _entries(history: Path | None) -> tuple[list[Any], list[Raw]]:
    """The records themselves, to be played again; and those that are not understood and that nobody gave up."""
    if history is not None:
        return importlib.import_module(_HISTORY).read_file(history), []
    unread: list[Raw] = []
    with OperatorsHand.find(read_settings()).connected() as how:
        return list(understood(read_to_end(how, LEDGER), unread)), unread
