"""What a file calls a kind of case or a question of its own: sentences quote its id, readers see its text. Pure."""

import re
from collections.abc import Callable, Iterable

from backbone.protocols.model import Protocol

Own = Callable[[Iterable[str]], list[str]]
"""Lines in, the same lines in the file's own words out."""
_QUOTED = re.compile(r"(?<!stap )(?<!doorverwijzing )'([a-z0-9-]+)'( met )?")
"""An id of a step is quoted too, and may be that of a question; what was answered to a question stands behind `met`."""


def own_words(protocol: Protocol) -> Own:
    """Puts the text for the id in lines that quote one: `de zaak heet: 'simple'` names the category as the scheme does."""
    kinds = {kind.id: kind.text for kind in (*protocol.scheme.levels, *protocol.scheme.categories)}
    questions = {check.id: check.question for check in protocol.checks}

    def text(found: re.Match[str]) -> str:
        called, behind = (questions if found[2] else kinds).get(found[1]), found[2] or ""
        return f"'{called.rstrip('.')}'{behind}" if called else found[0]

    return lambda lines: [_QUOTED.sub(text, line) for line in lines]
