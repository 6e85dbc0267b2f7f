"""A defect ends a process; the log then says at which case, without a word of what somebody wrote."""

from datetime import datetime

import pytest

from backbone.engine.logs import concerned
from schakel.case_state import State
from services.followup import rules
from tests.support.minicluster import MiniCluster
from tests.support.poison import Sender

DOOR = "politie-noord"


def test_whoever_reads_the_log_finds_the_case(cluster: MiniCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = Sender(cluster.chains.partners[DOOR].oin, cluster.time.now(), "", "", cluster.keys.door_keys()[0])
    at: list[str] = []

    def breaks(case: State, *_: object, now: datetime | None = None) -> None:
        at.append(case.id)
        raise ValueError("a secret in the text")

    monkeypatch.setattr(rules, "decide", breaks)
    cluster.send(DOOR, sender.report())
    with pytest.raises(ValueError, match="a secret") as broke:
        cluster.settle()
    assert concerned(broke.value)["case"] == at[0]
    assert "secret" not in str(concerned(broke.value))
