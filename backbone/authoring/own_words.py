"""What a file calls a kind of case or a question of its own: sentences quote its id, readers see its text. Pure."""

import re
from collections.abc import Callable, Iterable

from backbone.protocols.model import Protocol

_QUOTED = re.compile(r"'([a-z0-9-]+)'")


def own_words(protocol: Protocol) -> Callable[[Iterable[str]], list[str]]:
    """Puts the text for the id in lines that quote one: `de zaak heet: 'simple'` names the category as the scheme does."""
    texts = {kind.id: kind.text for kind in (*protocol.scheme.levels, *protocol.scheme.categories)}
    texts |= {check.id: check.question for check in protocol.checks}

    def text(found: re.Match[str]) -> str:
        return f"'{texts[found[1]].rstrip('.')}'" if found[1] in texts else found[0]

    return lambda lines: [_QUOTED.sub(text, line) for line in lines]
