"""Running cases that go on under another version of a protocol. Pure.

Only when the operator asked for it (`backbone protocol move`): a newer file by itself moves no case.
"""

from collections.abc import Iterator

from backbone.protocols import Protocols
from schakel.case_moves import version_of
from schakel.case_state import State
from schakel.events.report import ProtocolMoved, ProtocolRef


def moves(case: State, protocols: Protocols) -> Iterator[ProtocolMoved]:
    """What was asked for and not done yet. A version that is not loaded here waits until it is."""
    for name, (asked, version, reason) in case.moves.items():
        before = version_of(case, name)
        if before is not None and f"{name}@{version}" in protocols.by_ref:
            yield ProtocolMoved(
                before=ProtocolRef(name=name, version=before),
                after=ProtocolRef(name=name, version=version),
                reason=reason,
                premises=(asked,),
            )
