"""What must be so whenever nothing is left to be done, whatever was killed on the way. Pure, over what stands on the topics and in
the databases; its consent check walks the histories with its own few lines, not with the gate's code or the fold.

Every check returns sentences that say what is wrong; none is what one wants to see.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backbone.desks import Desk
from schakel import codec
from schakel.case import fold
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import Envelope, read_headers
from schakel.errors import Unreadable
from schakel.events import Derived
from schakel.events.case import TrendSignalled
from schakel.events.consent import ConsentGranted, ConsentRefused, ConsentWithdrawn
from schakel.events.referral import ReferralDelivered, ReferralProposed, ReferralReleased
from schakel.events.report import CaseOpened, ReportReceived
from schakel.ledger import understand
from schakel.messages import Message, Receipt, ReceiptStatus, ReferralOffered, RefusedRecord
from schakel.record import Raw

LEDGER, REFUSED, IN, OUT = "schakel.ledger", "schakel.refused", "schakel.in.", "schakel.out."


@dataclass(frozen=True, slots=True)
class Said:
    """A message on an `out` topic."""

    envelope: Envelope
    message: Message


@dataclass
class Evidence:
    """Everything on all topics, understood."""

    ins: dict[str, list[Raw]] = field(default_factory=dict)
    outs: dict[str, list[Said]] = field(default_factory=dict)
    refused: list[RefusedRecord] = field(default_factory=list)
    ledger: list[Entry] = field(default_factory=list)
    garbage: list[Raw] = field(default_factory=list)
    """Ledger records that nobody can read."""

    @classmethod
    def read(cls, records: Mapping[tuple[str, int], Sequence[Raw]]) -> "Evidence":
        found = cls()
        for (topic, _), raws in sorted(records.items()):
            if topic.startswith(IN):
                found.ins[topic.removeprefix(IN)] = list(raws)
            elif topic.startswith(OUT):
                said = [Said(read_headers(raw.headers), codec.decode_message(raw.value)) for raw in raws]
                found.outs[topic.removeprefix(OUT)] = said
            elif topic == REFUSED:
                messages = [codec.decode_message(raw.value) for raw in raws]
                found.refused.extend(one for one in messages if isinstance(one, RefusedRecord))
            elif topic == LEDGER:
                for raw in raws:
                    try:
                        found.ledger.append(understand(raw))
                    except Unreadable:
                        found.garbage.append(raw)
        return found

    def histories(self) -> dict[str, list[Entry]]:
        """Each case's records in order, without those that were delivered again; up to the first that nobody can read."""
        stops: dict[str, int] = {}
        for raw in self.garbage:
            case = (raw.key or b"").decode("ascii", "replace")
            stops[case] = min(raw.offset, stops.get(case, raw.offset))
        cases: dict[str, list[Entry]] = {}
        for entry in self.ledger:
            case = entry.envelope.case
            if case and entry.event.IN_CASE and entry.offset < stops.get(case, entry.offset + 1):
                cases.setdefault(case, []).append(entry)
        return cases

    def replayed(self) -> dict[str, State]:
        """Each case, folded straight from the ledger."""
        return {case: fold(case, entries) for case, entries in self.histories().items()}

    def seconds(self) -> set[tuple[str, str]]:
        """(partner, id) of what was told in a case behind another partner's event of the same id: it has no effect, and is refused.
        So is a trend that was signalled in a chain behind another of its id; of one chain here, whose stream lies in one partition."""
        found: set[tuple[str, str]] = set()
        signalled: dict[str, str] = {}
        for entry in (one for one in self.ledger if isinstance(one.event, TrendSignalled)):
            if signalled.setdefault(entry.id, entry.envelope.source) != entry.envelope.source:
                found.add((entry.author, entry.id))
        for entries in self.histories().values():
            first: dict[str, str] = {}
            for entry in entries:
                told = not isinstance(entry.event, Derived)
                if told and first.setdefault(entry.id, entry.envelope.source) != entry.envelope.source:
                    found.add((entry.author, entry.id))
        return found

    def receipts(self, partner: str) -> Iterator[tuple[str, Receipt]]:
        """(id of the message, receipt)."""
        for said in self.outs.get(partner, ()):
            if isinstance(said.message, Receipt):
                yield said.envelope.id, said.message


def every_message_is_answered(evidence: Evidence) -> Iterator[str]:
    """By one receipt, however often that one was sent: an accepted id has one, and so has every refused message.

    What came again while it was on its way to the ledger shares the answer that the first got there, also where that is a refusal.
    """
    seconds = evidence.seconds()
    for partner, raws in evidence.ins.items():
        accepted: dict[str | None, set[str]] = defaultdict(set)
        shared: dict[str | None, set[str]] = {}
        places: dict[str | None, set[object]] = defaultdict(set)
        refused: dict[int, set[str]] = defaultdict(set)
        for receipt_id, receipt in evidence.receipts(partner):
            if receipt.in_offset >= len(raws):
                yield f"{partner}: a receipt answers message {receipt.in_offset}, and there are {len(raws)}"
            if receipt.status is ReceiptStatus.ACCEPTED:
                accepted[receipt.about].add(receipt_id)
                places[receipt.about].add((receipt.case, receipt.position))
            else:
                refused[receipt.in_offset].add(receipt_id)
                if (partner, receipt.about) in seconds:
                    shared.setdefault(receipt.about, {receipt_id})
        filed = {one.offset for one in evidence.refused if one.topic == IN + partner}
        for raw in raws:
            answers = refused[raw.offset] or accepted[_claimed_id(raw)] or shared.get(_claimed_id(raw), ())
            if len(answers) != 1:
                yield f"{partner}: message {raw.offset} has {len(answers)} answers"
            if (raw.offset in filed) is not bool(refused[raw.offset]):
                yield f"{partner}: message {raw.offset} was refused to one of the sender and the operators only"
        for about, found in places.items():
            if len(found) != 1:
                yield f"{partner}: the receipts of {about} name {len(found)} places"


def _claimed_id(raw: Raw) -> str | None:
    return next((value.decode("utf-8", "replace") for name, value in raw.headers if name == "ce_id" and value), None)


def every_receipt_is_true(evidence: Evidence) -> Iterator[str]:
    """What a receipt says was accepted stands where it says; what stands in the ledger was accepted, or, behind another
    partner's event of its id, refused. What intake told in another case on its word is answered with that word."""
    standing = {(entry.partition, entry.offset): entry for entry in evidence.ledger}
    told: dict[str, set[str]] = defaultdict(set)
    seconds = evidence.seconds()
    for partner in evidence.ins:
        for _, receipt in evidence.receipts(partner):
            if (partner, receipt.about) in seconds:
                if receipt.status is ReceiptStatus.ACCEPTED:
                    yield f"{partner}: {receipt.about} came behind another's event of its id, and was accepted"
                told[partner].add(receipt.about or "")
            if receipt.status is not ReceiptStatus.ACCEPTED or receipt.position is None:
                continue
            entry = standing.get((receipt.position.partition, receipt.position.offset))
            if entry is None or (entry.id, entry.envelope.case) != (receipt.about, receipt.case):
                yield f"{partner}: the receipt of {receipt.about} names a place where it does not stand"
            told[partner].add(receipt.about or "")
    for entry in evidence.ledger:
        partner = entry.envelope.partner
        if partner in evidence.ins and entry.id not in told[partner] and not entry.envelope.causation:
            yield f"{partner}: {entry.id} stands in the ledger and was never answered"


def every_report_is_one_case(evidence: Evidence) -> Iterator[str]:
    """However often it was sent, and whoever died meanwhile."""
    cases: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    reports: dict[str | None, set[str]] = defaultdict(set)
    for entry in evidence.ledger:
        if isinstance(entry.event, ReportReceived):
            cases[entry.envelope.source, entry.id].add(entry.envelope.case)
            reports[entry.envelope.case].add(entry.id)
    yield from (f"report {report} has {len(found)} cases" for (_, report), found in cases.items() if len(found) != 1)
    yield from (f"case {case} has {len(found)} reports" for case, found in reports.items() if len(found) != 1)
    for case, state in evidence.replayed().items():
        opened = {entry.id for entry in evidence.histories()[case] if isinstance(entry.event, CaseOpened)}
        if state.report and (not state.opened or len(opened) != 1):
            yield f"case {case} was opened {len(opened)} times"


def nothing_takes_effect_twice(evidence: Evidence) -> Iterator[str]:
    """A record may stand in the ledger twice after a crash; then it says the same in the same case, and readers see one."""
    found: dict[tuple[str, str], set[object]] = defaultdict(set)
    for entry in evidence.ledger:
        content = codec.encode(entry.event)
        found[entry.envelope.source, entry.id].add((entry.envelope.case, entry.partition, entry.envelope.type, content))
    for (source, event_id), versions in found.items():
        if len(versions) != 1:
            yield f"{event_id} of {source} stands in the ledger in {len(versions)} versions"
    for case, state in evidence.replayed().items():
        served = Counter((one.to, one.purpose, one.protocol) for one in state.referrals.values() if not one.requested)
        yield from (f"case {case}: {key} was proposed {count} times" for key, count in served.items() if count > 1)
        clocks = Counter((clock.name, clock.protocol, clock.about) for clock in state.clocks.values())
        yield from (f"case {case}: clock {key} runs {count} times" for key, count in clocks.items() if count > 1)


def all_services_agree(evidence: Evidence, desks: Mapping[str, Mapping[str, Desk]]) -> Iterator[str]:
    """What each service's database holds is what a straight replay of the ledger gives, and nothing of it is on its way."""
    replayed = evidence.replayed()
    for service, held in desks.items():
        for case in sorted(held.keys() ^ replayed.keys()):
            yield f"{service}: case {case} is only in the {'database' if case in held else 'ledger'}"
        for case in sorted(held.keys() & replayed.keys()):
            if held[case].case != replayed[case]:
                wrong = [name for name in State.__struct_fields__ if _differ(name, held[case].case, replayed[case])]
                yield f"{service}: case {case} differs in {', '.join(wrong)}"
            if held[case].pending:
                yield f"{service}: case {case} waits for {len(held[case].pending)} conclusions of its own"


def _differ(name: str, one: State, other: State) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


# -- consent -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Yes:
    recipient: str
    purpose: str
    scopes: frozenset[str]
    until: datetime | None


def nothing_goes_without_consent(evidence: Evidence) -> Iterator[str]:
    """Every referral that reached a partner was released on grants that stood before the release and were not taken back by then."""
    released: dict[str, str] = {}
    for case, history in evidence.histories().items():
        walk = _Walk(case)
        for entry in history:
            walk.step(entry)
        released |= walk.released
        yield from walk.wrong
    delivered = {entry.id: entry.event for entry in evidence.ledger if isinstance(entry.event, ReferralDelivered)}
    for partner, said in evidence.outs.items():
        for one in said:
            if not isinstance(one.message, ReferralOffered):
                continue
            event = delivered.get(one.envelope.causation or "")
            if event is None:
                yield f"{partner} got referral {one.message.referral} and the ledger does not say that it was delivered"
            elif event.to != partner or released.get(event.premises[0]) != one.message.referral:
                yield f"{partner} got referral {one.message.referral} without a release that was covered"


class _Walk:
    """One case, record by record. released: the covered releases, with their referrals."""

    def __init__(self, case: str) -> None:
        self.case = case
        self.released: dict[str, str] = {}
        self.wrong: list[str] = []
        self._seen: set[tuple[str, str]] = set()
        self._yes: dict[str, _Yes] = {}
        self._noes: list[tuple[str, str | None, str | None, frozenset[str]]] = []
        self._proposed: dict[str, ReferralProposed] = {}
        self._by_name = True
        self._time: datetime | None = None

    def step(self, entry: Entry) -> None:
        event = entry.event
        key = (entry.envelope.source if isinstance(event, Derived) else "", entry.id)
        if key in self._seen:
            return
        self._seen.add(key)
        self._time = max(filter(None, (self._time, entry.envelope.logged_at)))
        if isinstance(event, ReportReceived):
            self._by_name = event.facts.identity == "by_name"
            for number, terms in enumerate(event.consents):
                self._grant(f"{entry.id}#{number}", terms, None)
        elif isinstance(event, ConsentGranted):
            self._grant(entry.id, event.terms, event.supersedes)
        elif isinstance(event, ConsentRefused | ConsentWithdrawn):
            scopes = frozenset(getattr(event, "scopes", ()))
            self._noes.append((entry.id, event.recipient, event.purpose, scopes))
            self._yes = {grant_id: left for grant_id, yes in self._yes.items() if (left := _less(yes, event, scopes))}
        elif isinstance(event, ReferralProposed):
            self._proposed[entry.id] = event
        elif isinstance(event, ReferralReleased):
            self._release(entry.id, event)
        elif isinstance(event, ReferralDelivered) and event.premises[0] not in self.released:
            self.wrong.append(f"case {self.case}: delivered on a release that was not covered")

    def _grant(self, grant_id: str, terms: object, supersedes: str | None) -> None:
        recipient, purpose = terms.recipient, str(terms.purpose)  # type: ignore[attr-defined]
        scopes = frozenset(str(scope) for scope in terms.scopes)  # type: ignore[attr-defined]
        against = [no for no in self._noes if no[1] in (None, recipient) and no[2] in (None, purpose)]
        if supersedes and against and supersedes == against[-1][0]:
            self._noes = [no for no in self._noes if no not in against]
        elif any(not no[3] or "case_facts" in no[3] or no[3] & scopes for no in against):
            return
        self._yes[grant_id] = _Yes(recipient, purpose, scopes, terms.until)  # type: ignore[attr-defined]

    def _release(self, release_id: str, event: ReferralReleased) -> None:
        proposed = self._proposed.get(event.referral)
        if proposed is None or proposed.to != event.to:
            return
        grants = [
            yes
            for premise in event.premises
            if (yes := self._yes.get(premise)) and (yes.recipient, yes.purpose) == (event.to, proposed.purpose)
            if yes.until is None or (self._time and self._time < yes.until)
        ]
        allowed = {"case_facts"}.union(*(yes.scopes for yes in grants)) if grants else set()
        if event.basis == "scheme":
            against = [no for no in self._noes if no[1] in (None, event.to) and no[2] in (None, proposed.purpose)]
            whole = any(not no[3] or "case_facts" in no[3] for no in against)
            if proposed.strip_if_refused and not whole and (against or not self._by_name):
                allowed = {"case_facts"}
        if allowed and set(event.scopes) <= allowed:
            self.released[release_id] = event.referral


def _less(yes: _Yes, no: ConsentRefused | ConsentWithdrawn, scopes: frozenset[str]) -> _Yes | None:
    """What is left of a grant behind a no."""
    if no.recipient not in (None, yes.recipient) or no.purpose not in (None, yes.purpose):
        return yes
    left = yes.scopes - scopes
    if not scopes or "case_facts" in scopes or not left:
        return None
    return _Yes(yes.recipient, yes.purpose, left, yes.until)


def every_delivery_arrived(evidence: Evidence) -> Iterator[str]:
    """Whatever the ledger says was delivered stands on the receiver's topic, once but for repetitions of the same message."""
    offers: dict[str | None, set[str]] = defaultdict(set)
    for partner, said in evidence.outs.items():
        for one in said:
            if isinstance(one.message, ReferralOffered):
                offers[f"{partner}/{one.envelope.causation}"].add(one.envelope.id)
    for entry in evidence.ledger:
        if isinstance(entry.event, ReferralDelivered):
            count = len(offers[f"{entry.event.to}/{entry.id}"])
            if count != 1:
                yield f"{entry.event.to} got {count} messages of delivery {entry.id}"


def conclusions_come_from_their_owner(evidence: Evidence) -> Iterator[str]:
    """A derived event of anybody else would have no effect; there is none."""
    for entry in evidence.ledger:
        if isinstance(entry.event, Derived) and entry.envelope.source != f"urn:schakel:{entry.event.OWNER}":
            yield f"{entry.envelope.type} at {entry.partition}/{entry.offset} comes from {entry.envelope.source}"


def all_faults(evidence: Evidence, desks: Mapping[str, Mapping[str, Desk]]) -> list[str]:
    """Everything that is not as it must be."""
    checks: Iterable[Iterator[str]] = (
        every_message_is_answered(evidence),
        every_receipt_is_true(evidence),
        every_report_is_one_case(evidence),
        nothing_takes_effect_twice(evidence),
        all_services_agree(evidence, desks),
        nothing_goes_without_consent(evidence),
        every_delivery_arrived(evidence),
        conclusions_come_from_their_owner(evidence),
    )
    return [fault for check in checks for fault in check]
