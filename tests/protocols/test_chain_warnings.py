"""What a chain's file leaves open: it runs all the same, and somebody has to know that this part will not."""

import shutil
from pathlib import Path

import pytest

from backbone.chains import load_chains
from backbone.protocols import Protocols
from tests.protocols.samples import ROOT
from tests.protocols.test_chains import break_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "chains", tmp_path / "chains"))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "amsterdam.yaml",
            "    districts: [centrum, nieuw-west, noord, oost, west, zuid, zuidoost, weesp]",
            "    districts: [centrum, nieuw-west, noord, oost, west, zuid]",
            "nobody holds the role coordinator in zuidoost, weesp, which step projectleider-veiligheid of amsterdam",
        ),
        ("amsterdam.yaml", "roles: [victim_support]", "roles: [other]", "the role victim_support in the whole chain"),
        (
            "groningen.yaml",
            "roles: [anti_discrimination], d",
            "roles: [other], d",
            "0 partners with the role anti_discr",
        ),
        (
            "amsterdam.yaml",
            "roles: [sexual_violence_centre], districts: all",
            "roles: [sexual_violence_centre], districts: [noord, oost]",
            "the role sexual_violence_centre in centrum, nieuw-west, west, zuid, zuidoost, weesp, whom",
        ),
        (
            "groningen.yaml",
            "roles: [sexual_violence_centre]",
            "roles: [other]",
            "sexual_violence_centre in the whole chain",
        ),
        (
            "amsterdam.yaml",
            "handelingskader@2023.4",
            "handelingskader@2023.1",
            "no clock of the chain waits for an answer",
        ),
        (
            "amsterdam.yaml",
            "handelingskader@2023.4",
            "treiteraanpak@2013.2",
            "no protocol of the chain asks whether somebody is in danger now: amsterdam-treiteraanpak@2013.2",
        ),
        (
            "groningen.yaml",
            """  - {use: groningen-protocolkaart@2017.4, districts: all}
  - {use: handreiking-negen-stappen@2017.4, districts: all}""",
            "  - {use: handreiking-negen-stappen@2017.4, districts: [centrum, noord, oost, zuid]}",
            "no protocol holds in west, and for a report that names no district: such a case runs under nothing",
        ),
        (
            "groningen.yaml",
            """  - {use: groningen-protocolkaart@2017.4, districts: all}
  - {use: handreiking-negen-stappen@2017.4, districts: all}""",
            "  - {use: handreiking-negen-stappen@2017.4, districts: [centrum, noord, oost, zuid, west]}",
            "no protocol holds for a report that names no district",
        ),
        (
            "groningen.yaml",
            "  - {use: groningen-protocolkaart@2017.4, districts: all}",
            "  - {use: utrecht-werkoverleg@2017.1, districts: all}",
            "utrecht-werkoverleg@2017.1 says nothing about a case",
        ),
        (
            "groningen.yaml",
            """  - {use: groningen-protocolkaart@2017.4, districts: all}
  - {use: handreiking-negen-stappen@2017.4, districts: all}""",
            "  - {use: utrecht-werkoverleg@2017.1, districts: all}",
            "no protocol holds in centrum, noord, oost, zuid, west, and for a report that names no district",
        ),
        ("amsterdam.yaml", "partner: rita,", "partner: coc-amsterdam,", "the partner `rita` is a member of no chain"),
        ("rights.yaml", "treatment.complaint", "contact.made", "nobody may tell treatment.complaint"),
    ],
)
def test_what_a_chain_lacks_is_a_warning(folder: Path, protocols: Protocols, name, old, new, said):
    """Each chain by itself: what the other counts on here for somebody from elsewhere is an error, see the next test."""
    for each in ("amsterdam.yaml", "groningen.yaml"):
        break_file(folder, each, "roles: [victim_support, anti_discrimination]", "roles: [coc]")
    break_file(folder, name, old, new)
    chains = load_chains(folder, protocols)
    assert any(said in str(problem) for problem in chains.warnings), chains.warnings
