"""What stands in a PDF as Chromium writes it, for tests of printing: its pages, and the words on each.

No reader of any PDF: text is taken as Skia writes it, glyph by glyph with the font's own table of characters, in the order of drawing.
"""

import re
import unicodedata
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n?(.*?)\nendobj", re.DOTALL)
_DRAWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)> Tj")

A4 = (595, 842)
"""In points."""


@dataclass(frozen=True, slots=True)
class Page:
    """size: width and height in points. text: all that is drawn on it, without white space: where lines break is not asked."""

    size: tuple[int, int]
    text: str


def pages(pdf: bytes) -> list[Page]:
    """The pages, in order. Fails on what is no PDF."""
    assert pdf.startswith(b"%PDF-"), pdf[:20]
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    found = []
    for body in objects.values():
        if re.search(rb"/Type /Page\b", body):
            width, height = map(float, re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", body)[0])
            fonts = {
                name: _characters(objects, int(number)) for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", body)
            }
            (drawn,) = re.findall(rb"/Contents (\d+) 0 R", body)
            found.append(Page((round(width), round(height)), _text(_opened(objects[int(drawn)]), fonts)))
    return found


def bare(text: str) -> str:
    """A text as `Page.text` has it: no white space, and no ligatures, which a font may have or not."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _text(drawn: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    font, text = dict[int, str](), []
    for name, glyphs in _DRAWN.findall(drawn):
        if name:
            font = fonts[name]
        for at in range(0, len(glyphs), 4):
            text.append(font.get(int(glyphs[at : at + 4], 16), "\N{REPLACEMENT CHARACTER}"))
    return bare("".join(text))


def _characters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    """The character of each glyph."""
    (table,) = re.findall(rb"/ToUnicode (\d+) 0 R", objects[font])
    said, found = _opened(objects[int(table)]), dict[int, str]()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", said, re.DOTALL):
        for glyph, character in re.findall(rb"<(\w+)> <(\w+)>", block):
            found[int(glyph, 16)] = bytes.fromhex(character.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", said, re.DOTALL):
        for first, last, character in re.findall(rb"<(\w+)> <(\w+)> <(\w+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(int(character, 16) + step)
    return found


def _opened(body: bytes) -> bytes:
    length = int(re.findall(rb"/Length (\d+)", body)[0])
    begin = body.index(b"stream\n") + len(b"stream\n")
    packed = body[begin : begin + length]
    return zlib.decompress(packed) if b"/FlateDecode" in body else packed
