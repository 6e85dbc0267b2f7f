"""HTTP: the incidents of a chain in closed words, for the overviews that `backbone overview` makes of them. No name is in the state.

`GET /incidents/{chain}`. For use inside the backbone: these are facts of single cases. What of them may leave it as numbers is decided
in `backbone.overviews`, where issues are kept too. A case that no other is linked to answers with the words kept beside it
(`services.cases.by_itself`); only of cases about one incident together, and of those of an older database, is the state read.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from operator import itemgetter

import msgspec
from aiohttp import web
from sqlalchemy import Connection, select

from backbone.chain_desks import read_chain_state
from backbone.chains import Chain, Chains
from backbone.collecting import not_collecting
from backbone.desks import load_desk
from backbone.overviews.incident import Clocks, Incident, contact_clocks, district_of, incidents
from backbone.protocols import Protocols
from backbone.store.tables import note, snapshot
from backbone.store.transaction import Tx
from schakel.case_state import State
from schakel.entry import Entry
from services.cases.api import Connect
from services.cases.by_itself import is_kept, kept, moment, moment_us

AT_ONCE = 1_000
READ_TO = "logged/"
_QUARTER_US = 15 * 60 * 1_000_000
BEFORE_ANYTHING = datetime(1970, 1, 1, tzinfo=UTC)


class _Incident(msgspec.Struct, frozen=True):
    """`backbone.overviews.incident.Incident`, with the words as they are kept."""

    id: str
    cases: tuple[str, ...]
    reported_on: date
    district: str
    words: msgspec.Raw


class _Counted(msgspec.Struct, frozen=True):
    """`backbone.overviews.incident.Counted`, as it is written."""

    as_of: datetime
    incidents: list[_Incident | Incident]


def routes(connect: Connect, chains: Chains, protocols: Protocols) -> list[web.RouteDef]:
    """The route of this module."""
    contact = contact_clocks(protocols)

    async def counted(request: web.Request) -> web.Response:
        name = request.match_info["chain"]
        chain = chains.get(name)
        if chain is None:
            known = ", ".join(sorted(one.name for one in chains))
            return web.json_response({"error": f"no chain {name[:40]!r}; expected one of {known}"}, status=404)
        with not_collecting(), connect() as connection:  # every incident of the chain is held at once
            made = _made(connection, chain, contact)
        return web.Response(body=msgspec.json.encode(made), content_type="application/json")

    return [web.get("/incidents/{chain}", counted)]


def _made(connection: Connection, chain: Chain, contact: Clocks) -> _Counted:
    rows = kept(connection, chain.name)
    together = {one for case_id, _, _, _, linked in rows if linked for one in (case_id, *linked.split())}
    whole = [
        case_id for case_id, _, _, words, linked in rows if linked is None or case_id in together or not is_kept(words)
    ]
    cases = list(_cases(connection, whole))
    read = set(whole)
    found: list[tuple[int, str, _Incident | Incident]] = []
    days = _Days(chain)
    for case_id, at_us, told, words, _ in rows:
        if words is not None and case_id not in read:
            district = district_of(chain, told)
            one = _Incident(case_id, (case_id,), days[at_us // _QUARTER_US], district, msgspec.Raw(words.encode()))
            found.append((at_us, case_id, one))
    reported = {case.id: moment_us(case.reported_at or BEFORE_ANYTHING) for case in cases}
    found += [(reported[one.id], one.id, one) for one in incidents(chain, cases, contact)]
    newest = [_read_to(connection), read_chain_state(connection, chain.name).time, *(case.time for case in cases)]
    found.sort(key=itemgetter(0, 1))  # as `backbone.meetings.grouped` has them
    return _Counted(max([BEFORE_ANYTHING, *filter(None, newest)]), [one for _, _, one in found])


class _Days(dict[int, date]):
    """The day in a chain of each quarter of an hour since 1970: no time zone's day begins within one."""

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self._chain = chain

    def __missing__(self, quarter: int) -> date:
        found = self[quarter] = self._chain.day_of(moment(quarter * _QUARTER_US))
        return found


def read_to(tx: Tx, entries: Sequence[Entry]) -> None:
    """Remember the newest log time that was read of this partition, whoever it is of: a watermark too.

    By it a period is over for a chain in which nothing happens any more: silence is shown because the others went on.
    """
    newest = max((entry.envelope.logged_at for entry in entries), default=BEFORE_ANYTHING)
    name = f"{READ_TO}{tx.checkpoint.partition}"
    known = tx.note(name)
    if newest > (datetime.fromisoformat(known) if known else BEFORE_ANYTHING):
        tx.set_note(name, newest.isoformat())


def _read_to(connection: Connection) -> datetime | None:
    """The newest log time of the whole ledger; None in a database that has read nothing since this is remembered."""
    notes = connection.execute(select(note.c.value).where(note.c.name.startswith(READ_TO, autoescape=True))).scalars()
    return max(map(datetime.fromisoformat, notes), default=None)


def _cases(connection: Connection, ids: Sequence[str]) -> Iterator[State]:
    """These cases, as they stand."""
    for start in range(0, len(ids), AT_ONCE):
        some = select(snapshot.c.state).where(snapshot.c.case_id.in_(ids[start : start + AT_ONCE]))
        yield from (load_desk(blob).case for blob in connection.execute(some).scalars())
