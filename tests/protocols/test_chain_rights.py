"""A folder of chains in which nobody may tell anything: every service would start, and intake refuse all that is told."""

import shutil
from pathlib import Path

import pytest

from backbone.chains import check_chains, load_chains
from backbone.protocols import DefinitionError, Protocols
from tests.protocols.samples import ROOT

REMEDY = "chains/rights.yaml of this program"


@pytest.mark.parametrize("text", [None, "", "# later\n", "rights: []\n"], ids=["missing", "empty", "comment", "none"])
def test_a_folder_without_rights_is_not_loaded(tmp_path: Path, protocols: Protocols, text: str | None):
    """Not the check alone: no service starts with it."""
    folder = tmp_path / "chains"
    shutil.copytree(ROOT / "chains", folder)
    rights = folder / "rights.yaml"
    rights.unlink() if text is None else rights.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_chains(folder, protocols)
    (problem,) = [one for one in raised.value.problems if one.is_error]
    assert problem.path == rights
    assert REMEDY in str(problem)
    assert "expected: " in str(problem)


def test_a_folder_that_is_not_there_is_one_problem(tmp_path: Path, protocols: Protocols):
    _, problems = check_chains(tmp_path / "nowhere", protocols)
    assert ["say where the chains are" in str(problem) for problem in problems] == [True]
