"""`backbone overview`: the figures of a closed month, quarter or year, and the lists and agendas that a chain's schemes prescribe."""

import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from backbone.chains import Chain, Chains
from backbone.chains.schemes import kept
from backbone.cli.consultation import ask_cases, url_part
from backbone.cli.output import Undoable, no_chain, read_settings, say, show, table
from backbone.collecting import not_collecting
from backbone.definition_files import load_definitions
from backbone.meeting_rights import may_read
from backbone.overviews.asked import asked, up_to_now
from backbone.overviews.draft import draft, is_drafted
from backbone.overviews.incident import Counted
from backbone.overviews.issues import Issue, press
from backbone.overviews.lines import seen_by, written
from backbone.overviews.page import as_html
from backbone.overviews.paper import Paper, paper
from backbone.overviews.periods import Period
from backbone.overviews.released import standing
from backbone.overviews.screening import Records, Screening, screening
from backbone.overviews.sheets import as_csv, as_xlsx
from backbone.overviews.shelf import Shelf
from backbone.overviews.yearly import measures
from backbone.protocols.overviews import By, Of, Overview
from backbone.settings import Settings
from schakel.chain_state import Released
from schakel.events.vocab import Audience, OverviewForm
from schakel.her_words import Language

WITHIN_S = 600
"""For every case of a chain: minutes for a whole country on a busy machine (docs/performance.md)."""


class Format(StrEnum):
    """How it is written."""

    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"


class Words(StrEnum):
    """In which language."""

    NL = "nl"
    EN = "en"


_PERIOD = Annotated[
    str | None, typer.Option("--period", help="A closed month, quarter or year: 2026-03, 2026-Q1, 2026.")
]
_OF = Annotated[
    str | None, typer.Option("--of", metavar="ID", help="A list, agenda or numbers of the chain, by its id.")
]
_RELEASED = Annotated[
    Audience | None, typer.Option("--released-for", help="As it was released for them; refused without a decision.")
]


def overview(
    chain: Annotated[str, typer.Argument(help="The chain's name.", show_default=False)],
    period: _PERIOD = None,
    of: _OF = None,
    district: Annotated[str | None, typer.Option(help="This district alone, beside the whole.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.HTML,
    out: Annotated[Path, typer.Option(help="The directory to write to.")] = Path(),
    language: Annotated[
        Words | None, typer.Option(help="nl or en, of a period; nl unless said. Lists are in Dutch.")
    ] = None,
    partner: Annotated[
        str | None, typer.Option("--for", metavar="PARTNER", help="A list as this partner may see it.")
    ] = None,
    released_for: _RELEASED = None,
) -> None:
    """The overview of a closed period, without names; or a list or agenda.

    Of numbers that a scheme asks for, and of the draft of a yearly report, it
    takes both --of and --period.

    A period is issued once and does not change; its months come first. What
    comes in later is a correction in the next issue. Without --period and --of
    it says what was issued and which lists there are.

    Examples:

      backbone overview amsterdam --period 2026-03 --format xlsx

      backbone overview amsterdam --period 2026-Q1 --district zuidoost

      backbone overview amsterdam --period 2026-Q1 --released-for public

      backbone overview amsterdam --of casusoverleg --for politie-amsterdam

      backbone overview utrecht --of strategische-cijfers --period 2026-Q1

      backbone overview utrecht --of eenheidsrapport-concept --period 2026
    """
    settings = read_settings()
    known = chain_in(chains_at(settings), chain, settings)
    _refuse(
        None if of else period,
        {"--district": district, "--language": language, "--released-for": released_for},
        "--period alone",
    )
    _refuse(of, {"--for": partner}, "--of")
    if of:
        content = _by_id(settings, known, of, period, partner, format)
        when, whose = f"-{Period.parse(period).name}" if period else "", f"-voor-{partner}" if partner else ""
        write_out(out, f"{chain}-{of}{when}{whose}.{format}", content)
    elif period:
        if district and district not in known.districts:
            raise Undoable(f"no district {district[:40]!r} in {chain}; expected one of {', '.join(known.districts)}")
        said: Language = (language or Words.NL).value
        where = f"{chain}{f'-{district}' if district else ''}"
        if released_for is None:
            name, content = _figures(settings, known, Period.parse(period), format, said, district)
        else:
            name, content = _released(settings, known, Period.parse(period), format, released_for, said, district)
        write_out(out, f"overzicht-{where}-{name}-{said}.{format}", content)
    else:
        _what_there_is(settings, known)


def _refuse(given: str | None, options: Mapping[str, str | None], belongs_to: str) -> None:
    """An option that would do nothing is refused: who gave it thinks that it did something."""
    for option, value in options.items():
        if value is not None and not given:
            raise Undoable(f"{option} goes with {belongs_to}, which was not given; leave it out, or give {belongs_to}")


def _by_id(settings: Settings, chain: Chain, of: str, period: str | None, partner: str | None, form: Format) -> bytes:
    """A list or agenda as things stand; or numbers or a draft, of a closed period."""
    if partner is not None and not chain.roles_of(partner):
        raise Undoable(f"no partner {partner[:42]!r} in {chain.name}; expected an id of one of its members")
    numbers, report = _of_kind(chain, of, Of.NUMBERS), _of_kind(chain, of, Of.REPORT)
    if report is not None and is_drafted(report):
        return _drafted(settings, chain, report, period, partner, form)
    if numbers is not None:
        return _counted(settings, chain, numbers, period, partner, form)
    if period:
        raise Undoable(
            f"--period goes with numbers and drafts, and {of[:40]} is neither; it is as things stand now: leave --period out"
        )
    return _list(chain, of, partner, form)


def _of_kind(chain: Chain, name: str, of: Of) -> Overview | None:
    """The overview of this id, when it is of this kind."""
    found = (one for _, here in kept(chain) if (one := here.overview(name)) is not None)
    return next((one for one in found if one.of is of), None)


def _drafted(
    settings: Settings, chain: Chain, one: Overview, period: str | None, partner: str | None, form: Format
) -> bytes:
    """The draft of a report, from the issue of a closed year."""
    _read_by(chain, one, partner)
    year = Period.parse(period) if period else None
    if year is None or year.months != 12:
        raise Undoable(
            f"{one.id} is drafted from a closed year, and found {period or 'none'}; expected --period with one, such as 2026"
        )
    if form is not Format.HTML:
        raise Undoable(
            f"{one.id} is a page to go on writing in; leave --format out. The figures alone: "
            f"`backbone overview {chain.name} --period {year.name} --format {form}`"
        )
    have = _issued(settings, chain, year)
    made, to_write = draft(chain, have[year.name], one, seen_by(partner))
    return as_form(made, form, to_write)


def _read_by(chain: Chain, one: Overview, partner: str | None) -> None:
    if partner is not None and not may_read(chain, one, partner):
        raise Undoable(f"{partner} is no reader of {one.id}; its readers are {', '.join(one.readers)}")


def _counted(
    settings: Settings, chain: Chain, one: Overview, period: str | None, partner: str | None, form: Format
) -> bytes:
    """Numbers that a scheme asks for, from the issue of a closed period."""
    _read_by(chain, one, partner)
    if period is None:
        raise Undoable(up_to_now(chain, one))
    if By.SCREENING in one.by:
        made_of_it = msgspec.to_builtins(_screened(settings, chain, Period.parse(period)))
        return written(
            f"{one.title}, {chain.title}, {Period.parse(period).in_words()}", one.note, made_of_it, form, partner
        )
    have = _issued(settings, chain, Period.parse(period))
    made = asked(chain, have[Period.parse(period).name], one, seen_by(partner))
    return as_form(made, form)


def _screened(settings: Settings, chain: Chain, period: Period) -> Screening:
    """What was kept of the quarter; made and kept now when there is nothing yet."""
    shelf = shelf_of(settings, chain)
    with shelf.alone():
        if kept_before := shelf.screening(period.name):
            return kept_before
        records: Records = ask_cases(f"found/{url_part(chain.name)}", None, WITHIN_S, Records)
        made = screening(chain, period, records)
        shelf.keep_screening(made)
        return made


def chains_at(settings: Settings) -> Chains:
    """Every chain and partner."""
    return load_definitions(settings.protocols_dir, settings.chains_dir)[0]


def chain_in(chains: Chains, name: str, settings: Settings) -> Chain:
    """The chain of this name. Raises Undoable naming those that there are."""
    found = chains.get(name)
    if found is None:
        raise no_chain(name, (one.name for one in chains), settings.chains_dir)
    return found


def _issued(settings: Settings, chain: Chain, period: Period) -> dict[str, Issue]:
    """All issues as they were kept, that of the period among them; made and kept now when there is none yet."""
    shelf = shelf_of(settings, chain)
    with shelf.alone():
        have = shelf.issues()
        if period.name not in have:
            have = pressed(shelf, chain, period, have, counted_of(chain))
        return have


def shelf_of(settings: Settings, chain: Chain) -> Shelf:
    """Where the issues of the chain are kept."""
    return Shelf(settings.var_dir / "overviews", chain.name)


_FORMS = {Format.HTML: OverviewForm.PAGE, Format.XLSX: OverviewForm.SPREADSHEET, Format.CSV: OverviewForm.CSV}


def _released(
    settings: Settings,
    chain: Chain,
    period: Period,
    form: Format,
    audience: Audience,
    language: Language,
    district: str | None,
) -> tuple[str, bytes]:
    """The end of its name, and the form that a decision lets leave, without what the mark does not cover (measures, notes on events)."""
    issue = shelf_of(settings, chain).issues().get(period.name)
    if issue is None:
        raise Undoable(f"{period.name} was not issued, so nobody can have released it; leave --released-for out first")
    decided = ask_cases(f"releases/{url_part(chain.name)}", None, shape=list[Released])
    release = standing(issue, decided, _FORMS[form], audience, district)
    return f"{issue.period}-vrijgegeven-{audience}", as_form(
        paper(chain, issue, language, district, release=release), form
    )


def counted_of(chain: Chain) -> Counted:
    """The incidents of the chain as they stand, from the service `cases`."""
    with not_collecting():
        counted: Counted = ask_cases(f"incidents/{url_part(chain.name)}", None, WITHIN_S, Counted)
    return counted


def pressed(shelf: Shelf, chain: Chain, period: Period, have: dict[str, Issue], counted: Counted) -> dict[str, Issue]:
    """All issues, with what was still to be made for the period; that is kept. Whoever calls is `alone`."""
    with not_collecting():
        made = press(chain, period, counted.incidents, have, counted.as_of)
    shelf.keep(made)
    return have | {issue.period: issue for issue in made}


def _figures(
    settings: Settings, chain: Chain, period: Period, form: Format, language: Language, district: str | None
) -> tuple[str, bytes]:
    """The end of its name, and the period as it was issued: for whoever runs the backbone, not to be passed on."""
    have = _issued(settings, chain, period)
    issue = have[period.name]
    return issue.period, as_form(paper(chain, issue, language, district, have), form, measures(chain, issue, language))


def as_form(made: Paper, form: Format, more: Sequence[tuple[str, Sequence[str]]] = ()) -> bytes:
    """Written as it was asked for. more: further sections, of a page alone."""
    match form:
        case Format.CSV:
            return as_csv(made)
        case Format.XLSX:
            return as_xlsx(made)
        case Format.HTML:
            return as_html(made, more).encode()


def _list(chain: Chain, name: str, partner: str | None, form: Format) -> bytes:
    for _, here in kept(chain):
        if (one := here.consultation(name)) is not None:
            return written(one.title, None, _ask("consultations", chain, name, partner), form, partner)
        if (other := here.overview(name)) is not None:
            if other.of is Of.REPORT:
                raise Undoable(
                    f"people write {name} together, so it has no lines to write; `backbone consultation list "
                    f"{chain.name} {name}` says what is known of it"
                )
            titles = {measure.id: measure.title for register in here.registers for measure in register.measures}
            return written(other.title, other.note, _ask("overviews", chain, name, partner), form, partner, titles)
    raise Undoable(
        f"{chain.name} keeps no list, agenda or numbers {name[:40]!r}; `backbone overview {chain.name}` says which"
    )


def _ask(kind: str, chain: Chain, name: str, partner: str | None) -> Any:
    return ask_cases(f"{kind}/{url_part(chain.name)}/{url_part(name)}", partner)


def write_out(out: Path, name: str, content: bytes) -> None:
    """Write it there, readable by its owner alone, in the place of what has that name; and say where."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / name
    fresh = path.with_name(f".{name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(
        fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600
    )  # a list has a line a case: whoever made it hands it out
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(fresh, path)
    say(str(path))


def _what_there_is(settings: Settings, chain: Chain) -> None:
    issues = shelf_of(settings, chain).issues()
    made = table("issued", "number#", "as of", "mark")
    for issue in sorted(issues.values(), key=lambda issue: issue.number):
        made.add_row(issue.period, str(issue.number), str(chain.day_of(issue.as_of)), issue.digest[:12])
    show(made)
    lists = table("list, agenda or numbers (--of)", "title")
    for _, here in kept(chain):
        named = [(one.id, one.title) for one in here.consultations] + [(one.id, one.title) for one in here.overviews]
        for row in named:
            lists.add_row(*row)
    show(lists)
