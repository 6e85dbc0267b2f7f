"""The data of a definition file read by libyaml, which takes a twentieth of the time of the reader that knows every position.

Every service reads all protocols and chains at its start, so that this time is part of how long a killed service is away. Only what
is written plainly is read here, by the rules of YAML 1.2 as `backbone.protocols.reading` has them; everything else is that reader's.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import yaml
from ruamel.yaml.resolver import implicit_resolvers

_PREFIX = "tag:yaml.org,2002:"
_TEXT, _LIST, _MAP = (f"{_PREFIX}{kind}" for kind in ("str", "seq", "map"))
_WRITTEN_SO: Mapping[str, re.Pattern[str]] = {
    f"{_PREFIX}int": re.compile(r"-?(0|[1-9][0-9]{0,17})"),
    f"{_PREFIX}float": re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}"),
    f"{_PREFIX}timestamp": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    f"{_PREFIX}bool": re.compile(r"true|false"),
    f"{_PREFIX}null": re.compile(r"null|~|"),
}
"""Forms about which no two readers differ."""
_READ: Mapping[str, Callable[[str], object]] = {
    f"{_PREFIX}int": int,
    f"{_PREFIX}float": float,
    f"{_PREFIX}timestamp": date.fromisoformat,
    f"{_PREFIX}bool": "true".__eq__,
    f"{_PREFIX}null": lambda text: None,
}


_DOUBTFUL = re.compile(r"\A%|\t|(?:^|[\s\[{,])!")
"""A directive or a tag may change what words mean, and about tabs readers differ."""


class _NotPlain(Exception):
    """Something that only the careful reader may judge."""


class _Loader(yaml.CSafeLoader):  # type: ignore[misc]  # the library has no types
    """libyaml's parser with the words of YAML 1.2: `on` is a text, `22:30` is no number."""

    yaml_implicit_resolvers: Mapping[str, list[tuple[str, Any]]] = {}


def _words() -> dict[str, list[tuple[str, Any]]]:
    """By first letter: the tags that a word may have, each with its pattern."""
    words: dict[str, list[tuple[str, Any]]] = {}
    for versions, tag, pattern, first in implicit_resolvers:
        if (1, 2) in versions:
            for letter in first:
                words.setdefault(letter, []).append((str(tag), pattern))
    return words


_Loader.yaml_implicit_resolvers = _words()


def read_plain(text: str) -> dict[str, object] | None:
    """The data of a YAML text that is one mapping, plainly written; None for everything else, faults among them."""
    if _DOUBTFUL.search(text):
        return None
    try:
        node = yaml.compose(text, Loader=_Loader)
        data = _value(node) if isinstance(node, yaml.MappingNode) else None
    except (yaml.YAMLError, _NotPlain, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _value(node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode) and node.tag == _LIST:
        return [_value(item) for item in node.value]
    if not isinstance(node, yaml.MappingNode) or node.tag != _MAP:
        raise _NotPlain
    found: dict[str, object] = {}
    for key, value in node.value:
        name = _scalar(key) if isinstance(key, yaml.ScalarNode) else None
        if not isinstance(name, str) or name in found:
            raise _NotPlain
        found[name] = _value(value)
    return found


def _scalar(node: yaml.ScalarNode) -> object:
    if node.tag == _TEXT:
        return node.value
    written = _WRITTEN_SO.get(node.tag)
    if written is None or node.style in ("'", '"', "|", ">") or not written.fullmatch(node.value):
        raise _NotPlain
    return _READ[node.tag](node.value)
