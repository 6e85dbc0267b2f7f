"""What a partner's imports have been answered, so that the same command goes on where it was and sends nothing twice.

One SQLite file a partner, under `var/imports/`. It holds event ids, case ids, answers and marks; no cell, no name of a file or
column, nothing personal. It may be thrown away: rows are then sent again and get their old receipts.
"""

import fcntl
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from backbone.lists.problems import ListError
from schakel.messages import Receipt, ReceiptStatus

_FLUSH_EVERY = 200
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
  event_id TEXT PRIMARY KEY,
  mark TEXT NOT NULL,
  status TEXT NOT NULL,
  case_id TEXT,
  code TEXT
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """The backbone's answer to one row, and the mark of what had been sent."""

    mark: str
    status: ReceiptStatus
    case: str | None
    code: str | None

    @property
    def accepted(self) -> bool:
        return self.status is ReceiptStatus.ACCEPTED


class Journal:
    """The answers so far. One process at a time has it open: a second one gets a ListError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[tuple[str, str, str, str | None, str | None]] = []

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = self.path.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise ListError(f"another import of {self.path.stem} is running; wait until it is done") from None
        try:
            self._db = sqlite3.connect(self.path)
            self._db.execute(_TABLE)
            read = self._db.execute("SELECT event_id, mark, status, case_id, code FROM answers").fetchall()
        except sqlite3.DatabaseError as error:
            self._lock.close()
            raise ListError(
                f"{self.path} is no journal that can be read ({error}); remove it: rows that were sent get their old receipts"
            ) from None
        self.answers = {
            event_id: Answer(mark, ReceiptStatus(status), case, code) for event_id, mark, status, case, code in read
        }
        return self

    def note(self, event_id: str, mark: str, receipt: Receipt) -> None:
        """Remember an answer. After a kill -9 the last few may be forgotten; they are asked again."""
        code = receipt.refusal.code if receipt.refusal else None
        self.answers[event_id] = Answer(mark, receipt.status, receipt.case, code)
        self._waiting.append((event_id, mark, receipt.status.value, receipt.case, code))
        if len(self._waiting) >= _FLUSH_EVERY:
            self.flush()

    def flush(self) -> None:
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.flush()
        finally:
            self._db.close()
            self._lock.close()
