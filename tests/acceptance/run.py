"""`make acceptance DATA=incidents.csv`: a real list through the whole backbone, and what it holds counted by other code.

The list is imported, killed on the way, gone on with, imported again, and imported with a changed row. Expected is the Toronto
hate crime open data, or any list of that form.
"""

import csv
import re
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from backbone.supervisor.up import BackboneProblem
from schakel.case import fold
from schakel.case_state import State
from schakel.entry import Entry
from schakel.errors import SchakelError
from schakel.events.referral import ReferralDelivered, ReferralReleased
from schakel.events.report import CaseOpened, ReportReceived
from schakel.messages import ReceiptStatus
from tests.acceptance import clocks
from tests.acceptance.counts import Counts, count
from tests.acceptance.stand import LEDGER, ROOT, Running, running_backbone

PARTNER = "toronto-police"
MAPPING = ROOT / "examples" / "mappings" / "toronto.yaml"
DEFAULT = ROOT.parent / "shared" / "data" / "toronto-hate-crimes-2018-2023.csv"
VAR = ROOT / "var" / "acceptance"
KILL_AFTER = 0.2
"""The first import is killed when this part of the rows has been answered."""


@dataclass
class Checks:
    failed: list[str] = field(default_factory=list)

    def equal(self, what: str, found: object, expected: object) -> None:
        good = found == expected
        print(
            f"  {'ok' if good else 'NOT OK':7}{what}" + ("" if good else f": found {found}, expected {expected}"),
            flush=True,
        )
        if not good:
            self.failed.append(what)


@dataclass(frozen=True)
class Ran:
    """What an import printed and ended with."""

    code: int
    numbers: Mapping[str, int]
    text: str

    def get(self, name: str) -> int:
        return self.numbers.get(name, 0)


class Imports:
    """The import command as a partner runs it."""

    def __init__(self, stand: Running, data: Path) -> None:
        self.stand = stand
        self.data = data
        self.journal = stand.var_dir / "imports" / f"{PARTNER}.db"
        self.listing = stand.var_dir / "rows-to-mend.csv"
        self._output = stand.var_dir / "import.out"

    def _arguments(self, data: Path, *options: str) -> list[str]:
        return [
            "import",
            str(data),
            "--mapping",
            str(MAPPING),
            "--as",
            PARTNER,
            "--errors",
            str(self.listing),
            *options,
        ]

    def run(self, *options: str, data: Path | None = None) -> Ran:
        process = self.stand.start(self._arguments(data or self.data, *options), self._output)
        self.stand.until(lambda: process.poll() is not None, "the import ends", 600)
        text = self._output.read_text(encoding="utf-8")
        found = re.findall(r"^ +([0-9]+)  (\S+( \S+)*)", text, re.MULTILINE)
        return Ran(process.returncode, {name: int(number) for number, name, _ in found}, text)

    def killed(self, answers: int) -> int:
        """Start, and kill -9 when at least so many answers are written down; how many were."""
        process = self.stand.start(self._arguments(self.data), self._output)
        try:
            self.stand.until(
                lambda: self.answered() >= answers or process.poll() is not None, f"{answers} rows are answered"
            )
        finally:
            process.kill()
            process.wait()
        return self.answered()

    def answered(self) -> int:
        """Rows whose answer stands in the journal."""
        if not self.journal.exists():
            return 0
        with closing(sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True)) as journal:
            try:
                query = "SELECT count(*) FROM answers WHERE status = ?"
                return int(journal.execute(query, (ReceiptStatus.ACCEPTED.value,)).fetchone()[0])
            except sqlite3.OperationalError:  # it is being made, or written to
                return 0

    def lines(self) -> list[dict[str, str]]:
        """The errors file."""
        with self.listing.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


def main(arguments: list[str]) -> int:
    data = Path(arguments[0]) if arguments and arguments[0] else DEFAULT
    if not data.is_file():
        print(
            f"there is no list at {data}; call: make acceptance DATA=incidents.csv (the Toronto hate crime open data)"
        )
        return 2
    try:
        expected = count(data)
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        why = f"it has no column {error}" if isinstance(error, KeyError) else f"it is no CSV in UTF-8 ({error})"
        print(f"{data} is not the list that is expected, the Toronto hate crime open data: {why}")
        return 2
    print(f"{data.name}: {expected.rows} rows, counted straight from the file")
    checks = Checks()
    _clocks(data, expected.rows, checks)
    try:
        with running_backbone(VAR) as stand:
            imports = Imports(stand, data)
            _import_with_a_kill(imports, expected, checks)
            told = _cases(stand, expected, checks)
            _again(imports, expected, checks, told)
    except (BackboneProblem, TimeoutError, SchakelError) as error:
        print(f"NOT OK {error}")
        return 1
    print(f"{len(checks.failed)} checks failed" if checks.failed else "every check holds")
    return 1 if checks.failed else 0


def _clocks(data: Path, rows: int, checks: Checks) -> None:
    """Under every protocol that promises a term: the very clocks run that the file's rows call for, and those are breached that its times
    break."""
    print("clocks of the list under each protocol with a limit; what happens about a row goes by its number")
    checks.equal(
        "every clock with a limit is counted both ways",
        clocks.uncounted(clocks.protocols_of(ROOT / "protocols")),
        set(),
    )
    counted = clocks.breaches(data, MAPPING)
    checks.equal("every row of the file is a report", counted.rows, rows)
    for name, expected in counted.expected.items():
        found = counted.found[name]
        checks.equal(f"{name}: {expected}", f"{found}{clocks.apart(found, expected)}", str(expected))
    idle = {name for name, expected in counted.expected.items() if not expected.run and name.endswith("(end)")}
    checks.equal("each of them runs for some row", idle, set())


def _import_with_a_kill(imports: Imports, expected: Counts, checks: Checks) -> None:
    print("import, killed on the way, and the same command again")
    before = imports.killed(int(expected.rows * KILL_AFTER))
    checks.equal(f"kill -9 came in the middle (after {before} answers)", 0 < before < expected.rows, True)
    began = time.monotonic()
    ran = imports.run()
    seconds = time.monotonic() - began
    checks.equal(
        f"the same command goes on and ends well ({seconds:.1f} s)", (ran.code, ran.text if ran.code else ""), (0, "")
    )
    checks.equal("every row of the file is a row of the import", ran.get("rows"), expected.rows)
    checks.equal(
        "what was answered before is not sent again",
        (ran.get("known"), ran.get("sent")),
        (before, expected.rows - before),
    )
    checks.equal("every row is answered, and accepted", imports.answered(), expected.rows)
    checks.equal("no row is left to mend", imports.listing.exists(), False)


def _cases(stand: Running, expected: Counts, checks: Checks) -> int:
    """What stands in the ledger; returns the number of reports there."""
    print("what stands in the ledger, and what the service `cases` counts")
    stand.until(lambda: sum(stand.counts("status").values()) == expected.rows, "each row is a case")
    stand.until(lambda: _opened(stand.ledger()) >= expected.rows, "each case is opened")
    ledger = _settled(stand)
    reports = [entry for entry in ledger if isinstance(entry.event, ReportReceived)]
    checks.equal("none lost, none twice: reports in the ledger", len(reports), expected.rows)
    checks.equal("each report under an id of its own", len({entry.id for entry in reports}), expected.rows)
    cases = _fold(ledger)
    checks.equal("every row is exactly one case", (len(cases), _opened(ledger)), (expected.rows, expected.rows))
    _counts(stand, cases, expected, checks)
    running = [clock for case in cases.values() for clock in case.clocks.values()]
    checks.equal("a contact clock for each row aimed at a person", len(running), expected.persons)
    late = [
        case.id for case in cases.values() for clock in case.clocks.values() if clock.started_at != case.reported_at
    ]
    checks.equal("clocks start when the report was made, not when it was imported", late, [])
    checks.equal("a measured clock breaches never", sum(clock.breached for clock in running), 0)
    gone = [entry for entry in ledger if isinstance(entry.event, ReferralReleased | ReferralDelivered)]
    checks.equal("nothing is passed on without consent", len(gone), 0)
    checks.equal("no reference of the list can be read on a topic", _readable(stand, expected), set())
    return len(reports)


def _opened(ledger: list[Entry]) -> int:
    return sum(isinstance(entry.event, CaseOpened) for entry in ledger)


def _settled(stand: Running) -> list[Entry]:
    """The ledger once nothing but watermarks is added any more."""
    before = -1

    def quiet() -> list[Entry]:
        nonlocal before
        ledger = [entry for entry in stand.ledger() if entry.envelope.case]
        same, before = len(ledger) == before, len(ledger)
        return ledger if same else []

    return stand.until(quiet, "the services have concluded all they have to")


def _fold(ledger: list[Entry]) -> dict[str, State]:
    histories: dict[str, list[Entry]] = {}
    for entry in ledger:
        histories.setdefault(entry.envelope.case or "", []).append(entry)
    return {case_id: fold(case_id, entries) for case_id, entries in histories.items()}


def _counts(stand: Running, cases: Mapping[str, State], expected: Counts, checks: Checks) -> None:
    facts = [case.facts for case in cases.values()]
    grounds = Counter(ground for fact in facts for ground in {motive["ground"] for motive in fact["grounds"]})
    checks.equal("counts by ground, in the ledger", grounds, expected.grounds)
    checks.equal("counts by ground, in the service", stand.counts("grounds"), expected.grounds)
    checks.equal("counts by nature", stand.counts("natures"), expected.natures)
    checks.equal("counts by kind of place", stand.counts("place_type"), expected.places)
    districts = Counter(fact["place"]["district"] or "-" for fact in facts)
    checks.equal("counts by district", districts, expected.districts)
    checks.equal("counts by day", Counter(str(fact["occurrence"]["first_day"]) for fact in facts), expected.days)


def _readable(stand: Running, expected: Counts) -> set[str]:
    """References of the list that stand readable in a record."""
    found: set[str] = set()
    for topic in (LEDGER, f"schakel.in.{PARTNER}", f"schakel.out.{PARTNER}"):
        for raw in stand.records(topic):
            text = b" ".join((raw.value or b"", raw.key or b"", *(value for _, value in raw.headers))).decode("latin-1")
            found.update(re.findall(r"[A-Za-z0-9][A-Za-z0-9-]{5,}", text))
    return found & expected.references


def _again(imports: Imports, expected: Counts, checks: Checks, told: int) -> None:
    print("the same list again, and with a changed row")
    again = imports.run()
    checks.equal("again: nothing is sent", (again.code, again.get("known"), again.get("sent")), (0, expected.rows, 0))
    resent = imports.run("--resend")
    checks.equal("sent again: each stays the case it is", (resent.code, resent.get("resubmitted")), (0, expected.rows))
    changed = _changed(imports.data, imports.stand.var_dir / "changed.csv")
    ran = imports.run(data=changed)
    checks.equal("a changed row is not sent", (ran.code, ran.get("errors"), ran.get("sent")), (1, 1, 0))
    checks.equal("and is named", [(line["row"], line["code"]) for line in imports.lines()], [("2", "event.changed")])
    imports.journal.rename(imports.journal.with_suffix(".away"))
    ran = imports.run(data=changed)
    checks.equal("without the journal the backbone refuses it", (ran.code, ran.get("refused")), (1, 1))
    checks.equal("and answers all others", ran.get("accepted"), expected.rows - 1)
    checks.equal("and it is named", [line["row"] for line in imports.lines()], ["2"])
    reports = sum(isinstance(entry.event, ReportReceived) for entry in imports.stand.ledger())
    checks.equal("all that added nothing to the ledger", reports, told)


def _changed(data: Path, to: Path) -> Path:
    """The list with another district in its first row."""
    with data.open(encoding="utf-8-sig", newline="") as file:
        header, first, *rest = csv.reader(file)
    place = header.index("DIVISION")
    first[place] = "D11" if first[place] != "D11" else "D12"
    with to.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, first, *rest])
    return to


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
