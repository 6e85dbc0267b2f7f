"""Canaries: words that stand in every personal field of every told type, each once, and a search for any of them in any form.

Everybody is invented. What must hold of them is in the tests: `tests/services/test_canaries.py` over lists, `tests/system` over Kafka.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from backbone.contract.examples_told import told_example
from schakel.events import TOLD, Told
from schakel.events.base import SealedField
from schakel.ids import new_event_id
from schakel.sealing import Json, PublicKey, seal

WORD = "Kanariepietje"
"""What all of them begin with, so that one search finds each."""
FIELDS = tuple(field for field in SealedField if field is not SealedField.UNKNOWN)
SUBJECTS = ("victim", "accused")


def forms(word: str) -> Iterator[bytes]:
    """How a word may be written down: as text in several encodings, escaped, in hexadecimal digits, in base64 at any place."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        yield word.encode(encoding)
    raw = word.encode()
    yield raw.lower()
    yield "".join(f"\\u{ord(letter):04x}" for letter in word).encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for before in range(3):
        # What letters stand before it decides how it looks; the first and last letters hang on its neighbours.
        text = b64encode(bytes(before) + raw + bytes(-(before + len(raw)) % 3))
        yield text[(4 if before else 0) : -4]


SEARCH = re.compile(b"|".join(re.escape(form) for form in forms(WORD)))


def found_in(content: bytes) -> bool:
    """Whether any canary stands there."""
    return SEARCH.search(content) is not None


class Canaries:
    """Makes them; `made` is how many there are by now."""

    def __init__(self) -> None:
        self.made = 0

    def _word(self) -> str:
        self.made += 1
        return f"{WORD}-{self.made:05}"

    def parts(self) -> dict[SealedField, Json]:
        """Every personal field of one person."""
        values: dict[SealedField, Any] = {field: self._word() for field in FIELDS}
        values[SealedField.CONTACT_DETAILS] = {"name": self._word(), "phone": self._word(), "address": [self._word()]}
        return values

    def told(self, key: PublicKey) -> Iterator[tuple[str, Told]]:
        """Every told type with every personal field of two people, sealed as a partner does: its id and the event."""
        for name in sorted(TOLD):
            event_id = new_event_id()
            sealed = tuple(seal(who, self.parts(), key, about=event_id) for who in SUBJECTS)
            yield event_id, told_example(name).model_copy(update={"sealed": sealed})
