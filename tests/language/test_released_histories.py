"""Each released version has its golden histories: a directory of its own under tests/histories/recorded, which every later one reads."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.histories.record import RECORDED
from tests.support.histories import replays

ROOT = Path(__file__).resolve().parents[2]
_HEADING = re.compile(r"^## \[(?P<version>[0-9.]+)\] - (?P<day>\S+)", re.MULTILINE)
CASES, TYPES = 10, 30
"""What a version's recording has to show at least."""


def missing(changelog: str, folder: Path) -> Iterator[str]:
    """What is not there for a version that is released: one sentence each, with what to do."""
    days = {match["version"]: match["day"] for match in _HEADING.finditer(changelog)}
    for version, day in days.items():
        files = sorted((folder / version).glob("*.jsonl"))
        if day == "unreleased" and not files:
            continue
        if not files:
            yield (
                f"{version} was released on {day} and has no golden histories: run 'make demo ONCE=1', then "
                f"'python -m tests.histories.record {version}', and add {folder.name}/{version}/ to the repository"
            )
            continue
        cases = [one for path in files for one in replays(path)]
        types = {step.entry.envelope.type for one in cases for step in one.steps}
        if len(cases) < CASES or len(types) < TYPES:
            yield (
                f"{version} has golden histories of {len(cases)} cases with {len(types)} types of events; expected at least {CASES} "
                f"with {TYPES}: record a whole demo into a second file of {folder.name}/{version}/"
            )
    for path in sorted(folder.iterdir()):
        if path.name not in days:
            yield f"{folder.name}/{path.name} is of no version of the changelog; name it after the version that played it"


def test_no_released_version_lacks_its_histories() -> None:
    assert list(missing((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), RECORDED)) == []


def test_what_a_release_lacks_is_said(tmp_path: Path) -> None:
    changelog = "# Changelog\n\n## [0.3.0] - unreleased\n\n## [0.2.0] - 2027-01-31\n\n## [0.1.0] - 2026-12-01\n"
    for version in ("0.1.0", "0.2.0"):
        (tmp_path / version).mkdir()
    (tmp_path / "0.1.0" / "demo.jsonl").write_bytes(next(RECORDED.rglob("*.jsonl")).read_bytes())
    (said,) = missing(changelog, tmp_path)
    assert said.startswith("0.2.0 was released on 2027-01-31 and has no golden histories: run 'make demo ONCE=1'")
    (tmp_path / "demo-0.2").mkdir()
    assert "is of no version of the changelog" in list(missing(changelog, tmp_path))[-1]
    text = (tmp_path / "0.1.0" / "demo.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    end = next(number for number, line in enumerate(text) if '"fingerprint"' in line)
    (tmp_path / "0.2.0" / "demo.jsonl").write_text("".join(text[: end + 1]), encoding="utf-8")
    assert any(one.startswith("0.2.0 has golden histories of 1 cases with ") for one in missing(changelog, tmp_path))
