"""`backbone protocol`: check, explain, draw and adopt protocol files. Playing one is `protocol_try`, moving a case `protocol_move`."""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from backbone.authoring import hers, picture, vocabulary
from backbone.authoring.explaining import roles_in
from backbone.authoring.layout import as_markdown, as_text
from backbone.authoring.picture import NARROWEST_PX, USUAL_PX
from backbone.authoring.route import route
from backbone.cli.output import FOUND, Undoable, read_settings, say
from backbone.protocols import DefinitionError, Protocol, check_protocol, check_protocols, load_protocols
from backbone.protocols.checking import check_file, check_folders
from backbone.protocols.dutch import meant
from backbone.protocols.facts import FACTS
from backbone.protocols.versions import adopt as adopt_versions
from backbone.protocols.versions import by_age, newest, suggested
from schakel.events.vocab import Role
from schakel.her_copy import LANGUAGES

app = typer.Typer(no_args_is_help=True, help="Protocols as data: words, check, explain, draw, try, adopt, move.")

Which = Annotated[
    str,
    typer.Argument(
        metavar="PROTOCOL", help="A file, or name@version; a name alone is its newest version.", show_default=False
    ),
]


@app.command()
def check(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PATH]", help="A folder of protocols, or one file.", show_default="all protocols and chains"
        ),
    ] = None,
    chains: Annotated[
        Path | None, typer.Option(help="Folder of chains.", show_default="SCHAKEL_CHAINS_DIR, chains")
    ] = None,
) -> None:
    """Check every protocol and chain file, or one; each fault with file, line, what was expected and what to do.

    Exit code 0 when they can be used (warnings pass), 1 when not, 2 when there is nothing to check.

    Examples:

      backbone protocol check

      backbone protocol check protocols/mijn-protocol/1.0.yaml

      backbone protocol check my-protocols --chains my-chains
    """
    settings = read_settings()
    if path is not None and path.is_file():
        found = check_file(path, settings.protocols_dir)
    else:
        where = path or settings.protocols_dir
        if not where.is_dir():
            raise Undoable(
                f"{where} is no folder and no file; expected a folder with <protocol>/<version>.yaml in it, or one file"
            )
        beside = chains if chains or path else settings.chains_dir
        if beside is not None and not beside.is_dir():
            raise Undoable(f"{beside} is no folder; expected one with partners.yaml and a file for each chain")
        found = check_folders(where, beside)
    typer.echo(found.report(), nl=False)
    if found.errors:
        raise typer.Exit(FOUND)


@app.command()
def explain(
    protocol: Which,
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="Only this role's part, such as police.", show_default=False)
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown.")] = False,
) -> None:
    """What a protocol says, in plain Dutch: every part of the file in full sentences, each with the passage it rests on.

    Examples:

      backbone protocol explain groningen-protocolkaart

      backbone protocol explain groningen-protocolkaart --role police

      backbone protocol explain protocols/mijn-protocol/1.0.yaml --markdown
    """
    found = find_protocol(protocol)
    whose = _role(role, found) if role else None
    typer.echo((as_markdown if markdown else as_text)(found, whose), nl=False)


@app.command()
def words(
    name: Annotated[
        str | None, typer.Argument(help="A fact or a list, such as natures or roles.", show_default="all of them")
    ] = None,
) -> None:
    """The words that a protocol file may use, and what each means in Dutch.

    Examples:

      backbone protocol words

      backbone protocol words roles

      backbone protocol words natures
    """
    if name is None:
        for title, listed in vocabulary.overview().items():
            say(title)
            _two_columns(listed)
            say("")
        say("Welke woorden erbij horen: backbone protocol words NAAM, zoals `backbone protocol words roles`")
        return
    found = vocabulary.words_of(name)
    if found is None:
        raise Undoable(
            f"{name!r} is no fact and no list of words; expected one of {', '.join([*vocabulary.LISTS, *FACTS])}; "
            "`backbone protocol words` says what each is about"
        )
    _two_columns(found)


def _two_columns(listed: Mapping[str, str]) -> None:
    """Each word, and beside it its meaning on as many lines as it needs."""
    wide = max(map(len, listed)) + 4
    for word, meaning in listed.items():
        lines = textwrap.wrap(meaning, max(LINE_WIDTH - wide, 30), break_on_hyphens=False)
        for number, line in enumerate(lines or [""]):
            say(f"{'' if number else '  ' + word:{wide}}{line}")


LINE_WIDTH = 80


@app.command()
def draw(
    protocol: Which,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; default: standard output.", show_default=False)
    ] = None,
    for_person: Annotated[
        bool, typer.Option("--for-person", help="For who reported: plain words that out nobody.")
    ] = False,
    language: Annotated[str, typer.Option(help="nl or en; en only with --for-person.")] = "nl",
    width: Annotated[int, typer.Option(help="In pixels; from 600 on in two columns.")] = USUAL_PX,
) -> None:
    """Draw the route of a protocol as an SVG: doors, questions, who gets what with whose consent, clocks, the end.

    Examples:

      backbone protocol draw groningen-protocolkaart --to route.svg

      backbone protocol draw groningen-protocolkaart --to wide.svg --width 760

      backbone protocol draw groningen-protocolkaart --for-person --language en
    """
    found = find_protocol(protocol)
    spoken = next((one for one in LANGUAGES if one == language), None)
    if spoken is None or (spoken == "en" and not for_person):
        raise Undoable(f"--language {language[:20]!r}: expected nl, or with --for-person one of {', '.join(LANGUAGES)}")
    if width < NARROWEST_PX:
        raise Undoable(f"--width {width}: a route needs at least {NARROWEST_PX} pixels")
    made = picture.draw(hers.route(found, spoken) if for_person else route(found), width)
    if to is None:
        typer.echo(made, nl=False)
        return
    to.write_text(made, encoding="utf-8")
    say(f"{to} is there")


@app.command()
def adopt(
    protocol: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME@VERSION]...", help="Versions to take in use.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every version that can be used.")] = False,
) -> None:
    """Take a version in use: from now on its file stays as it is, and a change is a new version.

    It writes protocols/versions.lock, which belongs in the repository beside the files. Running cases keep their version.

    Examples:

      backbone protocol adopt mijn-protocol@1.0

      backbone protocol adopt --all
    """
    if bool(protocol) == everything:
        raise Undoable("name the versions to adopt as name@version, or give --all")
    folder = read_settings().protocols_dir
    chosen = list(load_protocols(folder)) if everything else [find_protocol(ref) for ref in protocol or ()]
    new = adopt_versions(folder, chosen)
    for ref in new:
        say(f"{ref} is in use now: its file stays as it is")
    if not new:
        say("nothing new: these versions are in use already")


def find_protocol(named: str) -> Protocol:
    """By file, by name@version, or the newest of a name. Raises DefinitionError for a faulty file, Undoable when there is none."""
    path = Path(named)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        found, problems = check_protocol(path)
        if found is None:
            raise _faulty(DefinitionError(problems), named)
        return found
    usable, problems = check_protocols(read_settings().protocols_dir)
    name, _, version = named.partition("@")
    versions = {one.version: one for one in usable.values() if one.protocol == name}
    if version in versions:
        return versions[version]
    if versions and not version:
        return versions[max(versions, key=by_age)]
    wrong = [problem for problem in problems if problem.is_error and problem.path.parent.name == name]
    if wrong:
        raise _faulty(DefinitionError(wrong), named)
    if close := suggested(named, usable):
        raise Undoable(f"there is no protocol {named[:60]!r}; did you mean {' or '.join(close)}?")
    expected = ", ".join(sorted(newest(usable))) or "none can be used: see 'backbone protocol check'"
    raise Undoable(f"there is no protocol {named[:60]!r}; expected a file, or one of {expected}")


def _faulty(error: DefinitionError, named: str) -> Undoable:
    count = sum(problem.is_error for problem in error.problems)
    first = next(problem for problem in error.problems if problem.is_error)
    more = f" and {count - 1} more" if count > 1 else ""
    return Undoable(
        f"{named} cannot be used: {first.path}:{first.line}: {first.fault.what}{more}; 'backbone protocol check {first.path}' says all"
    )


def _role(named: str, protocol: Protocol) -> Role:
    mine = roles_in(protocol)
    if named not in {role.value for role in Role}:
        raise Undoable(
            f"--role {named[:40]!r} is no role; {meant(named[:40], [role.value for role in Role])}; "
            f"{protocol.ref} speaks of {', '.join(mine) or 'none'}"
        )
    return Role(named)
