"""The schema lock: what the code says is what is released, and what was released never changes."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from schakel import avro

ROOT = Path(__file__).resolve().parents[2]
LOCK = "schemas/avro/lock.json"


def test_code_and_schemas_agree() -> None:
    assert [name for name, _ in avro.pending()] == [], "run `make schemas` and commit what it wrote"


def test_ids_are_dense_and_versions_count_up() -> None:
    lock = avro.read_lock()
    assert [entry.id for entry in lock] == list(range(1, len(lock) + 1))
    versions: dict[str, int] = {}
    for entry in lock:
        versions[entry.name] = versions.get(entry.name, 0) + 1
        assert entry.version == versions[entry.name], entry.name
        assert entry.file == f"{entry.name}/{entry.version}.avsc"


def test_every_released_name_still_has_a_model() -> None:
    """Without its model, the records in the ledger that name it could not be read any more."""
    assert {entry.name for entry in avro.read_lock()} == set(avro.models())


def test_released_files_are_what_was_released() -> None:
    for entry in avro.read_lock():
        assert hashlib.sha256((avro.directory() / entry.file).read_bytes()).hexdigest() == entry.sha256, entry.file


def test_no_schema_file_stands_outside_the_lock() -> None:
    found = {path.relative_to(avro.directory()).as_posix() for path in avro.directory().rglob("*.avsc")}
    assert found == {entry.file for entry in avro.read_lock()}


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _earlier_locks() -> list[tuple[str, list[dict[str, object]]]]:
    """The lock at every commit that we can see, oldest first; none outside a checkout (an unpacked archive has no history)."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return []
    try:
        commits = _git("log", "--reverse", "--format=%H", "--", LOCK).split()
        return [(commit, json.loads(_git("show", f"{commit}:{LOCK}"))["schemas"]) for commit in commits[-50:]]
    except subprocess.CalledProcessError:
        return []


def is_prefix(earlier: list[dict[str, object]], now: list[dict[str, object]]) -> bool:
    """Append-only: what stood there stands there still, in the same order."""
    return now[: len(earlier)] == earlier


def test_the_lock_only_ever_grew() -> None:
    earlier = _earlier_locks()
    if not earlier:
        pytest.skip("no git history here to compare the lock with")
    now = json.loads((ROOT / LOCK).read_text(encoding="utf-8"))["schemas"]
    for commit, entries in earlier:
        assert is_prefix(entries, now), f"entries that stood in the lock at {commit[:10]} were changed or removed"


def test_a_changed_entry_is_noticed() -> None:
    now = json.loads((ROOT / LOCK).read_text(encoding="utf-8"))["schemas"]
    assert is_prefix(now[:-1], now)
    assert not is_prefix([{**now[0], "sha256": "0" * 64}], now)
    assert not is_prefix([*now, now[0]], now)


def test_a_changed_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    where = tmp_path / "avro"
    shutil.copytree(avro.directory(), where)
    entry = avro.read_lock(where)[0]
    (where / entry.file).write_text("{}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="a released schema never changes"):
        avro.read_schema(entry, where)
