"""UTR-5 through the services: the receipt of a report that is outside a scheme says which route does take it up."""

from pathlib import Path

import pytest

from backbone import definitions
from backbone.chains import load_chains
from backbone.protocols import load_protocols
from schakel.cli import publish
from schakel.definitions import Definitions
from schakel.events.report import ReportCorrected, ReportFacts, ReportReceived
from schakel.events.vocab import PlaceType
from schakel.messages import Information, Receipt, ReceiptStatus, TakenUpElsewhere
from services.intake import elsewhere
from tests.scenarios.region import given_in, region
from tests.scenarios.test_utrecht import ADV, DESK, call
from tests.support import minicluster
from tests.support.casebook import given
from tests.support.desks import SOURCE, desk_files
from tests.support.minicluster import MiniCluster
from tests.support.telling import CITY, report

CLUB = {"municipality": "utrecht", "district": "lombok", "place_type": "nightlife"}


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MiniCluster:
    def utrecht(*_: Path):
        return region("utrecht")

    monkeypatch.setattr(minicluster, "load_definitions", utrecht)
    return MiniCluster(tmp_path)


def told(cluster: MiniCluster, **facts: object) -> ReportReceived:
    said = {"identity": "by_name", "natures": ("intimidation",), "place": CLUB, **facts}
    return ReportReceived(reported_at=cluster.time.now(), facts=ReportFacts.model_validate(said))


def answered(cluster: MiniCluster, event_id: str) -> list[Receipt]:
    return [one for one in cluster.out(DESK) if isinstance(one, Receipt) and one.about == event_id]


def test_utr_5_the_receipt_says_which_route_does_take_it_up(cluster: MiniCluster) -> None:
    """In a club: who takes it up, by role and name, and the scheme's own words for whoever called. NOT refused, NOT a word about her."""
    sent = cluster.send(DESK, told(cluster))
    cluster.settle()
    (receipt,) = answered(cluster, sent)
    assert receipt.status is ReceiptStatus.ACCEPTED
    (route,) = receipt.elsewhere
    assert (route.protocol.name, route.route, route.role, route.to) == (
        "utrecht-alert",
        "elders-dan-thuis",
        "anti_discrimination",
        ADV,
    )
    words = Definitions(dict(definitions.entries(cluster.chains, cluster.protocols, cluster.keys))).says_of(route)
    assert words == "Gay Alert is voor de woonomgeving. Het discriminatiemeldpunt neemt deze melding op."
    assert set(TakenUpElsewhere.model_fields) == {"protocol", "route", "role", "to"}, "no room for what is about her"


def test_asked_for_again_it_is_the_same_receipt_also_when_the_case_has_moved_on(cluster: MiniCluster) -> None:
    """A correction brings it home: the receipt of the report stays what it was, and Gay Alert takes the case up."""
    event = told(cluster)
    sent = cluster.send(DESK, event)
    cluster.settle()
    (first,) = answered(cluster, sent)
    home = event.facts.model_copy(update={"place": event.facts.place.model_copy(update={"place_type": PlaceType.HOME})})
    cluster.send(DESK, ReportCorrected(replaces=("place",), facts=home), first.case)
    cluster.settle()
    cluster.send(DESK, event, event_id=sent)
    cluster.settle()
    assert [one.elsewhere for one in answered(cluster, sent)] == [first.elsewhere] * 2
    assert "utrecht-alert" in {ref.partition("@")[0] for ref in cluster.replay(first.case or "").protocols}


def test_what_the_scheme_covers_has_no_other_route(cluster: MiniCluster) -> None:
    sent = cluster.send(DESK, told(cluster, place={**CLUB, "place_type": "home"}))
    lead = cluster.send(DESK, told(cluster, record_kind="lead"))
    cluster.settle()
    assert [one.elsewhere for event in (sent, lead) for one in answered(cluster, event)] == [(), ()]


@pytest.mark.parametrize("place_type", ["nightlife", "online", "work", "home", "street", "unknown"])
def test_the_receipt_and_what_is_told_afterwards_name_the_same_route(place_type: str) -> None:
    story = given_in("utrecht", call(place_type))
    entry = next(one for one in story.world.ledger if isinstance(one.event, ReportReceived))
    said = elsewhere.routes(entry, story.case.id, region("utrecht")[0])
    to_desk = {one.inform for one in story.sent(Information, DESK)}
    assert {one.route for one in said} == to_desk


def test_nothing_but_a_report_of_now_has_a_route() -> None:
    story = given_in("utrecht", call("nightlife", history=True))
    for entry in story.world.ledger:
        assert elsewhere.routes(entry, story.case.id, region("utrecht")[0]) == ()


def test_the_command_shows_what_to_say(cluster: MiniCluster, capsys: pytest.CaptureFixture[str]) -> None:
    """Words where the definitions have them; else the route's name. One whom nobody has that role for is named by it."""
    sent = cluster.send(DESK, told(cluster))
    cluster.settle()
    (receipt,) = answered(cluster, sent)
    known = Definitions(dict(definitions.entries(cluster.chains, cluster.protocols, cluster.keys)))
    item = publish.Item(sent, told(cluster), None, {}, {})
    publish._show([item], [receipt], known)
    shown = " ".join(capsys.readouterr().out.split())
    assert f"→ {ADV}" in shown
    assert "Het discriminatiemeldpunt neemt deze melding op." in shown
    (route,) = receipt.elsewhere
    nobody = receipt.model_copy(update={"elsewhere": (route.model_copy(update={"to": None}),)})
    publish._show([item], [nobody], Definitions())
    assert "→ anti_discrimination elders-dan-thuis" in " ".join(capsys.readouterr().out.split())


OUTSIDE = {
    "id": "elders",
    "when": {"place_type": ["nightlife"]},
    "to": "anti_discrimination",
    "says": "Het meldpunt neemt deze melding op.",
    "source": SOURCE,
}


def routed(folder: Path, since: str | None = None, **parts: object) -> list[str]:
    """Of a report of 2 March 2026 in a club: the routes on its receipt, which routing tells too."""
    desk_files(folder, scheme={"outside": [OUTSIDE]}, **parts)
    if since:
        file = folder / "chains" / "proef.yaml"
        file.write_text(
            file.read_text(encoding="utf-8").replace("use: proef", f"since: {since}\n  use: proef"), encoding="utf-8"
        )
    loaded = load_protocols(folder / "protocols")
    chains = load_chains(folder / "chains", loaded)
    club = {"municipality": "amsterdam", "district": "oost", "place_type": "nightlife"}
    story = given(report(by=CITY, place=club), chains=chains, protocols=loaded)
    entry = next(one for one in story.world.ledger if isinstance(one.event, ReportReceived))
    found = [one.route for one in elsewhere.routes(entry, story.case.id, chains)]
    assert {*found} == {one.inform for one in story.sent(Information)}
    return found


NOT_THIS = {"opens": {"when": {"place_type": ["home"]}, "source": SOURCE}}


def test_a_scheme_that_takes_the_report_up_leaves_it_to_nobody(tmp_path: Path) -> None:
    overlaps = {"opens": {"when": {"place_type": ["home", "nightlife"]}, "source": SOURCE}}
    assert routed(tmp_path, **overlaps) == []


@pytest.mark.parametrize(("since", "found"), [("2026-03-02", ["elders"]), ("2026-03-03", [])])
def test_a_scheme_that_does_not_hold_yet_leaves_nothing_to_others(tmp_path: Path, since: str, found: list[str]) -> None:
    assert routed(tmp_path, since, **NOT_THIS) == found
