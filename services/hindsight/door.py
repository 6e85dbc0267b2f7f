"""What the commands `schakel why` and `schakel case report` call, by name: a partner's installation has no rules and no definitions."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from backbone.definition_files import load_definitions
from backbone.settings import Settings
from schakel.entry import Entry
from schakel.history import History
from services.hindsight import telling
from services.hindsight.around import Around
from services.hindsight.explaining import Explained, Why, explain
from services.hindsight.passages import Passages
from services.hindsight.retrace import rules_of


def why(history: History, around: Sequence[Entry], event_id: str) -> "Told":
    """One event of the case, by its whole id. Raises DefinitionError for files that cannot be used, SchakelError for a case whose chain
    or protocol is not here."""
    explained = _explain(history, around, Settings(), {event_id})
    return Told(next(one for one in explained.whys if one.entry.id == event_id))


class Told:
    """The answer, in either form."""

    def __init__(self, found: Why) -> None:
        self.found = found

    def lines(self) -> Iterator[tuple[str, str]]:
        return telling.lines(self.found)

    def as_json(self) -> dict[str, Any]:
        return telling.as_json(self.found)


def _explain(
    history: History, around: Sequence[Entry], settings: Settings, only: Collection[str] | None = None
) -> Explained:
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    rules = rules_of(chains, protocols)
    passages = Passages(settings.protocols_dir)
    return explain(history.state.id, history.entries, Around.of(around), rules, passages, only)
