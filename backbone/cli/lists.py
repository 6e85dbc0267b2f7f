"""`backbone import`: a partner's list becomes reports. What the command says and asks; the work is done in `backbone.lists`."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from backbone.chains import Chains, registered
from backbone.cli.output import FOUND, STOPPED, fail, read_settings, say
from backbone.definition_files import load_definitions
from backbone.lists import partner, places
from backbone.lists.checks import columns, load_mapping
from backbone.lists.convert import Converter, Ready
from backbone.lists.identity import ImportKey, make_key, passing_key, read_key
from backbone.lists.journal import Journal
from backbone.lists.mapping import Mapping
from backbone.lists.problems import ErrorsFile, ListError
from backbone.lists.rows import RowList, open_list
from backbone.lists.run import Import, Summary, counted
from backbone.lists.urgent import danger_first, rows_in_danger
from backbone.settings import Settings
from schakel.timesource import time_source

_PARTNER = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
_LONG_AGO = timedelta(days=30)
_SHOWN_WORDS = 20


def import_(
    file: Annotated[Path, typer.Argument(help="The list: CSV or XLSX.", show_default=False)],
    mapping: Annotated[
        Path, typer.Option(help="What its columns mean: a YAML file (docs/lists.md).", show_default=False)
    ],
    as_: Annotated[
        str, typer.Option("--as", metavar="PARTNER", help="The partner whose list it is.", show_default=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count; send nothing.")] = False,
    history: Annotated[
        bool,
        typer.Option("--history", help="From before the backbone: counted, but nobody is asked, informed or reminded."),
    ] = False,
    errors: Annotated[
        Path | None,
        typer.Option(help="Where the rows that were not imported are listed.", show_default="FILE.errors.csv"),
    ] = None,
    resend: Annotated[
        bool, typer.Option("--resend", help="Also send rows that were answered before; each stays the case that it is.")
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(help="The partner's import key, which row ids hang on.", show_default="var/imports/PARTNER.key"),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(help="How to connect as the partner.", show_default="var/partners/PARTNER.json")
    ] = None,
    in_flight: Annotated[int, typer.Option(min=1, max=5000, help="Rows under way at a time.")] = 500,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for an answer.")] = 60.0,
) -> None:
    """Turn the rows of a partner's list into reports.

    Rows that say danger go first. Every row is answered, or has a line in the errors file that says what
    to do. When it is stopped, or the machine goes down, the same command goes
    on where it was; importing the same list again adds nothing.

    Examples:

      backbone import meldingen.csv --mapping meldpunt.yaml --as dmg --dry-run

      backbone import meldingen.xlsx --mapping meldpunt.yaml --as dmg

      backbone import 2019-2025.csv --mapping meldpunt.yaml --as dmg --history
    """
    name = partner_id(as_)
    settings = read_settings()
    at = profile or settings.var_dir / "partners" / f"{name}.json"
    _known(name, at, settings.chains_dir)
    clock = time_source(settings.clock)
    now = clock.now()
    means, listed = listed_at(file, mapping)
    count = sum(1 for _ in listed)  # to the end, so that a file that breaks off is found before anything is sent
    announce(file, listed, means, count)
    imports = settings.var_dir / "imports"
    try:
        with ExitStack() as opened:
            journal = opened.enter_context(Journal(imports / f"{name}.db"))
            import_key = _key(key or imports / f"{name}.key", name, journal, dry_run)
            converter = Converter(means, import_key, now=now, history=history)
            urgent: frozenset[int] = frozenset()
            if dry_run or not history:
                ready = [row for row in map(converter.convert, listed) if isinstance(row, Ready)]
                if dry_run:
                    _show(ready, name, _chains(name, settings))
                urgent = _look(ready, now, history=history)
            listing = opened.enter_context(ErrorsFile(errors or file.with_name(f"{file.name}.errors.csv")))
            sender = None if dry_run else opened.enter_context(partner.connect(name, at, clock))
            run = Import(journal, listing.add, sender=sender, in_flight=in_flight, timeout_s=timeout, resend=resend)
            with _progress(count) as done:
                summary = run.run((converter.convert(row) for row in danger_first(listed, urgent)), done=done)
    except KeyboardInterrupt:
        fail("stopped; the same command goes on where it was", STOPPED)
    _report(summary, listing.path if listing.lines else None)
    if not summary.is_complete:
        raise typer.Exit(FOUND)


def listed_at(file: Path, mapping: Path) -> tuple[Mapping, RowList]:
    """The list, and what its columns mean. Raises DefinitionError, ListError."""
    means = load_mapping(mapping)
    return means, open_list(file, means.file, columns(means))


def partner_id(name: str) -> str:
    """What was given with --as. Raises ListError for what cannot be a partner's id."""
    if not _PARTNER.fullmatch(name):
        raise ListError(f"--as {name!r}: expected a partner's id as in chains/partners.yaml, such as politie-amsterdam")
    return name


def _known(name: str, profile: Path, chains: Path) -> None:
    """Found before a dry run says that all is well, and before a key is made for nobody. Whoever has a profile need not have the
    register. Raises ListError."""
    known = {} if profile.exists() else registered(chains)
    if known and name not in known:
        raise ListError(
            f"--as {name!r}: found no such partner in {chains}/partners.yaml, and there is no profile {profile}; the partners are "
            f"{', '.join(sorted(known))}"
        )


def _chains(name: str, settings: Settings) -> Chains | None:
    """None where the files of the partner's chains are not at hand, as on a machine of its own. Raises DefinitionError."""
    if name not in registered(settings.chains_dir):
        return None
    return load_definitions(settings.protocols_dir, settings.chains_dir)[0]


def announce(file: Path, listed: RowList, means: Mapping, count: int) -> None:
    """How the file turned out to be written, and which columns nobody reads."""
    say(f"{file.name}: {listed.shape} · {count} rows · mapping {means.mapping} {means.version}")
    if others := listed.others_than([*columns(means), *means.unused]):
        say(f"Columns that the mapping does not name are left out: {', '.join(others)}")


def _key(path: Path, name: str, journal: Journal, dry_run: bool) -> ImportKey:
    """The partner's key; a new one only when nothing was imported yet."""
    try:
        return read_key(path, name)
    except FileNotFoundError:
        if journal.answers:
            raise ListError(
                f"{path} is gone, but rows were imported with it: put it back, or each of them becomes a second report"
            ) from None
    except OSError as error:
        raise ListError(f"{path} cannot be read ({error.strerror})") from None
    if dry_run:
        return passing_key(name)
    made = make_key(path, name)
    say(f"New import key in {path}: keep it with {name}'s credentials. Without it every row counts as new.")
    return made


def _show(ready: Sequence[Ready], name: str, chains: Chains | None) -> None:
    """What the rows would become, and which of them the backbone would not take."""
    for field, words in counted(ready).items():
        common = [f"{word} {number}" for word, number in words.most_common(_SHOWN_WORDS)]
        more = f" … {len(words)} in all" if len(words) > len(common) else ""
        say(f"  {field:9} {', '.join(common)}{more}")
    for why, rows in places.refused(ready, name, chains).items() if chains else ():
        say(f"{rows} of {len(ready)} rows would be refused: {why}")


def _look(ready: Sequence[Ready], now: datetime, *, history: bool) -> frozenset[int]:
    """What has to be known before anything is sent. Returns the numbers of the rows that say danger, which go first."""
    old = sum(row.event.reported_at < now - _LONG_AGO for row in ready)
    if old and not history:
        say(
            f"{old} of {len(ready)} rows were reported more than {_LONG_AGO.days} days ago: partners are asked and reminded about "
            "them as if they were new. With --history they are only counted.",
        )
    if urgent := rows_in_danger(ready):
        say(
            f"{len(urgent)} of {len(ready)} rows say that somebody is in danger: they go first. Who is in danger now calls 112."
        )
    return urgent


@contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """A bar on the terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda: None
        return
    fields = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*fields, console=console, transient=True) as progress:
        task = progress.add_task("rows", total=count)
        yield lambda: progress.advance(task)


def _report(summary: Summary, listing: Path | None) -> None:
    told = (
        ("rows", summary.rows, ""),
        ("skipped", summary.skipped, "no reports, says the mapping"),
        ("could be sent", summary.valid, "dry run: nothing was sent"),
        ("sent", summary.sent, "in this run"),
        ("accepted", summary.accepted, "each is a case"),
        ("resubmitted", summary.resubmitted, "sent again: each is the case that it was"),
        ("known", summary.known, "answered in an earlier run, not sent again"),
        ("refused", summary.refused, "by the backbone"),
        ("errors", summary.errors, "could not be sent as they are"),
        ("no answer", summary.unanswered, "the same command sends them again"),
        ("repeated", summary.repeated, "say the same as an earlier row; counted above too"),
    )
    for name, number, note in told:
        if number or name == "rows":
            say(f"{number:>8}  {name:13}  {note}".rstrip())
    if summary.stopped_by:
        say(f"Stopped early: {summary.stopped_by}")
    if listing:
        say(f"Rows to look at, each with what to do: {listing}")
