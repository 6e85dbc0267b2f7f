"""Partners who read at the gateway of a cluster that is up: somebody agreed at a door, and the referral can be read."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from backbone.kafka.names import LEDGER
from backbone.supervisor.prepare import profile_path
from schakel import codec
from schakel.client import ClientError, Gateway, GatewayAway, NothingToRead, PersonalData, Profile, ReadRefused
from schakel.envelope import read_headers
from schakel.events.consent import ConsentWithdrawn
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity, Nature
from schakel.ids import new_event_id
from schakel.messages import ReferralOffered
from tests.support.partners import SUPPORT, Partners
from tests.support.realcluster import RealCluster

DOOR = "politie-amsterdam"


class Desk:
    """Partners who read, on a cluster that is up."""

    def __init__(self, cluster: RealCluster, at_work: Partners) -> None:
        self.cluster, self.at_work = cluster, at_work
        self.threads = ThreadPoolExecutor(4)
        self._asked: list[Future[PersonalData]] = []

    def gateway(self, partner: str) -> Gateway:
        held = Profile.load(profile_path(self.cluster.var_dir, partner))
        return Gateway(held.gateway, held.gateway_token, ca_file=held.gateway_ca_file)

    def offered(self, door: str = DOOR) -> ReferralOffered:
        """A person agreed at the door; the referral is on victim support's topic."""
        event_id = new_event_id()
        facts = ReportFacts(
            identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=Place(municipality="amsterdam", district="oost")
        )
        event = ReportReceived(
            reported_at=self.cluster.time.now(),
            facts=facts,
            consents=(self.at_work._terms(SUPPORT),),
            sealed=(self.at_work._sealed(event_id),),
        )
        self.at_work.tell(door, event, event_id=event_id)
        return self.cluster.until(lambda: self._offer(event_id), "the referral is delivered")

    def _offer(self, report: str) -> ReferralOffered | None:
        self.cluster.wire.poll()
        cases = [
            read_headers(raw.headers).case
            for raw in self.cluster.wire.topic(LEDGER)
            if read_headers(raw.headers).id == report
        ]
        for raw in self.cluster.wire.topic(f"schakel.out.{SUPPORT}"):
            message = codec.decode_message(raw.value)
            if isinstance(message, ReferralOffered) and message.case in cases:
                return message
        return None

    def reads(self, offer: ReferralOffered) -> "Future[PersonalData]":
        """Victim support asks, and waits in a thread of its own."""
        return self.threads.submit(self.gateway(SUPPORT).open, offer, timeout_s=60)

    def read(self, partner: str, offer: ReferralOffered) -> PersonalData | ClientError:
        """What is given in the end, or why not; a machine under load may take longer than a read may."""

        def answer() -> PersonalData | ClientError | None:
            try:
                return self.gateway(partner).open(offer)
            except GatewayAway:
                return None
            except (ReadRefused, NothingToRead) as no:
                return no

        return self.cluster.until(answer, "the gateway answers")

    def read_under_load(self, partner: str, offer: ReferralOffered) -> None:
        """Whoever gets a referral reads it, while the partners go on (`Partners.on_offer`). `given` has what came of it."""
        self._asked.append(self.threads.submit(self.gateway(partner).open, offer, timeout_s=20))

    def given(self) -> list[PersonalData]:
        """What was given of all that was asked under load; the others were refused, or nobody answered in time."""
        found = []
        for asked in self._asked:
            with suppress(GatewayAway, ReadRefused, NothingToRead):
                found.append(asked.result(60))
        return found

    def stands(self, case: str, event_type: str, times: int = 1) -> None:
        """Wait until so many events of this type stand in the ledger."""
        self.cluster.until(lambda: self.count(case, event_type) >= times, f"{event_type} stands in the ledger")

    def count(self, case: str, event_type: str) -> int:
        self.cluster.wire.poll()
        envelopes = [read_headers(raw.headers) for raw in self.cluster.wire.topic(LEDGER)]
        return sum((envelope.case, envelope.type) == (case, event_type) for envelope in envelopes)

    def withdraw(self, offer: ReferralOffered) -> None:
        """She withdraws, and it stands in the ledger."""
        self.at_work.tell(DOOR, ConsentWithdrawn(), offer.case)
        self.stands(offer.case, "consent.withdrawn")
