"""What `backbone protocol try` calls: from files to text. The command says what it is given and how it ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backbone.chains import Chains
from backbone.protocols import DefinitionError, Protocol, Protocols
from backbone.protocols.cooperation import EMPTY
from backbone.protocols.reading import Document, Fault, Problem
from schakel.entry import Entry
from schakel.her_words import Language
from services.rehearsal import history, playable, scenario
from services.rehearsal.chain_play import ChainRehearsal, play_chain
from services.rehearsal.chain_script import ChainScript
from services.rehearsal.known_chain_words import KnownChainWords
from services.rehearsal.known_words import KnownWords
from services.rehearsal.play import Rehearsal, play, replay
from services.rehearsal.scenario import EXAMPLE, ChainScenario
from services.rehearsal.script import Script, differences
from services.rehearsal.setting import names, setting


@dataclass(frozen=True)
class Files:
    """The definitions it is tried among. others: the chain's further protocols run beside the tried one. folder: where the chains stand."""

    chains: Chains
    protocols: Protocols
    others: bool = False
    folder: Path = Path("chains")


@dataclass(frozen=True)
class Shown:
    """The text, and whether all was as the scenario expects."""

    text: str
    good: bool


def instead(tried: Protocol) -> str | None:
    """What to do with a file of which nothing can be played, in one sentence; None when something can."""
    return playable.instead(tried)


def scenarios(protocols_dir: Path, tried: Protocol) -> list[Path]:
    return scenario.beside(protocols_dir, tried.protocol, tried.version)


def try_scenario(
    path: Path,
    tried: Protocol,
    files: Files,
    language: Language,
    against: Protocol | None = None,
    *,
    why: bool = False,
) -> Shown:
    """why: and what did not happen. Raises DefinitionError for a faulty scenario, SchakelError for one that cannot be played here."""
    both = (tried, *([against] if against else []))
    new = _played(path, tried, files, both)
    if against is None:
        return Shown(_script(new, tried, language, why=why).text(), not new.failures)
    old = _played(path, against, files, both)
    return _beside(_script(old, against, language), _script(new, tried, language))


def try_history(
    title: str,
    entries: Sequence[Entry],
    tried: Protocol,
    files: Files,
    language: Language,
    against: Protocol | None = None,
    *,
    why: bool = False,
) -> Shown:
    """A real case: what was told in it, played under another version. why: and what did not happen. Raises SchakelError."""
    told = history.told(entries)
    chain = history.chain_of(entries) or scenario.EXAMPLE
    until: datetime | None = None

    def one(protocol: Protocol) -> Rehearsal:
        here = setting(chain, protocol, files.chains, files.protocols, others=files.others)
        return replay(title, told, entries, here, until)

    new = one(tried)
    if against is None:
        return Shown(Script(new, tried, language, why=why).text(), True)
    return _beside(Script(one(against), against, language), Script(new, tried, language))


def read_history(path: Path) -> list[Entry]:
    return history.read_file(path)


Played = Rehearsal | ChainRehearsal


def _played(path: Path, tried: Protocol, files: Files, versions: Sequence[Protocol]) -> Played:
    told, document = scenario.load(path)
    if told.chain not in (known := names(files.chains)):
        raise DefinitionError([document.problem(_no_such_chain(told.chain, known, files.folder))])
    if isinstance(told, ChainScenario):
        found: Played | Problem = _of_chain(told, document, tried, files, versions)
    else:
        here = setting(told.chain, tried, files.chains, files.protocols, others=files.others)
        _only_known(document, KnownWords.of(here, versions).faults(told))
        found = play(told, document, here)
    if isinstance(found, Problem):
        raise DefinitionError([found])
    return found


def _of_chain(
    told: ChainScenario, document: Document, tried: Protocol, files: Files, versions: Sequence[Protocol]
) -> ChainRehearsal | Problem:
    if tried.cooperation == EMPTY:
        raise DefinitionError([document.problem(_nothing_to_keep(tried))])
    since, occasions = told.begins, told.occasions
    here = setting(
        told.chain, tried, files.chains, files.protocols, others=files.others, since=since, occasions=occasions
    )
    _only_known(document, KnownChainWords.of(told, here, versions).faults(told))
    return play_chain(told, document, here)


def _nothing_to_keep(tried: Protocol) -> Fault:
    return Fault(
        ("begins",),
        f"{tried.ref} has no section `cooperation`: there is nothing for a chain to keep",
        "a file with consultations, overviews, rhythms, agreements or registers",
        "leave `begins` out, and tell what happens in a case",
    )


def _only_known(document: Document, faults: Iterable[Fault]) -> None:
    if unknown := [document.problem(fault) for fault in faults]:
        raise DefinitionError(unknown)


def _script(played: Played, tried: Protocol, language: Language, *, why: bool = False) -> Script | ChainScript:
    if isinstance(played, ChainRehearsal):
        return ChainScript(played, tried, language, why=why)
    return Script(played, tried, language, why=why)


def _no_such_chain(name: str, known: Sequence[str], folder: Path) -> Fault:
    return Fault(
        ("chain",),
        f"the scenario plays in the chain `{name}`, which has no file in {folder}",
        f"one of {', '.join(known)}",
        f"write `chain: {EXAMPLE}`, or name the folder with that chain: SCHAKEL_CHAINS_DIR=...",
    )


def _beside(old: Script | ChainScript, new: Script | ChainScript) -> Shown:
    text, _ = differences(old, new)
    return Shown(f"{new.rehearsal.title}\n{text}", True)
