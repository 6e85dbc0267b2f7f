"""Generated files as text: YAML with a line on top that says what wrote it."""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

WRITTEN_BY = "backbone deploy write"


_OTHERS_READ_IT_DIFFERENTLY = re.compile(r"(?i)y|n|yes|no|on|off|[0-9][0-9_]*(:[0-9_]+)+(\.[0-9]*)?")
"""Texts that YAML 1.1 takes for a truth value or a number to the base of sixty, and YAML 1.2, which we write, does not."""


def yaml_text(documents: Iterable[Mapping[str, Any]], about: str) -> str:
    """These documents in one file. about: one line that says what they are."""
    made = YAML()
    made.width = 160
    made.indent(mapping=2, sequence=4, offset=2)
    made.explicit_start = False
    out = io.StringIO()
    out.write(headed("", about))
    for number, document in enumerate(documents):
        if number:
            out.write("---\n")
        made.dump(_plain(document), out)
    return out.getvalue()


def headed(text: str, about: str) -> str:
    """A text below the lines that say what it is, and what wrote it."""
    return f"# {about}\n# Written by '{WRITTEN_BY}' and not by hand: a test compares it with what that writes.\n{text}"


def _plain(value: Any) -> Any:
    """Plain dicts and lists of their own, so that nothing becomes an anchor."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, str) and _OTHERS_READ_IT_DIFFERENTLY.fullmatch(value):
        return DoubleQuotedScalarString(value)
    return value
