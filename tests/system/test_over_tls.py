"""Every service, a partner's client and the gateway over TLS, while certificates are replaced under them: nothing lost, nothing twice.

A broker of its own: that of the others speaks plain text. What a broker does with its certificates, and how an authority is replaced, is
in tests/deployment/test_tls.py.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backbone.deployment.broker_settings import KEYSTORE, Tls
from backbone.deployment.certificates import Authority, reload, write
from backbone.gateway import address
from backbone.kafka.names import LEDGER, out_topic
from backbone.supervisor.prepare import Broker, profile_path
from schakel import codec
from schakel.client import Gateway, GatewayProblem, Partner, PersonalData, Profile
from schakel.envelope import read_headers
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity, Nature
from schakel.messages import Receipt
from tests.support.desk import DOOR, Desk
from tests.support.partners import STORY, SUPPORT, Partners
from tests.support.realcluster import RealCluster, Secured
from tests.support.tls_broker import shown

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing]
HOST = ["127.0.0.1"]
WITHIN_S = 240
"""On a machine with other work."""
FACTS = ReportFacts(
    identity=Identity.BY_NAME, natures=(Nature.THREAT,), place=Place(municipality="amsterdam", district="oost")
)


@dataclass
class Deployment:
    """A cluster over TLS, and what its operator has."""

    home: Path
    authority: Authority
    secured: Secured
    cluster: RealCluster

    @property
    def trust(self) -> Path:
        return Path(self.secured.broker.authority)

    def stranger(self) -> Path:
        """Another authority's file."""
        path = self.home / "stranger.pem"
        path.write_bytes(Authority.make().certificate)
        return path


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("tls")
    authority, tls = Authority.make(), Tls(home / "kafka.pem", home / "authority.pem")
    secured = Secured(tls, home / "gateway.pem", home / "gateway.key")
    write(Path(tls.authority), authority.certificate)
    new_for_the_broker(authority, secured)
    new_for_the_gateway(authority, secured)
    cluster = RealCluster(home, secured=secured)
    try:
        cluster.up()
        yield Deployment(home, authority, secured, cluster)
    finally:
        cluster.close()


def new_for_the_broker(authority: Authority, secured: Secured) -> None:
    issued = authority.issue(HOST)
    write(Path(secured.broker.keystore), issued.key + issued.certificate)


def new_for_the_gateway(authority: Authority, secured: Secured) -> None:
    issued = authority.issue(HOST)
    write(secured.gateway_certificate, issued.certificate)
    write(secured.gateway_private_key, issued.key)


class Reporting:
    """A partner's system in a thread of its own: it reports, and again as soon as there is a receipt."""

    def __init__(self, cluster: RealCluster) -> None:
        self._cluster = cluster
        self.receipts: list[Receipt] = []
        self.failed: list[str] = []
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._report)

    def __enter__(self) -> "Reporting":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join(WITHIN_S)

    def goes_on(self) -> None:
        """Wait until five more have their receipts."""
        enough = len(self.receipts) + 5
        self._cluster.until(
            lambda: self.failed or len(self.receipts) >= enough, "five more reports have receipts", WITHIN_S
        )
        assert self.failed == []

    def _report(self) -> None:
        try:
            with connected(self._cluster) as partner:
                while not self._enough.is_set():
                    self.receipts.append(report(self._cluster, partner))
        except Exception as error:
            self.failed.append(repr(error))


def connected(cluster: RealCluster) -> Partner:
    """By the profile that the operator hands out."""
    return Partner.connect(profile=profile_path(cluster.var_dir, DOOR), time=cluster.time)


def report(cluster: RealCluster, partner: Partner) -> Receipt:
    return partner.report(FACTS, reported_at=cluster.time.now(), story=STORY, timeout_s=WITHIN_S)


@pytest.mark.timeout(1200)
def test_every_report_gets_its_receipt_while_the_brokers_certificate_is_replaced(deployment: Deployment) -> None:
    cluster, bootstrap = deployment.cluster, deployment.cluster.embedded.bootstrap
    assert cluster.embedded.admin
    with Reporting(cluster) as door, Broker(bootstrap, cluster.embedded.admin, deployment.trust).client() as admin:
        door.goes_on()
        before = shown(bootstrap, deployment.trust)
        new_for_the_broker(deployment.authority, deployment.secured)
        reload(admin, ["1"], {KEYSTORE: str(deployment.secured.broker.keystore)})
        cluster.until(lambda: shown(bootstrap, deployment.trust) != before, "the new certificate is shown", WITHIN_S)
        door.goes_on()
        # Nobody has to be started again for it; who is, connects by the new one.
        cluster.down(["intake-0"])
        cluster.up()
        door.goes_on()
        with connected(cluster) as another:
            door.receipts.append(report(cluster, another))
    assert door.failed == []
    cluster.settle(WITHIN_S)
    reported = sorted(str(receipt.about) for receipt in door.receipts)
    envelopes = [read_headers(raw.headers) for raw in cluster.wire.topic(LEDGER)]
    assert sorted(one.id for one in envelopes if one.type == ReportReceived.TYPE) == reported
    told = [codec.decode_message(raw.value) for raw in cluster.wire.topic(out_topic(DOOR))]
    assert sorted(str(one.about) for one in told if isinstance(one, Receipt)) == reported


@pytest.mark.timeout(1200)
def test_a_referral_is_read_over_https_also_when_the_gateways_certificate_was_replaced(deployment: Deployment) -> None:
    """The file is read when the gateway starts, as docs/operations.md says: a restart is all that has to be done."""
    cluster = deployment.cluster
    desk = Desk(cluster, Partners(cluster.wire, cluster.chains, cluster.keys.door_keys()[0], 83, cluster.time.now))
    held = Profile.load(profile_path(cluster.var_dir, SUPPORT))
    assert held.gateway == address.url(cluster.settings)
    assert held.gateway.startswith("https://")
    at = held.gateway.removeprefix("https://")
    offer, first = desk.offered(), shown(at, deployment.trust)
    assert isinstance(given := desk.read(SUPPORT, offer), PersonalData)
    assert given.story == STORY
    with pytest.raises(GatewayProblem, match="a certificate that we do not trust"):
        Gateway(held.gateway, held.gateway_token, ca_file=deployment.stranger()).open(offer)
    new_for_the_gateway(deployment.authority, deployment.secured)
    assert shown(at, deployment.trust) == first, "it may be replaced while the gateway runs"
    cluster.down(["gateway-0"])
    cluster.up()
    assert shown(at, deployment.trust) != first
    assert desk.read(SUPPORT, offer).story == STORY
