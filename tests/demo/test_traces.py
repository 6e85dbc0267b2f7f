"""The search for readable personal details finds them wherever they are."""

from pathlib import Path

import pytest

from backbone.demo import traces
from backbone.demo.traces import nothing_readable


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "cases.db").write_bytes(b"\x00facts of a case" * 100)
    found = nothing_readable(tmp_path)
    assert found.holds
    assert found.looked_at == 1


def test_an_empty_directory_shows_nothing(tmp_path: Path) -> None:
    assert not nothing_readable(tmp_path).holds


@pytest.mark.parametrize("place", ["kafka/data/schakel.ledger-0/00.log", "db/intake.db-wal", "log/intake-0.log"])
def test_a_name_in_any_file_is_found(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x00" * 1000 + b"Robin Denkbeeldig, 06-00000123" + b"\x00" * 1000)
    found = nothing_readable(tmp_path)
    assert not found.holds
    assert f"{place} holds '06-00000'" in found.wrong[0]
    assert len(found.wrong) == 2


def test_a_name_across_two_blocks_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_AT_ONCE_BYTES", 64)
    for before in range(50, 70):
        (tmp_path / "file").write_bytes(b"." * before + b"Verzonnen" + b"." * 100)
        assert nothing_readable(tmp_path).wrong


def test_only_kafkas_indexes_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "0.index").write_bytes(b"Denkbeeldig")
    (tmp_path / "0.log").write_bytes(b"nothing")
    found = nothing_readable(tmp_path)
    assert found.holds
    assert found.looked_at == 1
