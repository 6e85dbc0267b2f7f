"""A real list under every protocol that has a limit from the report on: how many clocks are breached, and the same counted by other code.

The list knows no contacts, so that each row gets one, or none, by its own number: the same in both countings. The backbone's side is the
real mapping, protocol, rules and fold (in this process, without a broker); the other side reads the CSV and counts hours and weekdays.
"""

import csv
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from backbone.chains import load_chains
from backbone.lists.checks import columns, load_mapping
from backbone.lists.convert import Converter, Ready
from backbone.lists.identity import ImportKey
from backbone.lists.rows import open_list
from backbone.protocols import Protocol, load_protocols
from backbone.protocols.clock_rules import ClockStart, StopOn
from schakel.case import apply, conclude
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.contact import ContactMade
from schakel.events.report import CaseOpened, ProtocolRef, ReportReceived
from schakel.events.vocab import Channel, Person
from schakel.ids import partner_source, service_source
from services.followup.processor import FollowupRules

ROOT = Path(__file__).resolve().parents[2]
CHAINS = Path(__file__).with_name("chains")
TORONTO = ZoneInfo("America/Toronto")
BOUND = "amsterdam-handelingskader@2023.2"


@dataclass(frozen=True)
class Breaches:
    """By `protocol/clock`: how many rows are breached at the end of the list."""

    found: Counter[str]
    expected: Counter[str]
    rows: int


def contact_after(number: int) -> timedelta | None:
    """When the reporter of the number-th row is called, after the report; never for each third row."""
    return None if number % 3 == 0 else timedelta(hours=number * 7 % 120, minutes=number % 60)


# --- counted straight from the file -----------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[datetime]:
    """When each row was reported, in UTC: day and hmm of Toronto's wall."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            clock = int(row["REPORTED_TIME"])
            local = datetime.fromisoformat(row["REPORTED_DATE"]).replace(hour=clock // 100, minute=clock % 100)
            yield local.replace(tzinfo=TORONTO).astimezone(UTC)


def _weekdays(reported: datetime, amount: int) -> datetime:
    """The midnight after the amount-th Monday-to-Friday behind the day of the report."""
    day = reported.astimezone(TORONTO).date()
    while amount:
        day += timedelta(days=1)
        amount -= day.isoweekday() <= 5
    return _midnight(day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TORONTO).astimezone(UTC)


LIMITS: dict[str, Callable[[datetime], datetime]] = {
    "24h": lambda reported: reported + timedelta(hours=24),
    "48h": lambda reported: reported + timedelta(hours=48),
    "72h": lambda reported: reported + timedelta(hours=72),
    "1 werkdag": lambda reported: _weekdays(reported, 1),
    "2 werkdagen": lambda reported: _weekdays(reported, 2),
}
"""Due moments, computed here and not by the calendar."""


def straight(path: Path, limit: str, until: datetime, timed: Collection[int]) -> int:
    """How many of the timed rows are breached by `until`: due by then, and not called before.

    Raises KeyError for a limit that nobody computes here.
    """
    breached = 0
    for number, reported in enumerate(_rows(path), 1):
        due, after = LIMITS[limit](reported), contact_after(number)
        breached += number in timed and due <= until and (after is None or reported + after > due)
    return breached


# --- by the backbone --------------------------------------------------------------------------------------------------


def with_a_limit(protocols: Iterator[Protocol]) -> Iterator[tuple[Protocol, str, str]]:
    """(protocol, clock, limit) of every clock from the report to a contact made."""
    for protocol in protocols:
        for clock in protocol.clocks:
            if clock.starts is ClockStart.REPORT_RECEIVED and clock.stops.on is StopOn.MADE and clock.limit:
                yield protocol, clock.id, str(clock.limit)


def breaches(path: Path, mapping: Path, protocols_dir: Path = ROOT / "protocols") -> Breaches:
    """Both countings, at a moment in the middle of the list and at its end."""
    protocols = load_protocols(protocols_dir)
    rules_of_the_list = load_mapping(mapping)
    converter = Converter(rules_of_the_list, ImportKey(bytes(32), "list"), now=datetime.now(UTC))
    rows = map(converter.convert, open_list(path, rules_of_the_list.file, columns(rules_of_the_list)))
    reports = [row.event for row in rows if isinstance(row, Ready)]
    reported = sorted(report.reported_at for report in reports)
    found: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for protocol, clock, limit in with_a_limit(iter(protocols)):
        rules = _rules(protocols_dir, protocol)
        for name, until in (("middle", reported[len(reported) // 2]), ("end", reported[-1])):
            key = f"{protocol.ref}/{clock} ({name})"
            outcomes = {
                number: _breached(rules, protocol, clock, report, number, until)
                for number, report in enumerate(reports, 1)
            }
            timed = {number for number, outcome in outcomes.items() if outcome is not None}
            assert timed, f"{key} runs for no row of the list"
            expected[key] = straight(path, limit, until, timed)
            found[key] = sum(outcome is True for outcome in outcomes.values())
    return Breaches(found, expected, len(reports))


def _rules(protocols_dir: Path, protocol: Protocol) -> FollowupRules:
    """Follow-up in the acceptance test's chain, under this protocol."""
    with tempfile.TemporaryDirectory() as folder:
        for file in CHAINS.glob("*.yaml"):
            shutil.copy(file, folder)
        chain = Path(folder) / "toronto.yaml"
        text = chain.read_text(encoding="utf-8")
        assert BOUND in text
        chain.write_text(text.replace(BOUND, protocol.ref), encoding="utf-8")
        protocols = load_protocols(protocols_dir)
        return FollowupRules(load_chains(Path(folder), protocols), protocols)


def _breached(
    rules: FollowupRules, protocol: Protocol, clock: str, report: ReportReceived, number: int, until: datetime
) -> bool | None:
    """One row as a case of its own: reported, called or not, and everything in the ledger up to `until`. None: no such clock runs."""
    case = State(id=f"00000000-0000-4000-8000-{number:012d}")
    if report.reported_at > until:
        return None
    _tell(case, report, report.reported_at, "1")
    ref = ProtocolRef(name=protocol.protocol, version=protocol.version)
    opened = CaseOpened(
        chain="toronto",
        chain_version="1",
        protocols=(ref,),
        fold_version=1,
        door="toronto-police",
        premises=(case.report,),
    )
    apply(
        case, Entry(Envelope("opened", service_source("routing"), CaseOpened.TYPE, report.reported_at, case.id), opened)
    )
    _settle(rules, case, None)
    after = contact_after(number)
    if after is not None and report.reported_at + after <= until:
        at = report.reported_at + after
        _tell(case, ContactMade(whom=Person(report.facts.reporter), at=at, channel=Channel.TELEPHONE), at, "2")
    _settle(rules, case, until)
    return next((one.breached for one in case.clocks.values() if one.name == clock), None)


def _tell(case: State, event: Told, at: datetime, number: str) -> None:
    envelope = Envelope(
        f"{case.id[:-1]}{number}",
        partner_source("9" * 20),
        event.TYPE,
        at,
        case.id,
        logtime=at,
        partner="toronto-police",
    )
    apply(case, Entry(envelope, event))


def _settle(rules: FollowupRules, case: State, now: datetime | None) -> None:
    while wanted := list(rules.decide(case, now)):
        for event in wanted:
            apply(case, conclude(case, event, now))
