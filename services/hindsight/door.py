"""What the commands `schakel why` and `schakel case report` call, by name: a partner's installation has no rules and no definitions."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from backbone.chains import Chains
from backbone.definition_files import load_definitions
from backbone.person.copy import names_of
from backbone.protocols import Protocols
from backbone.settings import Settings
from schakel.definitions import Definitions
from schakel.entry import Entry
from schakel.history import History
from services.hindsight import page, telling, versions
from services.hindsight.around import Around
from services.hindsight.bars import lasting
from services.hindsight.explaining import Explained, Why, explain
from services.hindsight.passages import Passages
from services.hindsight.retrace import rules_of

_NOTHING_KEPT = Definitions()


def why(history: History, around: Sequence[Entry], event_id: str, definitions: Definitions = _NOTHING_KEPT) -> "Told":
    """One event of the case, by its whole id. definitions: with the versions of chains that were in use.

    Raises DefinitionError for files that cannot be used, SchakelError for a case whose chain or protocol is not here.
    """
    settings = Settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    explained = _explained(history, around, chains, protocols, settings.protocols_dir, definitions, {event_id})
    return Told(next(one for one in explained.whys if one.entry.id == event_id))


class Told:
    """The answer, in either form."""

    def __init__(self, found: Why) -> None:
        self.found = found

    def lines(self) -> Iterator[tuple[str, str]]:
        return telling.lines(self.found)

    def as_json(self) -> dict[str, Any]:
        return telling.as_json(self.found)


def report(history: History, around: Sequence[Entry], definitions: Definitions = _NOTHING_KEPT) -> Iterator[str]:
    """The case as one page, piece by piece. Raises as `why` does."""
    settings = Settings()
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    explained = _explained(history, around, chains, protocols, settings.protocols_dir, definitions)
    state = explained.state
    zone = versions.zone_of(state, chains, definitions)
    spans = lasting(state.id, history.entries)
    return page.write(page.Told(explained, spans, names_of(chains.partners), zone, len(history.unread)))


def _explained(
    history: History,
    around: Sequence[Entry],
    chains: Chains,
    protocols: Protocols,
    folder: Path,
    definitions: Definitions,
    only: Collection[str] | None = None,
) -> Explained:
    beside, passages = Around.of(around), Passages(folder)

    def by(then: Chains, wanted: Collection[str] | None) -> Explained:
        return explain(history.state.id, history.entries, beside, rules_of(then, protocols), passages, wanted)

    return versions.explained(by, chains, protocols, definitions, only)
