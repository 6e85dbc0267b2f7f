"""A case that was concluded on under a chain as it was: why is drawn again with that, and it is said when nobody has it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from backbone.chains import Chains
from backbone.chains.kept import as_it_was, versions
from backbone.definitions import chain_entry
from schakel.definitions import CHAIN, Definitions
from schakel.entry import Entry
from schakel.history import History
from services.hindsight import door, telling
from services.hindsight.explaining import Why
from tests.support.casebook import ROOT, repository
from tests.support.chain_versions import NOW, gone_on, write_later

Read = tuple[History, list[Entry]]


def kept(*chains: Chains) -> Definitions:
    found = [one.by_name["groningen"] for one in chains]
    return Definitions({f"{CHAIN}{one.name}@{one.version}": chain_entry(one) for one in found})


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain has gone on since: its file is that of a later version now."""
    shutil.copytree(ROOT / "chains", tmp_path / "chains")
    write_later(tmp_path / "chains")
    monkeypatch.setenv("SCHAKEL_CHAINS_DIR", str(tmp_path / "chains"))
    monkeypatch.setenv("SCHAKEL_PROTOCOLS_DIR", str(ROOT / "protocols"))


def why(told: Read, event_type: str, definitions: Definitions) -> Why:
    history, around = told
    event = next(entry for entry in history.entries if entry.envelope.type == event_type)
    return door.why(history, around, event.id, definitions).found


def said(found: Why) -> dict[str, str]:
    return dict(telling.lines(found))


@pytest.mark.usefixtures("later")
def test_the_opening_is_drawn_again_with_the_version_of_then(told: Read) -> None:
    found = why(told, "case.opened", kept(repository()[0], gone_on()))
    assert found.decision
    assert (found.decision.same, found.decision.chain, found.not_kept) == (True, NOW, None)
    assert said(found)["drawn again"] == f"the same event, with the chain {NOW}; not with its file of today"
    assert telling.as_json(found)["decision"]["same_event_today"] is False
    assert telling.as_json(found)["decision"]["same_event_with_chain"] == NOW


@pytest.mark.usefixtures("later")
def test_what_the_file_of_today_explains_names_no_other(told: Read) -> None:
    found = why(told, "referral.proposed", kept(repository()[0], gone_on()))
    assert found.decision
    assert (found.decision.same, found.decision.chain) == (True, None)


@pytest.mark.usefixtures("later")
def test_a_version_that_nobody_kept_is_named(told: Read) -> None:
    found = why(told, "case.opened", kept(gone_on()))
    assert found.decision
    assert (found.decision.differs, found.decision.chain) == (("chain_version",), None)
    assert said(found)["chain"].startswith(f"the case was opened under {NOW}, which is not kept here")


@pytest.mark.usefixtures("later")
def test_the_page_says_it_and_shows_the_wall_clock_of_then(told: Read) -> None:
    with_both, alone = (
        "".join(door.report(*told, definitions)) for definitions in (kept(repository()[0], gone_on()), kept(gone_on()))
    )
    assert f"Opnieuw berekend met de keten {NOW}, niet met het bestand van nu" in with_both
    assert f"De zaak is geopend onder {NOW}; die versie is hier niet bewaard" in alone
    assert f"De zaak is geopend onder {NOW}" not in with_both


def test_a_kept_version_means_what_its_file_meant() -> None:
    chains, protocols = repository()
    for name, chain in chains.by_name.items():
        says = versions(Definitions({f"{CHAIN}{name}@{chain.version}": chain_entry(chain)}), name)
        again = as_it_was(says[f"{name}@{chain.version}"], chains, protocols)
        assert again
        assert again.by_name[name].digest == chain.digest
        assert replace(again.by_name[name], content=chain.content, says=chain.says) == chain


@pytest.mark.parametrize(
    "change",
    [
        lambda says: says | {"calendar": "lunar"},
        lambda says: says | {"members": [says["members"][0] | {"partner": "gone"}, *says["members"][1:]]},
        lambda says: says | {"protocols": [says["protocols"][0] | {"use": "gone@1"}]},
    ],
    ids=["a word that nobody knows any more", "a partner that has gone", "a protocol that has gone"],
)
def test_what_cannot_be_used_any_more_is_passed_over(change: object) -> None:
    chains, protocols = repository()
    says = dict(chain_entry(chains.by_name["groningen"])["says"])  # type: ignore[call-overload]
    assert as_it_was(says, chains, protocols)
    assert as_it_was(change(says), chains, protocols) is None  # type: ignore[operator]


def test_only_versions_of_this_chain() -> None:
    entries: Sequence[tuple[str, object]] = [
        (f"{CHAIN}groningen@1", {"says": {"chain": "groningen"}}),
        (f"{CHAIN}groningen-oost@1", {"says": {"chain": "groningen-oost"}}),
        (f"{CHAIN}groningen@0", {"content": "of before"}),
    ]
    assert list(versions(Definitions(dict(entries)), "groningen")) == ["groningen@1"]  # type: ignore[arg-type]
