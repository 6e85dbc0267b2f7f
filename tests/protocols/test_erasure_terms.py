"""What the chains say of erasure: the cooling-off period, and how long each kind of person is kept."""

import shutil
from pathlib import Path

import pytest

from backbone.chains import Chains, check_chains, load_chains
from backbone.protocols import Protocols
from schakel.events.base import SUBJECT_KINDS
from tests.protocols.samples import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "chains", tmp_path / "chains"))


def test_each_kind_of_person_has_a_term_with_its_source(chains: Chains):
    for chain in chains:
        assert all(chain.retention_of(kind) for kind in SUBJECT_KINDS), chain.name
        assert str(chain.retention_of("accused").term) == "6 maanden"  # type: ignore[union-attr]
        assert chain.erasure.source.startswith("keuze:")


def test_without_a_word_about_erasure_the_period_is_two_weeks_and_nothing_ends_by_itself(
    folder: Path, protocols: Protocols
):
    path = folder / "amsterdam.yaml"
    path.write_text(path.read_text().partition("\n# Asked twice")[0] + "\n")
    chain = load_chains(folder, protocols).get("amsterdam")
    assert chain is not None
    assert (str(chain.erasure.cooling_off), str(chain.erasure.final_within)) == ("14 dagen", "5 weken")
    assert chain.retention_of("victim") is None


def test_a_kind_of_person_without_a_term_is_told(folder: Path, protocols: Protocols):
    path = folder / "amsterdam.yaml"
    path.write_text(path.read_text().replace("[victim, reporter, representative]", "[victim, representative]"))
    _, problems = check_chains(folder, protocols)
    assert [str(problem).partition(": warning: ")[2][:49] for problem in problems] == [
        "no term for keeping what is about reporter: it is"
    ]
