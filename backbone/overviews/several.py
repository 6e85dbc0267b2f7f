"""The words of an incident in a few tables at once: thirty thousand incidents have few of those, each of which is looked at once. Pure."""

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter

from backbone.overviews.incident import Words

Said = tuple[str | None, ...]
"""By table; None where it has nothing to say of the incident."""
_AT_ONCE = 3
"""Of more tables together nearly every incident would say something of its own."""


class Several:
    """A few tables."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        self.tables = tables
        self._all: Callable[[Words], Said] = (
            itemgetter(*tables) if len(tables) > 1 else lambda words: (words[tables[0]],)
        )

    def of(self, every: Sequence[Words]) -> list[Said]:
        """What each incident says in these tables, in their order."""
        try:
            return list(map(self._all, every))
        except KeyError:  # an erased person's incident has nothing to say in most
            return [tuple(map(words.get, self.tables)) for words in every]


@cache
def several(tables: tuple[str, ...]) -> list[Several]:
    """These tables, some at a time."""
    return [Several(tables[start : start + _AT_ONCE]) for start in range(0, len(tables), _AT_ONCE)]
