"""The gate's model as judge of a ledger that whole services wrote: content with the real gate, and not with a broken one."""

from pathlib import Path

import pytest

from backbone.records import ledger_record
from schakel.case_state import Referral, State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.consent import ConsentWithdrawn
from schakel.events.data import DisclosureRequested
from schakel.ids import new_event_id, service_source
from schakel.messages import ReferralOffered
from services.consent import gate, rules
from tests.properties.test_gate_walk import MUTANTS, everywhere
from tests.support.judged import the_model_agrees
from tests.support.minicluster import MiniCluster
from tests.support.readers import DOOR, HELP, STRANGER, Reading
from tests.support.truths import Evidence


def story(directory: Path) -> list[str]:
    """She agrees, it is read, somebody else tries, she withdraws, it is tried once more. What the model finds wrong."""
    cluster = MiniCluster(directory)
    try:
        offer = Reading(cluster).offered()
        for partner in (HELP, STRANGER):
            ask(cluster, offer, partner)
        cluster.send(DOOR, ConsentWithdrawn(), case=offer.case)
        cluster.settle()
        ask(cluster, offer, HELP)
        return list(the_model_agrees(Evidence.read(cluster.topics)))
    finally:
        cluster.close()


def ask(cluster: MiniCluster, offer: ReferralOffered, partner: str) -> None:
    """As the gateway does, for whoever asks there."""
    event, now = DisclosureRequested(referral=offer.referral, by=partner, scopes=()), cluster.time.now()
    envelope = Envelope(new_event_id(), service_source("gateway"), event.TYPE, now, offer.case, logtime=now)
    cluster.append(ledger_record(Entry(envelope, event), None, offer.case))
    cluster.settle()


def test_the_real_gate_gives_it_nothing_to_say(tmp_path: Path) -> None:
    assert story(tmp_path) == []


@pytest.mark.parametrize(
    ("mutants", "says"),
    [
        (("nothing is revoked",), "goes on"),
        (("nothing is revoked", "who once got it reads for ever"), "disclosure.permitted"),
        (("anybody reads what was sent to somebody",), f"{STRANGER} reads what went to {HELP}"),
    ],
)
def test_a_broken_gate_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutants: tuple[str, ...], says: str
) -> None:
    for mutant in mutants:
        MUTANTS[mutant](monkeypatch)
    assert says in "\n".join(story(tmp_path))


def test_a_needless_hold_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def permits(case: State, referral: Referral) -> gate.Permit | gate.Hold:
        answer = real(case, referral)
        return gate.Hold("not_asked") if referral.to != HELP else answer  # type: ignore[arg-type]

    real = gate.permits
    everywhere(monkeypatch, "permits", permits)
    monkeypatch.setattr(rules, "permits", permits)
    found = story(tmp_path)
    assert any("the reason is" in line for line in found)
