"""A37: what a partner cannot do is said at its first contact, and a need that it cannot meet shows at once with who can."""

from pathlib import Path

import pytest
import yaml

from backbone.chains import load_chains
from backbone.desk.items import open_items
from backbone.protocols import DefinitionError, load_protocols
from tests.support.casebook import Story, given
from tests.support.desks import LANDLORD, desk_files, needs
from tests.support.telling import (
    CITY,
    HELP,
    POLICE,
    Tell,
    contact_attempted,
    contact_made,
    explained,
    report,
    requested,
)

CANNOT = {"new_home": ["housing"], "legal": []}


def chain_with(folder: Path, cannot: object):
    """The chain `proef`, in which the municipality says what it cannot do."""
    desk_files(folder)
    file = folder / "chains" / "proef.yaml"
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    next(member for member in said["members"] if member["partner"] == CITY)["cannot"] = cannot
    file.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
    protocols = load_protocols(folder / "protocols")
    return load_chains(folder / "chains", protocols), protocols


@pytest.fixture
def begun(tmp_path: Path):
    chains, protocols = chain_with(tmp_path, CANNOT)
    return lambda *told: given(report(by=CITY), *told, chains=chains, protocols=protocols)


def found(story: Story, kind: str) -> list[tuple[str | None, tuple[str, ...]]]:
    chain = story.world.chains.get("proef")
    listed = open_items(story.case, chain, story.world.protocols)
    return [(one.who, one.what) for one in listed if one.kind == kind]


SPOKE = contact_made(CITY, "2026-03-03 10:00")
HOME = [(CITY, ("new_home", "housing"))]


def test_it_is_said_at_the_first_contact(begun) -> None:
    """NOT after a try that did not reach her, NOT of a partner that has no such line, NOT once it was said."""
    assert found(begun(), "cannot_not_said") == []
    assert found(begun(contact_attempted(CITY, "2026-03-03 10:00")), "cannot_not_said") == []
    assert found(begun(contact_made(POLICE, "2026-03-03 10:00")), "cannot_not_said") == []
    story = begun(SPOKE)
    assert found(story, "cannot_not_said") == [(CITY, ("new_home", "legal"))]
    story.when(explained("cannot_do", by=CITY))
    assert found(story, "cannot_not_said") == []


@pytest.mark.parametrize(
    ("told", "shows"),
    [
        ((needs(CITY, "new_home"),), HOME),
        ((needs(CITY, "legal"),), [(CITY, ("legal",))]),
        ((needs(CITY, "emotional"),), []),
        ((needs(POLICE, "new_home"),), []),
        ((explained("cannot_do", by=CITY), needs(CITY, "new_home")), HOME),
        ((needs(CITY, "new_home"), explained("cannot_do", by=CITY)), []),
        ((needs(CITY, "new_home"), requested(HELP, by=CITY, role="victim_support")), HOME),
        ((needs(CITY, "new_home"), requested(LANDLORD, by=CITY, role="housing")), []),
        ((needs(CITY, "new_home"), needs(CITY, "emotional")), []),
    ],
    ids=["home", "nobody can", "can", "other", "too early", "explained", "another", "passed on", "taken back"],
)
def test_a_need_beyond_a_partner_shows_at_once_with_who_can(begun, told: tuple[Tell, ...], shows: list) -> None:
    """Until who can has it, or it was explained after it was heard. NOT a referral by itself, NOT an explanation from before."""
    story = begun(*told)
    assert found(story, "need_beyond") == shows
    assert not any(one.role == "housing" for one in story.case.referrals.values()) or shows == []


@pytest.mark.parametrize("role", ["mediation", "municipality"])
def test_who_can_is_another_member(tmp_path: Path, role: str) -> None:
    with pytest.raises(DefinitionError) as wrong:
        chain_with(tmp_path, {"new_home": [role]})
    said = " ".join(str(wrong.value).split())
    assert f"names {role} as who can, which no other member is" in said
    assert "write `new_home: []` when nobody here can" in said
