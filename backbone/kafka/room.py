"""Whether a broker's disk is full. It ends then without a word: its log lies on that disk too."""

import shutil
from pathlib import Path

_MB = 2**20
LEAST = 64 * _MB
"""Below this a broker has no room for the next file of a partition."""


def full(directory: Path) -> str | None:
    """That it is, in words; None when it is not, or nobody can say."""
    try:
        free = shutil.disk_usage(directory).free
    except OSError:
        return None  # it is gone, which is another trouble
    return f"the disk that holds {directory} is full ({free // _MB} MB free)" if free < LEAST else None
