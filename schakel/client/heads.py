"""The file in which a partner's client keeps the ledger's signed heads, as they come with receipts: that makes it a witness."""

import json
import logging
import os
from pathlib import Path

from schakel.client.errors import ClientError
from schakel.definitions import Definitions
from schakel.evidence.note import NotANote
from schakel.evidence.published import log_keys, signed_by_any
from schakel.evidence.witness import Witnessed

log = logging.getLogger("schakel.client")


class HeadsUnreadable(ClientError):
    """The file of heads is not as it was written."""


class HeadsFile:
    """See the module's words. For one process: of two that write the same file, one loses what it saw, and nothing is said falsely."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.witnessed = load(path)

    def see(self, note: str, at: int, definitions: Definitions) -> None:
        """Take in the head of a receipt, which stands at this offset of the `out` topic.

        What does not fit is kept too, and said out loud, as an error in the log.
        """
        keys = log_keys(definitions)
        before = self.witnessed.as_json()
        try:
            doubt = self.witnessed.see(note, at, lambda head: signed_by_any(head, keys))
        except NotANote as problem:
            log.error("a receipt came with something that is no signed head: %s", problem)
            return
        if doubt:
            log.error("%s (kept in %s)", doubt.sentence(), self.path)
        if self.witnessed.as_json() != before:
            self._save()

    def _save(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        scratch.write_text(json.dumps(self.witnessed.as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        scratch.replace(self.path)


def load(path: Path) -> Witnessed:
    """What the file holds; nothing where there is none yet. Raises HeadsUnreadable."""
    try:
        return Witnessed.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Witnessed()
    except (OSError, ValueError) as error:
        raise HeadsUnreadable(
            f"the file of kept heads {path} cannot be used ({type(error).__name__}); put it aside for your auditor, do not throw it away, "
            "and begin with a new one"
        ) from None


def beside(profile: Path) -> Path:
    """Where a partner with this profile keeps them."""
    return profile.with_name(f"{profile.stem}.heads")
