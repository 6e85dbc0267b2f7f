"""`backbone person`: what a person may ask of us. What the command says, checks and logs; the copy is made in `backbone.person`."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from backbone.case_facts import chain_of
from backbone.chains import Chains
from backbone.cli.hand import OperatorsHand
from backbone.cli.output import Undoable, read_settings, say
from backbone.definition_files import load_definitions
from backbone.keys import KeyFiles, open_reader
from backbone.person import document, page
from backbone.person.copy import CaseCopy, names_of
from backbone.person.gather import find_state, gather
from backbone.person.whose import VICTIM
from backbone.protocols import Protocols
from backbone.records import LEDGER
from backbone.store.rows import Outgoing
from schakel import codec
from schakel.case_links import same_person, whole_person
from schakel.case_state import Link, State
from schakel.envelope import PATTERNS, Envelope
from schakel.events.data import AccessGiven
from schakel.her_copy import LANGUAGES, Language
from schakel.history import case_records
from schakel.ids import OPERATOR, new_event_id

app = typer.Typer(no_args_is_help=True, help="What a person may ask of us: a copy of everything about her.")

JSON, HTML = "person.json", "person.html"
_CASE = re.compile(PATTERNS["ce_subject"])
_SUBJECT = re.compile(
    next(one.pattern for one in AccessGiven.model_fields["subject"].metadata if hasattr(one, "pattern"))
)
_MOTIVE = re.compile(
    next(one.pattern for one in AccessGiven.model_fields["motive"].metadata if hasattr(one, "pattern"))
)


@app.callback()
def person() -> None:
    """Keeps the group a group while it has one command."""


@app.command()
def export(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case id, as a receipt gave it.", show_default=False)],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A directory; made when it is not there.")],
    motive: Annotated[
        str, typer.Option(help="Why, as a short code such as her_request; it stands in the ledger.", show_default=False)
    ],
    subject: Annotated[str, typer.Option(help="Whose copy: victim, bystander, accused-2 and so on.")] = VICTIM,
    language: Annotated[str, typer.Option(help="Of the page: nl or en.")] = "nl",
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="CASE", help="Leave out a linked case. May be given several times."),
    ] = None,
) -> None:
    """Write everything about a person: person.json, and person.html to read and print.

    Make sure first that it is she who asks. That a copy is made stands in the ledger, before it is made, with the motive. Cases that
    a partner has linked as the same person are in it, each opened with its own key; leave out what is not hers with --without.

    The files hold readable personal data. Hand them over by a safe way, and remove them.

    Examples:

      backbone person export 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --to copy \\
        --motive her_request

      backbone person export 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --to copy \\
        --motive her_request --language en
    """
    left_out = without or []
    in_words = _check(case, subject, motive, language, left_out)
    _check_room(to)
    settings = read_settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    opener = open_reader(settings.keys_url, settings.var_dir, files=KeyFiles.of(settings))
    hand = OperatorsHand.find(settings)
    found = _find(hand, case, subject, left_out)
    for state, partition in found:
        hand.append(access_given(state, partition, subject, motive, case))
    with hand.connected() as how:
        gathered = [gather(state.id, case_records(how, state.id)) for state, _ in found]
    links = _links([one.state for one in gathered])
    copies = [
        CaseCopy(one, opener, subject, links.get(one.state.id) if number else None)
        for number, one in enumerate(gathered)
    ]
    outside = sorted(set(links) - {one.state.id for one in gathered} - {case}) if subject == VICTIM else []
    _write(to, copies, outside, in_words, chains, protocols)
    opener.close()
    _tell(to, copies, outside)


def access_given(state: State, partition: int, subject: str, motive: str, asked_in: str) -> Outgoing:
    """The record that logs the copy of one case.

    Its time is the case's, as for everything that an operator says: no clock of an operator's computer ends a grant or starts
    a term. When it was is what the broker notes.
    """
    assert state.time is not None
    event = AccessGiven(subject=subject, motive=motive, asked_in=asked_in)
    envelope = Envelope(new_event_id(), OPERATOR, event.TYPE, state.time, state.id, drill=state.drill)
    return Outgoing(LEDGER, partition, state.id.encode(), codec.encode(event), envelope.headers())


def _check(case: str, subject: str, motive: str, language: str, left_out: Sequence[str]) -> Language:
    for one in (case, *left_out):
        if not _CASE.fullmatch(one):
            raise Undoable(f"{one[:40]!r} is no case id; expected a UUID in small letters, as a receipt gives it")
    if not _SUBJECT.fullmatch(subject):
        raise Undoable(
            f"--subject {subject[:20]!r}: expected a role in the case, such as victim, bystander or accused-2"
        )
    if not _MOTIVE.fullmatch(motive):
        raise Undoable(
            f"--motive {motive[:40]!r}: expected a short code of small letters and underscores, such as her_request"
        )
    if case in left_out:
        raise Undoable(f"--without {case}: that is the case itself; leave out a linked one, or ask for another case")
    found = next((one for one in LANGUAGES if one == language), None)
    if found is None:
        raise Undoable(f"--language {language[:20]!r}: expected one of {', '.join(LANGUAGES)}")
    return found


def _check_room(to: Path) -> None:
    """Nothing is written over: it may be the copy of somebody else."""
    for name in (JSON, HTML):
        if (to / name).exists():
            raise Undoable(
                f"{to / name} is there already, perhaps somebody else's; name another directory, or remove it"
            )


def _find(hand: OperatorsHand, case: str, subject: str, left_out: Sequence[str]) -> list[tuple[State, int]]:
    """The case and, for the person who was harmed, those that are linked to it as hers. Raises Undoable when it is not there."""
    places: dict[str, int] = {}

    def find(case_id: str) -> State | None:
        if case_id in left_out:
            return None
        with hand.connected() as how:
            found = find_state(case_id, case_records(how, case_id))
        if found is None or found[0].report is None:
            return None
        places[case_id] = found[1]
        return found[0]

    first = find(case)
    if first is None:
        raise Undoable(f"the ledger has no case {case} with a report; is it the ledger of another backbone?")
    states = whole_person(case, lambda one: first if one == case else find(one)) if subject == VICTIM else [first]
    return [(state, places[state.id]) for state in states]


def _links(states: Iterable[State]) -> dict[str, Link]:
    """Why each other case counts as hers, by its id."""
    found: dict[str, Link] = {}
    for state in states:
        for link in same_person(state):
            found.setdefault(link.other_case, link)
    return found


def _write(
    to: Path,
    copies: Sequence[CaseCopy],
    outside: Sequence[str],
    language: Language,
    chains: Chains,
    protocols: Protocols,
) -> None:
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _new(to / JSON) as file:
        document.write(file, copies, outside)
    state = copies[0].state
    zone = chain_of(state, chains).file.time_zone if state.chain else "Europe/Amsterdam"
    with _new(to / HTML) as file:
        for piece in page.write(copies, outside, language, names_of(chains.partners), zone, protocols.by_ref):
            file.write(piece.encode())


@contextmanager
def _new(path: Path) -> Iterator[Any]:
    """A file that only its owner may read, and that stands under its name when it is whole."""
    scratch = path.with_name(path.name + ".part")
    scratch.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def _tell(to: Path, copies: Sequence[CaseCopy], outside: Sequence[str]) -> None:
    say(f"{to / JSON} and {to / HTML} are there; the ledger says so in each case that they cover")
    for copy in copies:
        if copy.link:
            say(f"case {copy.state.id} is in it: {copy.link.by} says it is the same person (--without leaves it out)")
        if unread := len(copy.gathered.unread):
            say(f"case {copy.state.id}: {unread} records could not be read; the copy says so")
    for case in outside:
        say(f"case {case} is said to be the same person's and is not in it; the copy says so")
    say("they hold readable personal data: hand them over by a safe way, then remove them")
