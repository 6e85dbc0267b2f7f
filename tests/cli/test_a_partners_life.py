"""A partner's whole life by the command, on a backbone that runs: brought on as a new one, suspended, restored, let go, and what is left
of it afterwards."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backbone.definition_files import load_definitions
from backbone.supervisor.prepare import profile_path
from bench.reports import PERSONAL
from schakel.client import GatewayAway, GatewayProblem, NothingToRead, Partner, PersonalData, ReadRefused
from schakel.client.access import Access, Profile
from schakel.client.opening import Gateway
from schakel.events.consent import ConsentTerms
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import DeclineReason, Identity, Nature, Purpose, Scope
from schakel.kafka_errors import WrongCredentials
from schakel.messages import ReceiptStatus, ReferralOffered
from tests.support.broker import wait_until
from tests.support.shell import ROOT, Shell, shell_in

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing, pytest.mark.timeout(900)]

NEW, DOOR, OTHER, BUREAU = "hulp-noord", "politie-amsterdam", "slachtofferhulp", "discriminatie-nl-amsterdam"
ENTRY = ("--title", "Hulp Noord (voorbeeld)", "--oin", "99999999100000099000", "--chain", "amsterdam")
ROLE = ("--role", "victim_support", "--district", "noord")
HERS = PERSONAL["victim"]["contact_details"]
WITHIN_S = 120
"""On a machine with other work; a second or two on a quiet one."""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """On chains of its own, since the command writes in them."""
    chains = shutil.copytree(ROOT / "chains", tmp_path / "chains")
    with shell_in(tmp_path, chains_dir=chains) as shell:
        yield shell


def connected(shell: Shell, partner: str) -> Partner:
    return Partner.connect(profile=profile_path(shell.var_dir, partner))


def report(*may_have: str) -> ReportReceived:
    """Of somebody in the new partner's district, who lets these partners help her."""
    terms = (
        ConsentTerms(recipient=to, purpose=Purpose.REFERRAL, scopes=(Scope.CONTACT_DETAILS, Scope.STORY))
        for to in may_have
    )
    facts = ReportFacts(
        identity=Identity.BY_NAME, natures=(Nature.THREAT,), place=Place(municipality="amsterdam", district="noord")
    )
    return ReportReceived(reported_at=datetime.now(UTC), facts=facts, consents=tuple(terms))


def reported(shell: Shell, *may_have: str, door: str = DOOR) -> str:
    """The case of a report that was accepted."""
    with connected(shell, door) as partner:
        case = partner.tell(report(*may_have), personal=PERSONAL, timeout_s=WITHIN_S).case
    assert case
    return case


def offered(partner: Partner, case: str) -> ReferralOffered:
    """The referral that reaches it in this case."""
    for message in partner.inbox(wait_s=WITHIN_S):
        if isinstance(message.body, ReferralOffered) and message.case == case:
            return message.body
    raise AssertionError(f"no referral of {case} reached {partner.name}")


def read(partner: Partner, offer: ReferralOffered) -> PersonalData:
    """What the gateway gives, or its no; one that has too much to do is asked again."""

    def asked() -> PersonalData | None:
        try:
            return partner.open(offer)
        except GatewayAway:
            return None

    found = wait_until(asked, WITHIN_S)
    assert found
    return found


def started_again(shell: Shell) -> None:
    shell.run("down")
    shell.run("up", "--detach")
    assert shell.status()["ready"] is True


def sentence(said: str) -> str:
    """What the command said, without its line breaks."""
    return " ".join(said.split())


def test_a_partners_whole_life(shell: Shell) -> None:
    shell.run("up", "--detach")
    own = it_is_brought_on(shell)
    passed_on = it_is_suspended_and_restored(shell)
    it_does_what_it_has_taken_up(shell, passed_on)
    it_is_let_go(shell)
    the_others_go_on_without_it(shell, own)


def it_is_brought_on(shell: Shell) -> str:
    """One command, and a start of the services; what it sent in between is answered. Returns the case of its report."""
    said = sentence(shell.run("partner", "add", NEW, *ENTRY, *ROLE))
    own = shell.environment["SCHAKEL_CHAINS_DIR"]
    assert f"{NEW} stands in {own}/partners.yaml and {own}/amsterdam.yaml" in said
    assert "services that run learn of it at their next start" in said
    with connected(shell, NEW) as partner:
        pending = partner.send(report(BUREAU), personal=PERSONAL)
    refused_while(shell, "sent 1 message that intake has not handled", "let intake run")
    started_again(shell)
    assert "learn of it" not in shell.run("partner", "add", NEW), "they know it by now"
    with connected(shell, NEW) as partner:
        receipt = partner.await_receipt(pending.id, WITHIN_S)
    assert receipt.status is ReceiptStatus.ACCEPTED
    assert receipt.case
    return receipt.case


def it_is_suspended_and_restored(shell: Shell) -> str:
    """Suspended it reads nothing, and what it had not answered goes to somebody else; restored it reads. Returns that case."""
    case = reported(shell, NEW, OTHER)
    with connected(shell, NEW) as partner, connected(shell, OTHER) as other:
        offer = offered(partner, case)
        assert read(partner, offer).contact_details == HERS
        refused_while(shell, "has not answered a referral in 1 open cases", case)
        shell.run("partner", "suspend", NEW, "--reason", "agreement_ended")
        with pytest.raises(ReadRefused):
            read(partner, offer)
        with pytest.raises(NothingToRead):
            partner.case(case)
        assert offered(other, case).role == offer.role
        assert f"{NEW} may be proposed to and read again" in shell.run("partner", "restore", NEW)
        assert read(partner, offer).contact_details == HERS
    return case


def it_does_what_it_has_taken_up(shell: Shell, passed_on: str) -> None:
    """Restored it is referred to again. What it has taken up keeps it, and only that: the other case is with somebody else."""
    case = reported(shell, NEW, OTHER)
    with connected(shell, NEW) as partner:
        offer = offered(partner, case)
        partner.accept(offer, timeout_s=WITHIN_S)
        said = refused_while(shell, "has taken one up, or looks after the case, in 1", case)
        assert passed_on not in said
        partner.complete(offer, timeout_s=WITHIN_S)


def refused_while(shell: Shell, why: str, names: str) -> str:
    """Letting it go is refused, says why and names the case or what to do, and changes nothing."""
    before = files(shell)
    said = sentence(shell.run("partner", "remove", NEW, "--from-chains", code=2))
    assert why in said
    assert names in said
    assert files(shell) == before
    Profile.load(profile_path(shell.var_dir, NEW)).access().check()
    return said


def files(shell: Shell) -> dict[str, bytes]:
    """What says that it is a partner."""
    chains = Path(shell.environment["SCHAKEL_CHAINS_DIR"]).glob("*.yaml")
    tokens = shell.var_dir / "gateway" / "tokens" / NEW
    paths = [*chains, profile_path(shell.var_dir, NEW), shell.var_dir / "kafka" / "secrets" / NEW, tokens]
    return {path.name: path.read_bytes() for path in paths if path.exists()}


def it_is_let_go(shell: Shell) -> None:
    """Broker and gateway know it no more, at once; nor do the files."""
    profile = Profile.load(profile_path(shell.var_dir, NEW))
    access: Access = profile.access()
    access.check()
    said = sentence(shell.run("partner", "remove", NEW, "--from-chains"))
    assert f"{NEW} is taken out of amsterdam.yaml, partners.yaml" in said
    with pytest.raises(WrongCredentials):
        access.check()
    with pytest.raises(GatewayProblem, match="does not know our token"):
        Gateway(profile.gateway, profile.gateway_token).case("5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e")
    assert set(files(shell)) == {path.name for path in (ROOT / "chains").glob("*.yaml")}
    chains, _ = load_definitions(ROOT / "protocols", Path(shell.environment["SCHAKEL_CHAINS_DIR"]))
    assert NEW not in chains.partners
    assert f"{NEW} may no longer read or write" in shell.run("partner", "remove", NEW), "done again it changes nothing"
    assert f"is not in {shell.environment['SCHAKEL_CHAINS_DIR']}/partners.yaml" in sentence(
        shell.run("partner", "restore", NEW, code=2)
    )


def the_others_go_on_without_it(shell: Shell, own: str) -> None:
    """Also in the case that it reported, of which somebody else tells now what it would have heard."""
    started_again(shell)
    with connected(shell, BUREAU) as bureau:
        bureau.decline(offered(bureau, own), DeclineReason.NO_CAPACITY, timeout_s=WITHIN_S)
    its_turn = reported(shell, OTHER)
    with connected(shell, OTHER) as other:
        offered(other, its_turn)
    said = sentence(shell.run("partner", "remove", NEW, "--delete-topics", code=2))
    assert own in said, "it is open, and of what happens in it the new partner's topic is told"
    assert shell.status()["ready"] is True
    assert "nothing is parked" in shell.run("park", "list")
