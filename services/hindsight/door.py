"""What the commands `schakel why` and `schakel case report` call, by name: a partner's installation has no rules and no definitions."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from backbone.case_facts import chain_of
from backbone.chains import Chains
from backbone.definition_files import load_definitions
from backbone.person.copy import names_of
from backbone.protocols import Protocols
from backbone.settings import Settings
from schakel.entry import Entry
from schakel.history import History
from services.hindsight import page, telling
from services.hindsight.around import Around
from services.hindsight.bars import lasting
from services.hindsight.explaining import Explained, Why, explain
from services.hindsight.passages import Passages
from services.hindsight.retrace import rules_of


def why(history: History, around: Sequence[Entry], event_id: str) -> "Told":
    """One event of the case, by its whole id. Raises DefinitionError for files that cannot be used, SchakelError for a case whose chain
    or protocol is not here."""
    settings = Settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    explained = _explained(history, around, chains, protocols, settings.protocols_dir, {event_id})
    return Told(next(one for one in explained.whys if one.entry.id == event_id))


class Told:
    """The answer, in either form."""

    def __init__(self, found: Why) -> None:
        self.found = found

    def lines(self) -> Iterator[tuple[str, str]]:
        return telling.lines(self.found)

    def as_json(self) -> dict[str, Any]:
        return telling.as_json(self.found)


def report(history: History, around: Sequence[Entry]) -> Iterator[str]:
    """The case as one page, piece by piece. Raises as `why` does."""
    settings = Settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    explained = _explained(history, around, chains, protocols, settings.protocols_dir)
    state = explained.state
    zone = chain_of(state, chains).file.time_zone if state.chain else "Europe/Amsterdam"
    spans = lasting(state.id, history.entries)
    return page.write(page.Told(explained, spans, names_of(chains.partners), zone, len(history.unread)))


def _explained(
    history: History,
    around: Sequence[Entry],
    chains: Chains,
    protocols: Protocols,
    folder: Path,
    only: Collection[str] | None = None,
) -> Explained:
    rules = rules_of(chains, protocols)
    return explain(history.state.id, history.entries, Around.of(around), rules, Passages(folder), only)
