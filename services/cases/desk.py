"""What is open on the desks: of one case, and of all of them by who has it to do, beside the work that a role said it can take on.

For use inside the backbone. Codes and ids only. Nothing waits for a place on this list: a referral, a question and a reminder go out
whether it is long or short.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial

import msgspec
from aiohttp import web
from sqlalchemy import Boolean, Column, Connection, DateTime, Integer, MetaData, String, Table, func, select

from backbone.chains import Chain, Chains
from backbone.chains.hours import AtWork, at_work, hours_of
from backbone.desk.items import UNANSWERED, Open, advice_for, lacking_items, open_items, seen_by
from backbone.desk.who import chain_for, sees_grievance
from backbone.desks import load_desk
from backbone.protocols import Protocols
from backbone.store.tables import snapshot
from backbone.store.transaction import Tx
from schakel.case_consent import HER
from schakel.case_hearing import stage
from schakel.case_needs import newest_needs, noted, wishes
from schakel.case_state import State
from schakel.timesource import TimeSource

metadata = MetaData()
open_table = Table(
    "open_item",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("chain", String(60), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("who", String(42), index=True),
    Column("since", DateTime(timezone=True)),
    Column("drill", Boolean, nullable=False),
)
"""One row for each thing that is open. `who` null: nobody in particular, the coordinator looks."""

MOST = 1_000
Connect = Callable[[], AbstractContextManager[Connection]]
Found = tuple[State, Chain] | web.Response


class DeskList:
    """Keeps the list and answers about it. chains, protocols: as the files say now; a case is pinned to its protocol's version."""

    def __init__(self, chains: Chains, protocols: Protocols) -> None:
        self.chains, self.protocols = chains, protocols

    def items(self, case: State) -> list[Open]:
        """What is open now; nothing of a case that is closed or whose person was erased."""
        chain = chain_for(case, self.chains)
        if chain is None or case.closed or HER in case.erased:
            return []
        return open_items(case, chain, self.protocols)

    def saved(self, tx: Tx, cases: Sequence[State]) -> None:
        """Write these cases' rows anew."""
        tx.remove(open_table, "case_id", [case.id for case in cases])
        tx.add(open_table, [row for case in cases for row in self._rows(case)])

    def _rows(self, case: State) -> Iterator[Mapping[str, object]]:
        for number, item in enumerate(self.items(case)):
            yield {
                "case_id": case.id,
                "number": number,
                "chain": case.chain or "",
                "kind": item.kind,
                "who": item.who,
                "since": item.since,
                "drill": case.drill,
            }

    def routes(self, connect: Connect, clock: TimeSource) -> list[web.RouteDef]:
        """`GET /cases/{id}/desk`, with `?for=partner` as that partner may see it · `GET /open?who=partner` · `GET /work?chain=name`.

        clock: who is at work is told as of now.
        """
        return [
            web.get("/cases/{id}/desk", partial(self._one, connect, clock)),
            web.get("/open", partial(self._open, connect)),
            web.get("/work", partial(self._work, connect)),
        ]

    async def _one(self, connect: Connect, clock: TimeSource, request: web.Request) -> web.Response:
        partner = request.query.get("for")
        if partner is not None and self.chains.partner(partner) is None:
            return _problem(400, f"for: found {partner[:42]!r}, expected a partner of chains/partners.yaml")
        with connect() as connection:
            row = connection.execute(
                select(snapshot.c.state).where(snapshot.c.case_id == request.match_info["id"])
            ).first()
        case = load_desk(row.state).case if row else None
        if case is None or (chain := chain_for(case, self.chains)) is None:
            return _problem(
                404, f"no case {request.match_info['id'][:36]!r}; a case id stands in the receipt of its report"
            )
        if HER in case.erased:
            return _problem(410, "the person was erased from this case: nothing of this is kept")
        items = self.items(case) if partner is None else seen_by(case, chain, partner, self.items(case))
        view = desk_view(case, chain, self.protocols, items, partner)
        view["at_work"] = waited_for(case, chain, items, clock.now())
        return web.Response(body=msgspec.json.encode(view), content_type="application/json")

    async def _open(self, connect: Connect, request: web.Request) -> web.Response:
        """Oldest first; those without a date behind them. Drills are not on it."""
        statement = (
            select(open_table)
            .where(open_table.c.drill.is_(False))
            .order_by(open_table.c.since.is_(None), open_table.c.since, open_table.c.case_id, open_table.c.number)
            .limit(MOST)
        )
        for name in ("who", "chain", "kind"):
            if name in request.query:
                statement = statement.where(open_table.c[name] == request.query[name])
        with connect() as connection:
            rows = connection.execute(statement).mappings().all()
        shown = (
            {"case": row["case_id"], "kind": row["kind"], "who": row["who"], "since": row["since"]} for row in rows
        )
        return web.Response(body=msgspec.json.encode({"open": list(shown)}), content_type="application/json")

    async def _work(self, connect: Connect, request: web.Request) -> web.Response:
        chain = self.chains.get(request.query.get("chain", ""))
        if chain is None:
            known = ", ".join(sorted(one.name for one in self.chains))
            return _problem(400, f"chain: found {request.query.get('chain', '')[:60]!r}, expected one of {known}")
        counted = select(open_table.c.who, open_table.c.kind, func.count()).where(
            open_table.c.chain == chain.name, open_table.c.drill.is_(False)
        )
        with connect() as connection:
            rows = connection.execute(counted.group_by(open_table.c.who, open_table.c.kind)).all()
        return web.json_response({"chain": chain.name, "work": work_of(chain, [tuple(row) for row in rows])})


def work_of(chain: Chain, counted: Sequence[tuple[str | None, str, int]]) -> list[dict[str, object]]:
    """What is open by partner, beside the budgets of its roles. counted: (who, kind, how many). The longest list first."""
    by_partner: dict[str | None, Counter[str]] = {}
    for who, kind, count in counted:
        by_partner.setdefault(who, Counter())[kind] += count
    found: list[dict[str, object]] = []
    for who, kinds in sorted(by_partner.items(), key=lambda pair: (-pair[1].total(), pair[0] or "")):
        budgets = [budget for budget in chain.file.work if who and budget.role in chain.roles_of(who)]
        a_day = sum(budget.items_a_day for budget in budgets) or None
        total = kinds.total()
        found.append(
            {
                "who": who,
                "open": total,
                "kinds": dict(kinds.most_common()),
                "items_a_day": a_day,
                "shown_first": min(total, a_day) if a_day else total,
                "on_the_list": max(0, total - a_day) if a_day else 0,
            }
        )
    return found


def desk_view(
    case: State, chain: Chain, protocols: Protocols, items: list[Open], partner: str | None
) -> dict[str, object]:
    """The desks' work on one case. partner: as this one may see it; null: all of it, for who runs the backbone. items: what is open that it
    may see. Pure."""
    desk = noted(case)
    advised = advice_for(case, chain, partner)
    view: dict[str, object] = {
        "case": case.id,
        "open": items,
        "inquiries": [one for one in desk.inquiries.values() if partner in (None, one.by, one.to)],
        "advice_asked": [
            one
            for one in desk.asked_advice.values()
            if partner in (None, one.by) or any(desk.advice[said].request == one.id for said in advised)
        ],
        "advice": [desk.advice[said] for said in advised],
        "treatment": [
            one for one in desk.grievances.values() if partner is None or sees_grievance(case, chain, partner, one)
        ],
    }
    return view if partner is not None and partner not in case.parties else view | _of_her(case, chain, protocols)


def waited_for(case: State, chain: Chain, items: Sequence[Open], at: datetime) -> dict[str, AtWork]:
    """Of whom something is waited for, and who said at what hours it works: whether it is at work, and when again. Pure.

    Whoever said nothing is not in it. It excuses nobody, and hurries nobody: no clock looks at it.
    """
    partners = {item.who for item in items}
    partners |= {case.referrals[item.concerning].to for item in items if item.kind == UNANSWERED and item.concerning}
    on, calendar = chain.day_of(at), chain.calendar()
    known = {
        partner: at_work(hours_of(chain, partner, on=on), calendar, at) for partner in sorted(filter(None, partners))
    }
    return {partner: said for partner, said in known.items() if said is not None}


def _of_her(case: State, chain: Chain, protocols: Protocols) -> dict[str, object]:
    """What was heard of her and done for her: for who is in the case."""
    desk = noted(case)
    wanted, unwanted = wishes(case)
    return {
        "needs": newest_needs(case),
        "wishes": sorted(wanted),
        "no_wish": sorted(unwanted),
        "hearing": stage(case),
        "complaint": desk.complaint,
        "complaint_lacks": lacking_items(case, chain, protocols),
        "settlements": list(desk.settlements.values()),
        "marks": desk.marks,
    }


def _problem(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
