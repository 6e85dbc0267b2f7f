"""docs/writing-a-chain.md: its files, and the rights that it says to copy, are right as they stand, and do what the page says of them."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from backbone.chains import Chain
from backbone.chains.candidates import candidates
from backbone.chains.model import ChainFile
from backbone.chains.terms import How
from backbone.definition_files import load_definitions
from schakel.events.vocab import Role
from tests.protocols.samples import ROOT

GUIDE = ROOT / "docs" / "writing-a-chain.md"


@pytest.fixture
def rivierstad(tmp_path: Path) -> Chain:
    for name, text in re.findall(
        r"<!-- file (\S+) -->\n```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "chains" / "rights.yaml", tmp_path)
    chains, _ = load_definitions(ROOT / "protocols", tmp_path)
    chain = chains.get("rivierstad")
    assert chain is not None
    return chain


def test_the_example_is_right_and_leaves_no_role_without_a_holder(rivierstad: Chain) -> None:
    protocol = rivierstad.protocols["handreiking-negen-stappen@2017.4"]
    for role in {step.refer.to for step in protocol.steps} | {Role.SEXUAL_VIOLENCE_CENTRE, Role.DOMESTIC_VIOLENCE}:
        for district in rivierstad.districts:
            assert candidates(rivierstad, role, district, date(2026, 3, 1)), (role, district)


def test_who_acts_instead_who_is_full_and_who_hears_back(rivierstad: Chain) -> None:
    assert candidates(rivierstad, Role.COORDINATOR, "west", date(2026, 3, 1)) == ["gemeente-rivierstad"]
    assert rivierstad.full == {"coc-oost"}
    assert {one.partner: one.how for one in rivierstad.file.feedback} == {
        "politie-oost": How.DIGEST,
        "meldpunt-oost": How.PER_CASE,
    }
    assert [one.id for one in rivierstad.partners_at_home(Role.VICTIM_SUPPORT, "bergdorp")] == ["slachtofferhulp"]


def test_the_page_names_every_part_that_a_chain_may_have() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    said = {name for name in ChainFile.model_fields if re.search(rf"(^{name}:|`{name}`)", text, re.MULTILINE)}
    assert said == set(ChainFile.model_fields)
