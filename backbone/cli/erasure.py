"""`backbone erasure`: what was destroyed, for the records officer; and done again, where keys came back from a backup. Who is erased is
told by partners and decided by the ledger."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from backbone.cli.broker import find_user
from backbone.cli.hand import OperatorsHand
from backbone.cli.output import FOUND, Undoable, read_settings, say, show_json
from backbone.declaration import LANGUAGES, declared, text
from backbone.definition_files import load_definitions
from backbone.erasing_again import carry_out, erased_by
from backbone.keys import SqlDestroyer
from backbone.keys.databases import open_engine
from backbone.keys.lives import read_lives
from backbone.settings import Settings
from schakel.envelope import PATTERNS
from schakel.history import LEDGER, History, read_case, read_cases
from schakel.reading import partition_count, read_to_end
from schakel.timesource import time_source

app = typer.Typer(no_args_is_help=True, help="What was erased, and that it is gone; after a restore, done again.")
_CASE = re.compile(PATTERNS["ce_subject"])


@app.command()
def declaration(
    case: Annotated[str | None, typer.Option("--case", metavar="CASE", help="Only of this case.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="From this day on, such as 2026-01-01.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Up to and including this day.")] = None,
    language: Annotated[str, typer.Option(metavar="LANGUAGE", help="nl or en.")] = "nl",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The declaration of destruction: what, on which ground, when, by whom, after which term, with the ledger's positions.

    It holds no personal data: a person is a handle in a case. Ends with exit code 1 when something was erased by the ledger and
    its key still lives, or it is past its term to be final.

    Examples:

      backbone erasure declaration --since 2026-01-01 --until 2026-12-31 > verklaring.txt

      backbone erasure declaration --case 5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e --json
    """
    if language not in LANGUAGES:
        raise Undoable(f"--language {language[:20]!r}: expected one of {', '.join(LANGUAGES)}")
    if case is not None and not _CASE.fullmatch(case):
        raise Undoable(f"--case {case[:40]!r}: expected a UUID in small letters, as a receipt gives it")
    first, last = _day("--since", since), _day("--until", until)
    settings = read_settings()
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    engine, time = _database(settings), time_source(settings.clock)
    now = time.now()
    try:
        ends, lives = SqlDestroyer(engine, time), read_lives(engine)
        found = declared(
            _histories(settings, case),
            chains,
            ends.destroyed_at,
            lambda erased_at: lives.finality(erased_at).since,
            since=first,
            until=last,
        )
    finally:
        engine.dispose()
    if as_json:
        show_json([asdict(one) for one in found])
    else:
        say(text(found, language, now).rstrip("\n"))
    if any(one.key_destroyed_at is None or one.is_late(now) for one in found):
        raise typer.Exit(FOUND)


@app.command()
def again() -> None:
    """Destroy the keys that came back with an older backup, of people whom the ledger has erased. Done twice it does no more.

    For when the database of keys was restored and the services' databases were not lost: run it before intake and the gateway are
    started again. 'backbone ledger restore' does it by itself.

    Example:

      backbone erasure again
    """
    settings = read_settings()
    _database(settings).dispose()
    with OperatorsHand(*find_user(settings, "auditor"), settings.ca_file).connected() as how:
        say(erased_again(settings, how))


def erased_again(settings: Settings, how: Mapping[str, Any]) -> str:
    """Carry the ledger's erasures out on the database of keys, and say of how many that was news. how: as for `read_to_end`.

    Raises KeysAway, TopicMissing, ReadingStalled, and kafka-python's errors: run it again.
    """
    engine = open_engine(settings.keys_url, settings.var_dir / "keys")
    keys = SqlDestroyer(engine, time_source(settings.clock))
    erased = gone = 0
    try:
        for number in range(partition_count(how, LEDGER)):
            found = erased_by(partial(read_to_end, how, LEDGER, [number]))
            erased += len(found)
            gone += len(carry_out(found, keys))
    finally:
        keys.close()
    if not gone:
        return f"{erased} people are erased by the ledger, and none of them has a key here"
    return f"{erased} people are erased by the ledger; the database of keys did not know it of {gone}: their keys are destroyed now"


def _day(option: str, given: str | None) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise Undoable(f"{option} {given!r}: expected a day such as 2026-01-31") from None


def _database(settings: Settings) -> sa.Engine:
    """To look at; nothing is destroyed here. Raises Undoable where there is no database of keys yet."""
    if settings.keys_url is None and not (settings.var_dir / "keys" / "keys.db").exists():
        raise Undoable(
            f"there is no database of keys on {settings.var_dir}; 'backbone up' makes it, or set SCHAKEL_KEYS_URL"
        )
    return open_engine(settings.keys_url, settings.var_dir / "keys")


def _histories(settings: Settings, case: str | None) -> list[History]:
    with OperatorsHand(*find_user(settings, "auditor"), settings.ca_file).connected() as how:
        return [read_case(how, case)] if case else list(read_cases(how).values())
