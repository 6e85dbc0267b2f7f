"""The page on one event's journey tells what happens: its report is played, and what follows is held against what it says."""

import re
from datetime import timedelta
from pathlib import Path

from schakel.events.consent import ConsentGranted, ConsentRefused
from schakel.events.contact import ContactMade
from schakel.events.referral import ReferralAccepted
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Channel, Identity, Nature, Person
from schakel.messages import ConsentQuestion, ReferralOffered
from tests.support.minicluster import MiniCluster

PAGE = (Path(__file__).parents[2] / "docs" / "one-events-journey.md").read_text(encoding="utf-8")
POLICE, SUPPORT = "politie-amsterdam", "slachtofferhulp"


def test_the_page_names_its_protocol_and_every_event(cluster: MiniCluster) -> None:
    """An assault in Oost; she wants victim support to call, and neither of the two others."""
    facts = ReportFacts(
        identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=Place(municipality="amsterdam", district="oost")
    )
    sent = cluster.send(POLICE, ReportReceived(reported_at=cluster.time.now(), facts=facts))
    cluster.settle()
    case = cluster.receipts(POLICE)[sent].case
    assert case
    asked = [message.terms for message in cluster.out(POLICE) if isinstance(message, ConsentQuestion)]
    assert {terms.recipient for terms in asked} == {SUPPORT, "gemeente-amsterdam", "discriminatie-nl-amsterdam"}
    for terms in asked:
        no = ConsentRefused(recipient=terms.recipient, purpose=terms.purpose)
        cluster.send(POLICE, ConsentGranted(terms=terms) if terms.recipient == SUPPORT else no, case)
    cluster.settle()
    (offer,) = [message for message in cluster.out(SUPPORT) if isinstance(message, ReferralOffered)]
    cluster.send(SUPPORT, ReferralAccepted(referral=offer.referral), case)
    made = ContactMade(whom=Person.VICTIM, at=cluster.time.now() + timedelta(seconds=1), channel=Channel.TELEPHONE)
    cluster.send(SUPPORT, made, case)
    cluster.settle()

    (chain,) = re.findall(r"the chain `chains/([a-z-]+)\.yaml`", PAGE)
    ((scheme, version),) = re.findall(r"The protocol is `protocols/([a-z-]+)/([0-9.]+)\.yaml`", PAGE)
    state = cluster.replay(case)
    assert (state.chain, state.protocols) == (chain, [f"{scheme}@{version}"])
    happened = {entry.event.TYPE for entry in cluster.ledger() if entry.envelope.case == case}
    assert len(happened) == 13
    assert happened - set(re.findall(r"`([a-z]+\.[a-z_]+)`", PAGE)) == set()
    assert sorted(referral.state.value for referral in state.referrals.values()) == ["accepted", "held", "held"]
