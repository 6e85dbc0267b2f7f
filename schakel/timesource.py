"""Where "now" comes from. Injected everywhere; only intake and the partner client ever ask."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class TimeSource(Protocol):
    def now(self) -> datetime:
        """The present moment, with time zone."""
        ...


class SystemTime:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedTime:
    """A clock that stands where it was put; for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class FileTime:
    """A stepped clock shared by processes: the file holds one ISO moment, whoever plays the demo moves it on."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text(encoding="ascii").strip())

    def set(self, at: datetime) -> None:
        """Move the clock. A rename, so that no reader sees half a moment."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(at.isoformat(), encoding="ascii")
        new.replace(self.path)


def time_source(setting: str) -> TimeSource:
    """`system`, or `file:<path>` for a stepped clock. Raises ValueError for anything else."""
    if setting == "system":
        return SystemTime()
    if setting.startswith("file:"):
        return FileTime(Path(setting.removeprefix("file:")))
    raise ValueError(f"clock setting: found {setting!r}, expected 'system' or 'file:<path>'; correct SCHAKEL_CLOCK")
