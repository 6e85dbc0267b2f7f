"""What a chain's file names and nobody has: said once, short enough to read, and with what to do about it."""

import shutil
from pathlib import Path

import pytest

from backbone.chains import check_chains
from backbone.protocols import Fault, Protocols
from backbone.protocols.checking import check_folders
from backbone.protocols.versions import not_there
from tests.protocols.samples import ROOT
from tests.protocols.test_chains import break_file

CARD = "groningen-protocolkaart"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "chains", tmp_path / "chains-oost"))


def found(folder: Path, protocols: Protocols) -> list[Fault]:
    return [problem.fault for problem in check_chains(folder, protocols)[1] if problem.is_error]


@pytest.mark.parametrize("old", [f"use: {CARD}@2017.4", "use: noord-nederland-alliantie@2016.3"])
def test_a_file_that_is_not_there_names_the_newest_of_each_and_no_more(folder: Path, protocols: Protocols, old: str):
    break_file(folder, "groningen.yaml", old, "use: oost-eigen-schema@2026.1")
    fault = found(folder, protocols)[0]
    assert "`oost-eigen-schema@2026.1` is not in the protocol files" in fault.what
    assert fault.expected.count("@") == len({one.protocol for one in protocols})
    assert f"{CARD}@2017.4" in fault.expected
    assert f"{CARD}@2017.3" not in fault.expected
    assert "add oost-eigen-schema/2026.1.yaml" in fault.remedy


def test_a_version_that_is_not_there_names_those_of_its_own_file():
    refs = [f"{CARD}@2017.10", f"{CARD}@2017.9", "handreiking-negen-stappen@2017.4"]
    what, expected, remedy = not_there("protocol", f"{CARD}@2026.1", refs)
    assert what == f"the protocol `{CARD}@2026.1` is not in the protocol files, or has errors there"
    assert expected == f"one of {CARD}@2017.9, {CARD}@2017.10"
    assert remedy.startswith(f"did you mean `{CARD}@2017.10`? Else add {CARD}/2026.1.yaml")


@pytest.mark.parametrize(("old", "new"), [("id: rita,", "id: RITA,"), ('oin: "99999999100000001000"', "oin: 9999")])
def test_one_mistake_in_the_register_is_one_fault(folder: Path, protocols: Protocols, old: str, new: str):
    """Of every member it was said that it is not in the register, and that one should add it there."""
    break_file(folder, "partners.yaml", old, new)
    assert [fault.at[-1] for fault in found(folder, protocols)] == [old.partition(":")[0]]


def test_a_chain_elsewhere_without_a_file_says_how_to_do_without(folder: Path, protocols: Protocols):
    (folder / "amsterdam.yaml").unlink()
    fault = next(fault for fault in found(folder, protocols) if fault.at[0] == "elsewhere")
    assert fault.expected == "another chain file in this folder, and there is none"
    assert "`home_towns`" in fault.remedy


def test_a_name_in_the_wrong_form_is_written_out(folder: Path, protocols: Protocols):
    break_file(folder, "groningen.yaml", "municipalities: [groningen]", "municipalities: [Groningen Stad]")
    assert found(folder, protocols)[0].remedy == "write it in that form: groningen-stad"


def test_a_check_says_which_chains_it_read(folder: Path, tmp_path: Path):
    said = check_folders(ROOT / "protocols", folder).report(400)
    assert f"chains of {folder} (SCHAKEL_CHAINS_DIR): amsterdam, groningen\n" in said
    assert "chains of" not in check_folders(ROOT / "protocols", None).report()
