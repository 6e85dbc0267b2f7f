"""`backbone protocol check`: one file or all, in 80 columns; YAML mistakes said kindly; a version in use stays as it is."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from backbone.definitions import entries, refuse_changed
from backbone.protocols import load_protocols
from backbone.protocols.versions import VersionInUse, adopt, read_lock
from tests.protocols.samples import PROTOCOL, ROOT
from tests.protocols.test_protocol_check import MEDIATION, line_of

Run = Callable[..., Result]


@pytest.fixture
def backbone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command with protocols of its own and the chains of this repository."""
    for name in ("protocols", "chains"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.setenv("SCHAKEL_PROTOCOLS_DIR", str(tmp_path / "protocols"))
    monkeypatch.setenv("SCHAKEL_CHAINS_DIR", str(tmp_path / "chains"))
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def small(folder: Path, text: str = PROTOCOL, version: str = "1.0") -> Path:
    path = folder / "proef" / f"{version}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace('version: "1.0"', f'version: "{version}"'), encoding="utf-8")
    return path


def test_our_own_files_are_right_and_in_use(backbone: Run):
    result = backbone("protocol", "check")
    assert result.exit_code == 0
    assert result.stdout.endswith("0 errors, 0 warnings\n")
    assert len(read_lock(ROOT / "protocols")) == len(load_protocols(ROOT / "protocols"))


def test_one_file(backbone: Run, tmp_path: Path):
    path = small(tmp_path / "protocols", PROTOCOL.replace("acute: true", "acut: true"))
    result = backbone("protocol", "check", path)
    assert result.exit_code == 1
    first = result.stdout.splitlines()[:2]
    assert first[0] == f"{path}:{line_of(PROTOCOL, 'acute')}: error:"
    assert first[1].strip() == "informs[0].when: `acut` is not a fact"
    assert result.stdout.endswith("0 protocols usable, 1 error, 0 warnings\n")


def test_one_chain_file(backbone: Run, tmp_path: Path):
    path = tmp_path / "chains" / "groningen.yaml"
    assert backbone("protocol", "check", path).exit_code == 0
    path.write_text(path.read_text(encoding="utf-8").replace("handreiking-negen-stappen@2017.4", "handreiking@1"))
    result = backbone("protocol", "check", path)
    assert result.exit_code == 1
    assert "`handreiking@1`" in " ".join(result.stdout.split())


def test_what_it_says_fits_80_columns_without_colour(backbone: Run, tmp_path: Path):
    when = '{suspicion: ["no"]}'
    text = PROTOCOL.replace("informs:", MEDIATION.format(when=when, to="mediation", purpose="mediation") + "informs:")
    small(Path("protocols"), text.replace("identity: [by_name]", "severity: [serious]"))
    result = backbone("protocol", "check", "protocols")
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if len(line) > 80] == []
    assert "\x1b" not in result.stdout
    errors, _, warnings = result.stdout.partition("To weigh (these keep nothing from running):")
    assert ": error:" in errors
    assert ": warning:" in warnings
    assert ": warning:" not in errors


def test_nothing_to_check(backbone: Run, tmp_path: Path):
    result = backbone("protocol", "check", tmp_path / "none")
    assert result.exit_code == 2
    assert "is no folder and no file" in result.stderr


# --- no YAML --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "what", "do"),
    [
        ("title: Proef", "title:\tProef\n\tx: 1\ny: Proef", "there is a tab on this line", "replace the tab"),
        ("title: Proef", "title: Proef: het\nx: Proef", "a second colon in this line", "between quotes"),
        ("title: Proef", "title: @proef\nx: Proef", "a text begins with `@`", '"@..."'),
        ("status: held", "status: held\nstatus: held", "the field `status` stands twice", "drop one"),
        ("title: Proef", 'title: "een" proef\nx: Proef', "behind a closed quote", "as many spaces"),
        ("title: Proef", "title: 'een\nx: Proef", "a quote is opened and never closed", "close the quote"),
        ("[police]", "[police", "not closed", "`]` at its end"),
    ],
)
def test_mistakes_in_yaml_are_said_in_plain_words(
    backbone: Run, tmp_path: Path, old: str, new: str, what: str, do: str
):
    path = small(tmp_path / "protocols", PROTOCOL.replace(old, new, 1))
    said = " ".join(backbone("protocol", "check", path).stdout.split())
    assert what in said
    assert do in said
    assert "token" not in said
    assert "scanning" not in said


def test_a_version_that_is_a_number(backbone: Run, tmp_path: Path):
    path = small(tmp_path / "protocols")
    path.write_text(PROTOCOL.replace('version: "1.0"', "version: 1.0"))
    said = " ".join(backbone("protocol", "check", path).stdout.split())
    assert '`version` is the number 1.0 expected: text do: put it between quotes: "1.0"' in said


# --- a version in use -----------------------------------------------------------------------------------------------


def test_a_changed_file_of_a_version_in_use_is_refused(backbone: Run, tmp_path: Path):
    path = tmp_path / "protocols" / "groningen-protocolkaart" / "2017.1.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text("# a comment changes nothing\n" + before)
    assert backbone("protocol", "check").exit_code == 0
    path.write_text(before.replace("if_refused: strip", "if_refused: hold").replace("[case_facts]", "[story]"))
    result = backbone("protocol", "check")
    assert result.exit_code == 1
    said = " ".join(result.stdout.split())
    assert "groningen-protocolkaart@2017.1 is in use and the file says something else" in said
    assert "make a new version: save your file as groningen-protocolkaart/<next version>.yaml" in said
    new = path.with_name("2017.9.yaml")
    new.write_text(path.read_text(encoding="utf-8").replace('"2017.1"', '"2017.9"'))
    path.write_text(before)
    assert backbone("protocol", "check").exit_code == 0


def test_a_version_in_use_whose_file_is_gone(backbone: Run, tmp_path: Path):
    (tmp_path / "protocols" / "handreiking-negen-stappen" / "2017.1.yaml").unlink()
    said = " ".join(backbone("protocol", "check").stdout.split())
    assert "handreiking-negen-stappen@2017.1 is in use and has no file" in said


def test_adopting_takes_a_version_in_use(backbone: Run, tmp_path: Path):
    path = small(tmp_path / "protocols")
    assert "1 in use" not in backbone("protocol", "check", path).stdout
    assert "proef@1.0 is in use now" in backbone("protocol", "adopt", "proef@1.0").stdout
    assert "nothing new" in backbone("protocol", "adopt", "proef@1.0").stdout
    path.write_text(PROTOCOL.replace("acute: true", "acute: false"))
    assert backbone("protocol", "check", path).exit_code == 1
    result = backbone("protocol", "adopt", path)
    assert result.exit_code == 2
    assert "is in use" in result.stderr


def test_a_broken_line_of_the_lock_is_named(backbone: Run, tmp_path: Path):
    lock = tmp_path / "protocols" / "versions.lock"
    lock.write_text(lock.read_text().replace("handreiking-negen-stappen@2017.1 ", "handreiking "))
    result = backbone("protocol", "check")
    assert result.exit_code == 1
    assert "this line of the lock cannot be read" in " ".join(result.stdout.split())


def test_a_running_backbone_refuses_a_version_that_changed(tmp_path: Path):
    """Beside the lock: what stands on schakel.definitions was in use, whoever edited which file."""
    path = small(tmp_path)
    standing = {f"protocol/{one.ref}": {"content": one.content} for one in load_protocols(tmp_path)}
    refuse_changed(standing, standing)
    refuse_changed({"protocol/proef@1.0": {"digest": "an older backbone"}}, standing)
    path.write_text(PROTOCOL.replace("acute: true", "acute: false"))
    changed = {f"protocol/{one.ref}": {"content": one.content} for one in load_protocols(tmp_path)}
    with pytest.raises(VersionInUse, match=r"proef@1\.0 is in use here .* write the change as the next version"):
        refuse_changed(standing, changed)
    assert entries


def test_the_content_is_what_the_file_says(tmp_path: Path):
    """Not what this version of the program makes of it: an update of the program changes no protocol."""
    small(tmp_path)
    (one,) = load_protocols(tmp_path)
    assert one.content != one.digest
    assert adopt(tmp_path, [one]) == ["proef@1.0"]
    assert adopt(tmp_path, [one]) == []
