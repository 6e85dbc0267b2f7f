"""What is wrong with a file that is no YAML, in words for somebody who never heard of scanners and tokens. Pure."""

import re

from backbone.protocols.fault import Fault

_LOOK = "look at this line and the one above it"
_SAID: tuple[tuple[str, str, str, str], ...] = (
    (
        r"found character '\\t'",
        "there is a tab on this line",
        "spaces before a field: two for each step to the right",
        "replace the tab by spaces (most editors: 'convert tabs to spaces')",
    ),
    (
        r'found duplicate key "(?P<word>[^"]*)"',
        "duplicate key: the field `{word}` stands twice in the same block",
        "each field once; below a hyphen a new block begins",
        "drop one of the two, or begin a new block with a hyphen",
    ),
    (
        r"mapping values are not allowed here",
        "there is a second colon in this line, or the line begins too far to the right",
        'one `field: value` a line; text that holds ": " between quotes',
        'put the text between quotes: field: "text: more text"; or move the line below its neighbours',
    ),
    (
        r"found character '(?P<word>[@%`|>!&*])'",
        "a text begins with `{word}`, which means something else in YAML",
        "such a text between quotes",
        'write it as "{word}..."',
    ),
    (
        r"found undefined alias '(?P<word>[^']*)'",
        "a text begins with `*`, which means something else in YAML",
        "such a text between quotes",
        'write it as "*{word}"',
    ),
    (
        r"expected ',' or '(?P<word>[\]}])'",
        "a list or block on one line is not closed, or a comma is missing in it",
        "[one, two] or {{field: value, field: value}}",
        "add the comma, or the `{word}` at its end",
    ),
    (
        r"unexpected end of stream",
        "a quote is opened and never closed",
        "a quote at the beginning and at the end of the text",
        "close the quote; it was opened on this line or above it",
    ),
    (
        r"could not find expected ':'",
        "a line has no colon, or a text goes on where a new field was expected",
        "`field: value` on every line; a longer text indented below its field",
        "add the colon, or indent the line further than its field",
    ),
    (
        r"expected <block end>",
        "this line does not stand below its neighbours, or text stands behind a closed quote",
        "fields of one block all beginning in the same column",
        "give the line as many spaces as the one it belongs with",
    ),
)


def explained(problem: str, context: str) -> Fault:
    """The fault of a file that the reader of YAML gave up on. problem, context: its own words."""
    for pattern, what, expected, remedy in _SAID:
        if found := re.search(pattern, problem):
            named = {"word": "", **{name: word[:40] for name, word in found.groupdict().items()}}
            return Fault(
                (), f"not readable as YAML: {what.format(**named)}", expected.format(**named), remedy.format(**named)
            )
    said = " ".join(part for part in (context, problem) if part)
    return Fault((), f"not readable as YAML: {said}", "a YAML file with fields, such as the files in protocols/", _LOOK)
