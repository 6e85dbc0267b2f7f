"""A real list under every case protocol that promises a term: which clocks run, which are breached, and the same counted by other code.

The list knows reports and nothing else: what happens afterwards is `story`'s, by the row's own number. The backbone's side is the real
mapping, protocols, rules and fold, without a broker: routing opens the case, the gate lets the referral go, follow-up keeps the clocks. The
other side, `straight`, reads the CSV and counts hours and working days.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from backbone.chains import Chains, load_chains
from backbone.lists.checks import columns, load_mapping
from backbone.lists.convert import Converter, Ready
from backbone.lists.identity import ImportKey
from backbone.lists.rows import open_list
from backbone.protocols import Protocol, Protocols, load_protocols
from schakel.case import apply
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.case import CloseRequested, EvaluationRecorded
from schakel.events.consent import ConsentGranted, ConsentTerms
from schakel.events.contact import (
    ActionAgreed,
    ActionDone,
    ContactAttempted,
    ContactMade,
    ContactPreferenceSet,
    InformationGiven,
)
from schakel.events.referral import ReferralAccepted, ReferralRequested
from schakel.events.report import ReportReceived
from schakel.events.vocab import (
    ActionType,
    AttemptOutcome,
    Channel,
    CloseReason,
    InformationTopic,
    Person,
    Purpose,
    Role,
    Scope,
)
from schakel.ids import partner_source
from services.rehearsal.stage import Stage
from tests.acceptance import story, straight

ROOT = Path(__file__).resolve().parents[2]
CHAINS = Path(__file__).with_name("chains")
BOUND, CALENDAR = "amsterdam-handelingskader@2023.2", "calendar: weekdays"
POLICE, CITY, HELP, DESK = "toronto-police", "toronto-city", "toronto-victim-services", "toronto-human-rights"
HELD = {
    "partner: toronto-city, roles: [": "safety_adviser, ",
    "partner: toronto-human-rights, roles: [": "area_manager, ",
}
"""Roles that only some schemes have, and who holds them here."""
BY_HAND = ReferralRequested(to=HELP, role=Role.VICTIM_SUPPORT, purpose=Purpose.REFERRAL, needs=(Scope.CONTACT_DETAILS,))


@dataclass
class Counted:
    """The rows for which a clock runs, and those for which it is breached; a row stands there once for each such clock of it."""

    run: list[int] = field(default_factory=list)
    breached: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.run)} run, {len(self.breached)} breached"


@dataclass(frozen=True)
class Breaches:
    """By `protocol@version/clock (moment)`, as found and as expected."""

    found: Mapping[str, Counted]
    expected: Mapping[str, Counted]
    rows: int


protocols_of = cache(load_protocols)


def breaches(path: Path, mapping: Path, only: str = "", protocols_dir: Path = ROOT / "protocols") -> Breaches:
    """Both countings, at a moment in the middle of the list and a year after its end, when everything that was promised is due.

    only: the name of one protocol; default all of them.
    """
    protocols = protocols_of(protocols_dir)
    timed = [one for one in to_count(protocols) if only in ("", one.protocol)]
    own = list(straight.rows(path))
    order = sorted(row.reported for row in own)
    moments = {"middle": order[len(order) // 2], "end": order[-1] + timedelta(days=365)}
    reports = _reports(path, mapping)
    found: dict[str, Counted] = {}
    for protocol in timed:
        chains = _bound(protocol, protocols)
        for number, report in enumerate(reports, 1):
            _play(
                Case(Stage(chains, protocols, _id(number, 0)), number, report),
                story.PARTS[protocol.protocol],
                moments,
                found,
            )
    expected = _expected(own, timed, moments)
    both = sorted({*found, *expected})
    return Breaches(
        {name: found.get(name, Counted()) for name in both},
        {name: expected.get(name, Counted()) for name in both},
        len(reports),
    )


def with_a_limit(protocols: Protocols) -> list[Protocol]:
    """Those under which a clock may be breached."""
    return [protocol for protocol in protocols if any(rule.may_breach for rule in protocol.timed)]


def to_count(protocols: Protocols) -> list[Protocol]:
    """Those, and those that have to be of them: a version that lost its limit is not left out for that."""
    limited = with_a_limit(protocols)
    return [
        one for one in protocols if one in limited or any(own.of(one.protocol, one.version) for own in straight.CLOCKS)
    ]


def uncounted(protocols: Protocols) -> set[str]:
    """Clocks with a limit of which `straight` says nothing, and those of `straight` that no file has."""
    files = {f"{one.protocol}/{rule.id}" for one in protocols for rule in one.timed if rule.may_breach}
    return files ^ {*(clock.name for clock in straight.CLOCKS), *straight.NEVER}


def apart(found: Counted, expected: Counted) -> str:
    """The first rows in which they differ."""
    rows = Counter(found.run), Counter(expected.run), Counter(found.breached), Counter(expected.breached)
    run = sorted(((rows[0] - rows[1]) + (rows[1] - rows[0])).keys())
    breached = sorted(((rows[2] - rows[3]) + (rows[3] - rows[2])).keys())
    return "".join(
        f"; {what} otherwise: rows {some[:5]}" for what, some in (("run", run), ("breached", breached)) if some
    )


def _expected(
    own: Sequence[straight.Row], protocols: Sequence[Protocol], moments: Mapping[str, datetime]
) -> dict[str, Counted]:
    expected: dict[str, Counted] = {}
    for clock in straight.CLOCKS:
        versions = [one for one in protocols if clock.of(one.protocol, one.version)]
        timed = [(row.number, one) for row in own for one in clock.timed(row)]
        for name, until in moments.items():
            running = [(number, one) for number, one in timed if one.runs(until)]
            for protocol in versions:
                expected[f"{protocol.ref}/{clock.clock} ({name})"] = Counted(
                    [number for number, _ in running], [number for number, one in running if one.breached(until)]
                )
    return expected


# --- by the backbone --------------------------------------------------------------------------------------------------


def _reports(path: Path, mapping: Path) -> list[ReportReceived]:
    rules = load_mapping(mapping)
    converter = Converter(rules, ImportKey(bytes(32), "list"), now=datetime.now(UTC))
    converted = map(converter.convert, open_list(path, rules.file, columns(rules)))
    return [row.event for row in converted if isinstance(row, Ready)]


def _bound(protocol: Protocol, protocols: Protocols) -> Chains:
    """The acceptance test's chain under this protocol, with Dutch days off and with everybody whom the schemes ask for."""
    changes = {BOUND: protocol.ref, CALENDAR: "calendar: nl", **{place: place + roles for place, roles in HELD.items()}}
    with tempfile.TemporaryDirectory() as folder:
        for file in CHAINS.glob("*.yaml"):
            shutil.copy(file, folder)
        chain = Path(folder) / "toronto.yaml"
        text = chain.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        chain.write_text(text, encoding="utf-8")
        return load_chains(Path(folder), protocols)


@dataclass
class Case:
    """One row as a case of its own, and what is told of it."""

    stage: Stage
    number: int
    report: ReportReceived
    words: int = 0
    told: dict[str, str] = field(default_factory=dict)
    """The newest id of each type."""

    def tell(self, by: str, at: datetime, *events: Told) -> None:
        """All of them in one breath."""
        for event in events:
            self.words += 1
            about = self.told[event.TYPE] = _id(self.number, self.words)
            case = self.stage.case.id
            envelope = Envelope(about, partner_source("9" * 20), event.TYPE, at, case, logtime=at, partner=by)
            apply(self.stage.case, Entry(envelope, event))
        self.stage.settle()

    def takes_up(self, partner: str, at: datetime) -> None:
        """Whatever reached this partner."""
        found = [one.id for one in self.stage.case.referrals.values() if one.to == partner and one.delivered_at]
        if found:
            self.tell(partner, at, *(ReferralAccepted(referral=referral) for referral in found))


Tell = Callable[[datetime], None]


def _id(number: int, told: int) -> str:
    return f"00000000-0000-4000-8000-{number:08d}{told:04d}"


def _play(case: Case, parts: Collection[str], moments: Mapping[str, datetime], found: dict[str, Counted]) -> None:
    """Everything is in the ledger up to each moment, the watermark right behind it."""
    words = sorted(_words(case, parts), key=lambda word: word[0])
    for name, until in moments.items():
        while words and words[0][0] <= until:
            at, tell = words.pop(0)
            case.stage.now = at
            tell(at)
        if case.stage.case.report:
            case.stage.now = until
            case.stage.settle()
            _count(case.stage.case, case.number, name, found)


def _count(case: State, number: int, name: str, found: dict[str, Counted]) -> None:
    for clock in case.clocks.values():
        if clock.due_at is not None:
            counted = found.setdefault(f"{clock.protocol}/{clock.name} ({name})", Counted())
            counted.run.append(number)
            if clock.breached:
                counted.breached.append(number)


def _words(case: Case, parts: Collection[str]) -> Iterator[tuple[datetime, Tell]]:
    """The row's story as its partners tell it: when, and what. What one scheme promises, it promises at the desk's own door."""
    reported, door = case.report.reported_at, DESK if "at_the_desk" in parts else POLICE
    yield reported, lambda at: case.tell(door, at, case.report)
    if "words" in parts:
        yield from _to_whoever_reported(case, reported, Person(case.report.facts.reporter), door)
    if "referral" in parts:
        yield from _referral(case, reported, parts)
    if "action" in parts:
        yield from _action(case, reported)
    if "rhythm" in parts:
        yield from _rhythm(case, reported)
    if "closing" in parts:
        for closed in _after(reported, story.closed_after, case.number):
            yield closed, lambda at: case.tell(CITY, at, CloseRequested(reason=CloseReason.ENOUGH_HELP))
            for evaluated in _after(closed, story.evaluated_after, case.number):
                yield evaluated, lambda at: case.tell(CITY, at, EvaluationRecorded())


def _after(moment: datetime, after: story.After, number: int) -> Iterator[datetime]:
    """The moment of what may follow, if it does."""
    later = after(number)
    if later is not None:
        yield moment + later


def _to_whoever_reported(case: Case, reported: datetime, who: Person, by: str) -> Iterator[tuple[datetime, Tell]]:
    written = InformationGiven(topic=InformationTopic.WHAT_HAPPENS_NEXT, whom=who)

    def called(at: datetime) -> None:
        case.tell(by, at, ContactMade(whom=who, at=at, channel=Channel.TELEPHONE))

    def attempted(at: datetime) -> None:
        outcome = AttemptOutcome.NO_ANSWER
        case.tell(by, at, ContactAttempted(whom=who, at=at, channel=Channel.TELEPHONE, outcome=outcome))

    for moment in _after(reported, story.notice_after, case.number):
        yield moment, lambda at: case.tell(by, at, written)
    for moment in _after(reported, story.contact_after, case.number):
        yield moment, called
    for moment in _after(reported, story.attempt_after, case.number):
        yield moment, attempted


def _referral(case: Case, reported: datetime, parts: Collection[str]) -> Iterator[tuple[datetime, Tell]]:
    """By hand, or by the steps of the scheme to an adviser, and to the desk or area manager: she says yes to each at once."""
    first = CITY if "adviser" in parts else HELP
    asked_for = [] if "adviser" in parts else [BY_HAND]
    yes = [_yes(partner) for partner in ((first, DESK) if "desk" in parts else (first,))]
    for asked in _after(reported, story.referred_after, case.number):
        yield asked, lambda at: case.tell(POLICE, at, *asked_for, *yes)
        for taken in _after(asked, story.answered_after, case.number):
            yield taken, lambda at: case.takes_up(first, at)
            if "desk" in parts:
                for next_taken in _after(taken, story.second_answered_after, case.number):
                    yield next_taken, lambda at: case.takes_up(DESK, at)


def _yes(to: str) -> ConsentGranted:
    scopes = (Scope.CONTACT_DETAILS, Scope.STORY)
    return ConsentGranted(terms=ConsentTerms(recipient=to, purpose=Purpose.REFERRAL, scopes=scopes))


def _action(case: Case, reported: datetime) -> Iterator[tuple[datetime, Tell]]:
    def agree(at: datetime) -> None:
        due_on = at.astimezone(straight.TORONTO).date() + timedelta(days=story.due_days(case.number))
        case.tell(CITY, at, ActionAgreed(action=ActionType.CAMERA, owner=CITY, due_on=due_on))

    for agreed in _after(reported, story.agreed_after, case.number):
        yield agreed, agree
        for done in _after(agreed, story.done_after, case.number):
            yield done, lambda at: case.tell(CITY, at, ActionDone(agreed=case.told[ActionAgreed.TYPE]))


def _rhythm(case: Case, reported: datetime) -> Iterator[tuple[datetime, Tell]]:
    agreement = ContactPreferenceSet(contact_every_days=story.rhythm_days(case.number))
    word = InformationGiven(topic=InformationTopic.WHAT_HAPPENS_NEXT, whom=Person.VICTIM)
    for agreed in _after(reported, story.rhythm_after, case.number):
        yield agreed, lambda at: case.tell(POLICE, at, agreement)
        for said in _after(agreed, story.word_after, case.number):
            yield said, lambda at: case.tell(POLICE, at, word)
