"""`backbone reconcile`: the police's own list of a period held against the ledger. What the command says and asks; the rest is in
`backbone.overviews.held`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from backbone.chains import Chain
from backbone.chains.unknown import ChainUnknown, Unknown
from backbone.cli.consultation import ask_cases, url_part
from backbone.cli.lists import announce, listed_at, partner_id
from backbone.cli.output import FOUND, Undoable, fail, read_settings, say
from backbone.cli.overview import (
    WITHIN_S,
    Format,
    Words,
    as_form,
    chain_in,
    chains_at,
    counted_of,
    pressed,
    shelf_of,
    write_out,
)
from backbone.lists.cells import Row, text
from backbone.lists.convert import Converter, Ready, Skipped
from backbone.lists.identity import ImportKey, passing_key, read_key
from backbone.lists.problems import ErrorsFile, ListError, RowError
from backbone.lists.rows import RowList
from backbone.lists.run import changed
from backbone.overviews import held_paper
from backbone.overviews.held import (
    KEEPS_THE_LIST,
    Fate,
    Held,
    Registration,
    enough,
    fates,
    free,
    hold,
    mark_of,
    registration,
)
from backbone.overviews.periods import Period
from backbone.settings import Settings
from schakel.timesource import time_source

_SAID: Mapping[Fate, tuple[str, str]] = {
    Fate.IN_CHAIN: ("in the chain", "In de keten"),
    Fate.NOT_IN_CHAIN: ("not in the chain; see the list for the police alone", "Niet in de keten"),
    Fate.NO_REPORT: ("less than an incident: a signal, for information, advice", "Minder dan een incident"),
    Fate.OUTSIDE: ("of another period or municipality", "Van een andere periode of gemeente"),
}


_Resolve = Callable[[str | None, datetime], Chain | ChainUnknown]


@dataclass
class _List:
    """The list as it was read."""

    registrations: dict[str, Registration] = field(default_factory=dict)
    """By event id: what stands there twice is one."""
    numbers: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """The police's own number of each."""
    columns: tuple[str, ...] = ()
    skipped: int = 0
    repeated: int = 0
    errors: int = 0


def reconcile(
    chain: Annotated[str, typer.Argument(help="The chain's name.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="The list: CSV or XLSX.", show_default=False)],
    mapping: Annotated[
        Path, typer.Option(help="What its columns mean: the file that it is imported with.", show_default=False)
    ],
    as_: Annotated[
        str, typer.Option("--as", metavar="PARTNER", help="The police of the chain, by its id.", show_default=False)
    ],
    period: Annotated[str, typer.Option(help="A closed month, quarter or year: 2026-03, 2026-Q1.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what became of each row; make no figures.")] = False,
    format: Annotated[Format, typer.Option("--format", help="How the figures are written.")] = Format.HTML,
    out: Annotated[Path, typer.Option(help="The directory to write to.")] = Path(),
    language: Annotated[Words, typer.Option(help="Of the figures: nl or en.")] = Words.NL,
    errors: Annotated[
        Path | None, typer.Option(help="Where rows that could not be read are listed.", show_default="FILE.errors.csv")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            help="The import key, which row ids hang on; not read for a list of event ids.",
            show_default="var/imports/PARTNER.key",
        ),
    ] = None,
) -> None:
    """Hold the police's own list of a closed period against the ledger.

    Two files. Figures by district, without names and without numbers below
    five: known to the police and not in the chain, in both, in the chain
    through others. And for the police alone, its own numbers of what is not
    in the chain, to be reported after all.

    A month is held once in a chain; asked again, the same figures come
    back, whatever list is brought.

    Examples:

      backbone reconcile amsterdam lijst.csv --mapping politie.yaml --as politie-amsterdam --period 2026-03 --dry-run

      backbone reconcile amsterdam lijst.xlsx --mapping politie.yaml --as politie-amsterdam --period 2026-Q1
    """
    settings = read_settings()
    chains = chains_at(settings)
    known, name, when = chain_in(chains, chain, settings), partner_id(as_), Period.parse(period)
    if KEEPS_THE_LIST not in known.roles_of(name):
        raise Undoable(
            f"{name} is not {KEEPS_THE_LIST} in {chain}; the list that is held against the ledger is that of the police: expected "
            f"one of {', '.join(sorted({m.partner for m in known.members if KEEPS_THE_LIST in m.roles})) or 'nobody'}"
        )
    means, rows = listed_at(file, mapping)
    announce(file, rows, means, sum(1 for _ in rows))
    secret = passing_key(name) if means.identity.event_ids else _key(settings, key, name)
    converter = Converter(means, secret, now=time_source(settings.clock).now())
    with ErrorsFile(errors or file.with_name(f"{file.name}.errors.csv")) as listing:
        found = _read(known, partial(chains.resolve, name), rows, converter, means.identity.columns, listing)
    if found.errors:
        fail(
            f"{found.errors} rows could not be read, each with what to do in {listing.path}; nothing was held against the ledger, "
            f"since figures that are issued do not change: mend them, or let the mapping skip them",
            FOUND,
        )
    registrations = list(found.registrations.values())
    enough(when, registrations)
    made, told = _held(settings, known, name, when, registrations, dry_run)
    fate = fates(when, registrations, told)
    counted = _say(found, fate)
    if made is None:
        return
    if made.listed != mark_of(when, registrations):
        say("The figures are of the list that was held against the ledger first; they do not change.")
    write_out(
        out, f"politielijst-{chain}-{when.name}-{language}.{format}",
        as_form(held_paper.figures(known, made, language.value), format),
    )  # fmt: skip
    numbers = [
        (one.row, found.numbers[one.event_id]) for one in registrations if fate[one.event_id] is Fate.NOT_IN_CHAIN
    ]
    alone = held_paper.missing(known, made, found.columns, numbers, counted)
    write_out(out, f"politielijst-{chain}-{when.name}-alleen-voor-{name}.csv", alone)


def _key(settings: Settings, path: Path | None, partner: str) -> ImportKey:
    at = path or settings.var_dir / "imports" / f"{partner}.key"
    try:
        return read_key(at, partner)
    except FileNotFoundError:
        raise ListError(
            f"{at} is not there: without the key that {partner}'s lists are imported with, no number on the list can be known in the "
            f"ledger; put it there, or name it with --key"
        ) from None


def _read(
    chain: Chain, resolve: _Resolve, rows: RowList, converter: Converter, columns: Sequence[str], listing: ErrorsFile
) -> _List:
    """Every row: read, skipped by the mapping, or with what is wrong in the errors file. resolve: which chain a report is of."""
    found = _List(columns=tuple(columns))
    marks: dict[str, Ready] = {}
    for row in rows:
        made = converter.convert(row)
        if isinstance(made, Skipped):
            found.skipped += 1
        elif isinstance(made, Ready):
            first = marks.setdefault(made.event_id, made)
            if first.mark != made.mark:
                found.errors += 1
                listing.add(changed(made.row, f"row {first.row}", "row.same_identity"))
                continue
            if first is not made:
                found.repeated += 1
                continue
            where = resolve(made.event.facts.place.municipality, made.event.reported_at)
            if isinstance(where, ChainUnknown) and where.reason is Unknown.MUNICIPALITY_MISSING:
                found.errors += 1
                listing.add(_which_one(made.row, where))
            else:
                found.registrations[made.event_id] = registration(chain, where, made.row, made.event_id, made.event)
                found.numbers[made.event_id] = tuple(_number(row, columns))
        else:
            found.errors += 1
            for error in made:
                listing.add(error)
    return found


def _which_one(row: int, where: ChainUnknown) -> RowError:
    """Intake would refuse it too; here it would be missing in each of the partner's chains."""
    expected = f"a municipality, since this partner is in more than one chain: {', '.join(where.municipalities)}"
    return RowError(
        row, "row.municipality", expected, "name the municipality in the mapping", field="municipality", found="nothing"
    )


def _number(row: Row, columns: Sequence[str]) -> Iterator[str]:
    return (" ".join(text(row.cell(column)).split()) for column in columns)


def _held(
    settings: Settings, chain: Chain, partner: str, period: Period, listed: Sequence[Registration], dry_run: bool
) -> tuple[Held | None, Mapping[str, str]]:
    """What was held before, or is held and kept now; None in a dry run. And the police's own reports in the ledger."""
    told: dict[str, str] = ask_cases(f"told/{url_part(partner)}", None, WITHIN_S, dict[str, str])
    if dry_run:
        return None, told
    shelf = shelf_of(settings, chain)
    with shelf.alone():
        before = shelf.held()
        again = next((one for one in before if (one.partner, one.period) == (partner, period.name)), None)
        if again is not None:
            return again, told
        free(partner, period, before)
        counted = counted_of(chain)
        have = pressed(shelf, chain, period, shelf.issues(), counted)
        made = hold(chain, partner, period, listed, told, counted.incidents, have, counted.as_of)
        shelf.keep_held(made)
    return made, told


def _say(found: _List, fate: Mapping[str, Fate]) -> dict[str, int]:
    """How many rows, by what became of them: the police's own. Returned with the words of its list."""
    counts = Counter(fate.values())
    for one, (said, _) in _SAID.items():
        say(f"{counts[one]:>8}  {said}")
    for number, said in (
        (found.skipped, "no reports, says the mapping"),
        (found.repeated, "say the same as an earlier row"),
    ):
        if number:
            say(f"{number:>8}  {said}")
    if not counts[Fate.IN_CHAIN]:
        say(
            "No number on the list is known in the ledger: is it the key and the mapping that this list is imported with?"
        )
    return {words: counts[one] for one, (_, words) in _SAID.items()}
