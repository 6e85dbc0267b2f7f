"""The Dutch of every word of the closed lists, from docs/glossary.md, as a program reads it: `backbone/person/lists.json`.

The glossary is written by hand and is the one place for these words; what a person is shown takes them from here.
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "backbone" / "person" / "lists.json"
GLOSSARY = ROOT / "docs" / "glossary.md"
_ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", re.MULTILINE)
_WORD = re.compile(r"`(\w+)`(?: (.+))?")
_EVERYWHERE = {"unknown": "onbekend", "other": "anders", "none": "geen"}


def text() -> str:
    """The file as it should be: {list: {word: its Dutch}}."""
    return json.dumps(words(), ensure_ascii=False, indent=1) + "\n"


def words() -> dict[str, dict[str, str]]:
    """Raises KeyError for a word without Dutch."""
    found: dict[str, dict[str, str]] = {}
    for name, cell in _ROW.findall(GLOSSARY.read_text(encoding="utf-8")):
        pairs = [_WORD.fullmatch(entry.strip()) for entry in cell.split("·")]
        found[name] = {pair[1]: pair[2] or _EVERYWHERE[pair[1]] for pair in pairs if pair}
    return found


def write() -> Path:
    """Make the file again. Returns where."""
    FILE.write_text(text(), encoding="utf-8")
    return FILE
