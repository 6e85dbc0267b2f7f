"""The file in which a partner's client keeps the ledger's signed heads, as they come with receipts: that makes it a witness."""

import json
import logging
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from schakel.client.errors import ClientError
from schakel.definitions import Definitions
from schakel.evidence.note import NotANote
from schakel.evidence.published import log_keys, signed_by_any
from schakel.evidence.witness import Witnessed

log = logging.getLogger("schakel.client")


class HeadsUnreadable(ClientError):
    """The file of heads is not as it was written."""


class HeadsFile:
    """See the module's words. For one client: of two that write the same file, one loses what it saw, and nothing is said falsely."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.witnessed = load(path)
        self._saved = self.witnessed.changes
        self._failing = False

    def see(self, note: str, at: int, definitions: Definitions) -> None:
        """Take in the head of a receipt, which stands at this offset of the `out` topic.

        What does not fit is kept too, and said out loud, as an error in the log. A file that cannot be written is said there as well, once;
        the heads stay in memory, and it is tried again at the next one. Nothing of it is raised: messages come in all the same.
        """
        try:
            doubt = self.witnessed.see(note, at, lambda head: signed_by_any(head, log_keys(definitions)))
        except NotANote as problem:
            log.error("a receipt came with something that is no signed head: %s", problem)
            return
        if doubt:
            log.error("%s (kept in %s)", doubt.sentence(), self.path)
        if self.witnessed.changes != self._saved:
            self._try_to_save()

    def _try_to_save(self) -> None:
        try:
            save(self.path, self.witnessed)
        except OSError as error:
            if not self._failing:
                log.error(
                    "the heads of the ledger cannot be written to %s (%s); they are kept in memory, and it is tried again at the next one",
                    self.path,
                    error.strerror or type(error).__name__,
                )
            self._failing = True
        else:
            self._saved, self._failing = self.witnessed.changes, False


def save(path: Path, witnessed: Witnessed) -> None:
    """Put the file in its place, whole or not at all. Raises OSError; nothing half-written remains."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as scratch:  # a name of its own: another client of the same partner may be writing too
        try:
            scratch.write(json.dumps(witnessed.as_json(), indent=1, ensure_ascii=False) + "\n")
            scratch.close()
            os.replace(scratch.name, path)
        except BaseException:
            Path(scratch.name).unlink(missing_ok=True)
            raise


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
