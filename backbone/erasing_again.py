"""The ledger's erasures carried out again, on a database of keys that came back from a backup older than they are.

Consent destroys a key when it reads `subject.erased`, once. A key that comes back afterwards it does not see while its own position is
behind that event. So whoever puts keys back asks the ledger: it says who is erased, whatever the database of keys remembers.
"""

from collections.abc import Callable, Iterable

from backbone.keys import SqlDestroyer
from schakel.case_state import State
from schakel.events.base import ce_type
from schakel.events.data import SubjectErased
from schakel.history import History
from schakel.record import Raw

Who = tuple[str, str]
"""A person: the case, and the handle in it."""
_ERASED = ce_type(SubjectErased.TYPE)


def erased_by(partition: Callable[[], Iterable[Raw]]) -> list[Who]:
    """Who is erased by one partition of the ledger, in its order.

    partition: its records from the first on; asked for twice. Only the cases in which somebody was erased are folded, and each only up to
    there: whether a `subject.erased` has effect hangs on what stands before it.
    """
    last = {_header(one, "ce_subject"): one.offset for one in partition() if _header(one, "ce_type") == _ERASED}
    folded: dict[str, History] = {}
    found: list[Who] = []
    for record in partition() if last else ():
        case_id = _header(record, "ce_subject")
        if record.offset > last.get(case_id, -1):
            continue
        folded.setdefault(case_id, History(State(id=case_id), keeps_steps=False)).take(record)
        if record.offset == last[case_id]:
            found += [(case_id, subject) for subject in folded.pop(case_id).state.erased]
    return found


def carry_out(erased: Iterable[Who], keys: SqlDestroyer) -> list[Who]:
    """Destroy the keys of those whose end the database of keys does not know; returns whose they were. Done again it does no more.

    Raises KeysAway: what was destroyed so far stays so; run it again.
    """
    alive = [who for who in erased if keys.destroyed_at(*who) is None]
    for case_id, subject in alive:
        keys.destroy(case_id, subject)
    return alive


def _header(record: Raw, name: str) -> str:
    """Read without decoding the rest: a record that we do not understand is no erasure, and may still belong to a case of one."""
    return next((value.decode("ascii", "replace") for key, value in record.headers if key == name), "")
