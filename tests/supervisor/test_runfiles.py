"""One supervisor a directory, and no belief in what a dead one left."""

from pathlib import Path

import pytest

from backbone.supervisor.runfiles import AlreadyUpError, RunFiles


def test_only_one_supervisor_a_directory(tmp_path: Path) -> None:
    first, second = RunFiles(tmp_path), RunFiles(tmp_path)
    first.claim()
    first.write({"pid": 4711})
    assert second.alive()
    with pytest.raises(AlreadyUpError, match=r"already up .*4711.*backbone down"):
        second.claim()
    first.release()
    assert not second.alive()
    second.claim()
    second.release()


def test_what_a_dead_supervisor_left_is_removed_and_not_believed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "supervisor.json").write_text('{"pid": 1}')
    (tmp_path / "run" / "intake-0.json").write_text("{}")
    files = RunFiles(tmp_path)
    assert not files.alive()
    files.claim()
    assert files.read() is None
    assert files.services() == {}
    files.release()


def test_half_a_file_is_no_state(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "supervisor.json").write_text('{"pid":')
    assert RunFiles(tmp_path).read() is None
