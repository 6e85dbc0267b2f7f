"""Every database is lost: all of it comes back from the ledger, and nobody hears anything twice."""

from collections.abc import Callable

import pytest

from schakel import codec
from schakel.envelope import read_headers
from schakel.messages import Receipt, ReceiptStatus
from tests.support.partners import Partners
from tests.support.realcluster import RealCluster
from tests.system.conftest import SOAK, check

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
REPORTS = round(30 * SOAK)


def cases(cluster: RealCluster) -> dict[str, dict[str, object]]:
    return {
        service: {case: desk.case for case, desk in desks.items()} for service, desks in cluster.all_desks().items()
    }


@pytest.mark.slow
def test_empty_databases_are_filled_in_silence(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    cluster.up()
    at_work = partners(29)
    for _ in range(REPORTS):
        at_work.report()
    check(cluster, at_work)
    old = at_work.at_every_door()
    check(cluster)
    held, ends, heads = cases(cluster), cluster.concluded(), cluster.heads()
    cluster.down()
    cluster.forget_databases()
    cluster.up()
    cluster.settle()
    after = cluster.concluded()
    said = [raw for place in ends for raw in cluster.wire.records[place][ends[place] :]]
    assert after == ends, f"nothing new, on no topic of conclusions: {[(raw.topic, dict(raw.headers)) for raw in said]}"
    assert cluster.heads_that_come_again(heads) == []
    assert cases(cluster) == held

    # They are not silent because they are deaf: what is new is taken up, and what is old is still known.
    receipts = [receipt for _, receipt in check(cluster).receipts(old.partner) if receipt.about == old.id]
    again = at_work.tell(old.partner, old.event, event_id=old.id)
    new = at_work.report(old.partner)
    evidence = check(cluster)
    answered = [receipt for _, receipt in evidence.receipts(old.partner) if receipt.about == old.id]
    assert len(answered) == len(receipts) + 1
    assert {(one.status, one.case, one.position) for one in answered} == {
        (ReceiptStatus.ACCEPTED, receipts[0].case, receipts[0].position)
    }
    assert len({said for said, receipt in evidence.receipts(old.partner) if receipt.about == old.id}) == 1, (
        "one receipt"
    )
    assert again.offset == answered[-1].in_offset
    case = next(receipt.case for _, receipt in evidence.receipts(old.partner) if receipt.about == new.id)
    for place, end in ends.items():
        for raw in cluster.wire.records[place][end:]:
            about = read_headers(raw.headers)
            value = codec.decode(raw.value)
            is_old_receipt = isinstance(value, Receipt) and value.about == old.id
            assert about.case == case or is_old_receipt or place[0].startswith("schakel.in."), place
