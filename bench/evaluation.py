"""What one decision about a case costs under the versions that the chains bind today, after each event of a whole life. For `bench.clocks`.

A case of each chain is played from report to evaluation: every service concludes, time passes, clocks are breached, the referral is
declined, asked for again and taken up. Wherever follow-up or routing would look at the case, that very look is timed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from backbone.case_rules import Rules, may_lack
from backbone.chains import Chain, Chains
from backbone.desks import copied
from backbone.protocols import Protocols
from bench import stand
from schakel.case import apply, conclude
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.case import CloseRequested, EvaluationRecorded
from schakel.events.consent import ConsentGranted, ConsentTerms
from schakel.events.contact import ActionAgreed, ActionDone, ContactMade, InformationGiven
from schakel.events.referral import ReferralAccepted, ReferralDeclined, ReferralRequested
from schakel.events.report import AssessmentRecorded, Place, ReportFacts, ReportReceived
from schakel.events.vocab import Role
from schakel.ids import new_event_id, partner_source
from services.followup.processor import FollowupRules
from services.rehearsal.stage import Stage
from services.routing.processor import RoutingRules

BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CASE, OIN = "00000000-0000-4000-8000-00000000000e", "99999999100000001000"
TIMES = 200
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Look:
    """A case as it stood when a service looked at it, behind an event of this type."""

    rules: Rules
    case: State
    now: datetime | None
    behind: str


class Watched(Stage):
    """A case of which each look is kept, as the services would look: not behind an event after which they lack nothing."""

    def __init__(self, chains: Chains, protocols: Protocols) -> None:
        super().__init__(chains, protocols, CASE)
        self.events = 0
        self.looks: list[Look] = []

    def hear(self, entry: Entry) -> None:
        """What is told, and whatever is concluded of it."""
        effect = apply(self.case, entry)
        self._look(entry, effect)
        self.settle()

    def settle(self) -> list[Entry]:
        """One event at a time, as the ledger has them."""
        found: list[Entry] = []
        while self.case.time is not None and (entry := self._next_conclusion()) is not None:
            self._look(entry, apply(self.case, entry))
            found.append(entry)
        return found

    def _next_conclusion(self) -> Entry | None:
        wanted = (event for rules in self.rules for event in rules.decide(self.case, self.now))
        event = next(wanted, None)
        return conclude(self.case, event, self.now) if event is not None else None

    def _look(self, entry: Entry, effect: Effect) -> None:
        self.events += 1
        for rules in self.rules:
            if isinstance(rules, FollowupRules | RoutingRules) and may_lack(rules, self.case, entry, effect):
                self.looks.append(Look(rules, copied(self.case), self.now, entry.envelope.type))


def evaluation_us(chains: Chains, protocols: Protocols) -> dict[str, Any]:
    """Microseconds of processor time, of all chains that bind protocols and of each: of one decision of either service, and of all that
    both decide, by each event of a case (`a_case_event`)."""
    played = {chain.name: play(chain, chains, protocols) for chain in chains if chain.file.protocols}
    took = {name: [(look, cost_us(look)) for look in watched.looks] for name, watched in played.items()}
    every = [cost for costs in took.values() for cost in costs]
    return {
        "followup": _of(every, FollowupRules),
        "routing": _of(every, RoutingRules),
        "a_case_event": round(sum(us for _, us in every) / sum(watched.events for watched in played.values()), 1),
        "chains": {name: _chain(played[name], costs) for name, costs in took.items()},
    }


def _chain(watched: Watched, costs: list[tuple[Look, float]]) -> dict[str, Any]:
    return {
        "protocols": list(watched.case.protocols),
        "events": watched.events,
        "clocks_in_the_case": len(watched.case.clocks),
        "referrals": len(watched.case.referrals),
        "followup": _of(costs, FollowupRules),
        "routing": _of(costs, RoutingRules),
    }


def _of(costs: list[tuple[Look, float]], rules: type[FollowupRules | RoutingRules]) -> dict[str, Any]:
    """Of one service's looks."""
    ours = [(us, look.behind) for look, us in costs if isinstance(look.rules, rules)]
    dearest, behind = max(ours)
    values = [us for us, _ in ours]
    return {
        "decisions": len(ours),
        "mean": round(sum(values) / len(values), 1),
        "p50": round(stand.percentile(values, 0.5), 1),
        "p99": round(stand.percentile(values, 0.99), 1),
        "most": round(dearest, 1),
        "most_behind": behind,
    }


def cost_us(look: Look) -> float:
    """Whatever is concluded is made, as it is in earnest."""
    began = stand.own_cpu_s()
    for _ in range(TIMES):
        list(look.rules.decide(look.case, look.now))
    return (stand.own_cpu_s() - began) / TIMES * 1e6


def play(chain: Chain, chains: Chains, protocols: Protocols) -> Watched:
    """One life: long enough that every kind of clock has run, and each referral has been answered or not."""
    watched, district = Watched(chains, protocols), chain.districts[0]
    door, city, helper = (
        chain.partners_for(role, district)[0].id for role in (Role.POLICE, Role.COORDINATOR, Role.VICTIM_SUPPORT)
    )
    place = Place(municipality=chain.file.municipalities[0], district=district, place_type="street")
    facts = ReportFacts(identity="by_name", natures=("threat",), grounds=({"ground": "gender"},), place=place)

    def tell(by: str, after: timedelta, event: Told) -> str:
        at = BEGIN + after
        list(watched.pass_time(at))
        envelope = Envelope(new_event_id(), partner_source(OIN), event.TYPE, at, CASE, logtime=at, partner=by)
        watched.hear(Entry(envelope, event))
        return envelope.id

    def answer(after: timedelta, event: type[ReferralAccepted | ReferralDeclined], **more: Any) -> None:
        for referral in list(watched.case.referrals.values()):
            if referral.to == helper and referral.delivered_at and referral.state == "delivered":
                tell(helper, after, event(referral=referral.id, **more))

    terms = ConsentTerms(recipient=helper, purpose="referral", scopes=("contact_details", "story"))
    tell(door, timedelta(0), ReportReceived(reported_at=BEGIN, facts=facts))
    tell(door, HOUR, AssessmentRecorded(check="discrimination", answer="yes"))
    tell(
        door,
        2 * HOUR,
        ReferralRequested(to=helper, role="victim_support", purpose="referral", needs=("contact_details",)),
    )
    tell(door, 2 * HOUR, ConsentGranted(terms=terms))
    tell(door, 3 * HOUR, InformationGiven(topic="what_happens_next"))
    tell(city, 4 * HOUR, ContactMade(whom="victim", at=BEGIN + 4 * HOUR, channel="telephone"))
    answer(5 * DAY, ReferralDeclined, reason="no_capacity")
    tell(
        door,
        6 * DAY,
        ReferralRequested(to=helper, role="victim_support", purpose="referral", needs=("contact_details",)),
    )
    answer(7 * DAY, ReferralAccepted)
    agreed = tell(city, 8 * DAY, ActionAgreed(action="camera", owner=city, due_on=(BEGIN + 12 * DAY).date()))
    tell(city, 14 * DAY, ActionDone(agreed=agreed))
    tell(city, 40 * DAY, ContactMade(whom="victim", at=BEGIN + 40 * DAY, channel="telephone"))
    tell(city, 50 * DAY, CloseRequested(reason="enough_help"))
    tell(city, 160 * DAY, EvaluationRecorded())
    return watched
