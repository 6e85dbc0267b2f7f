"""What one sees of the demo: a live line on a terminal, a plain line for each day elsewhere, the summary at the end."""

import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from backbone.demo.acts import Story
from backbone.demo.checks import Finding
from backbone.demo.setting import ZONE
from backbone.demo.summary import Latency, Summary
from backbone.demo.tail import LedgerTail

_WIDTH = 80
_SHOWN = (
    ("reports", "report.received"),
    ("cases", "case.opened"),
    ("proposed", "referral.proposed"),
    ("released", "referral.released"),
    ("delivered", "referral.delivered"),
    ("accepted", "referral.accepted"),
    ("contacts", "contact.made"),
    ("breached", "clock.breached"),
)


class Display(Protocol):
    """Shows how far the month is."""

    def __enter__(self) -> "Display": ...

    def __exit__(self, *_: object) -> None: ...

    def reached(self, moment: datetime) -> None:
        """The month has come to this moment."""
        ...


def display(story: Story, tail: LedgerTail) -> Display:
    """For a terminal or for a log, whichever standard output is."""
    return Lively(story, tail) if sys.stdout.isatty() else Plain(story, tail)


class Plain:
    """A line a day."""

    def __init__(self, story: Story, tail: LedgerTail) -> None:
        self._story, self._tail = story, tail
        self._day = -1

    def __enter__(self) -> "Plain":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def reached(self, moment: datetime) -> None:
        day = (moment - self._story.start).days
        if day != self._day:
            self._day = day
            counts = ", ".join(f"{self._tail.counts[kind]} {name}" for name, kind in _SHOWN[:1] + _SHOWN[4:6])
            say(f"{moment.astimezone(ZONE):%d %B}: {counts}, {self._tail.events} events")


class Lively:
    """A bar and the counts, kept in place."""

    def __init__(self, story: Story, tail: LedgerTail) -> None:
        self._story, self._tail = story, tail
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=None), TaskProgressColumn(), expand=True
        )
        self._task = self._bar.add_task("", total=(story.end - story.start).total_seconds())
        self._live = Live(self._picture(story.start), refresh_per_second=8, transient=True)
        self._drawn_at = 0.0

    def __enter__(self) -> "Lively":
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.__exit__(None, None, None)

    def reached(self, moment: datetime) -> None:
        done = (moment - self._story.start).total_seconds()
        self._bar.update(self._task, completed=done, description=f"{moment.astimezone(ZONE):%a %d %B %H:%M}")
        if time.monotonic() - self._drawn_at > 0.1:
            self._drawn_at = time.monotonic()
            self._live.update(self._picture(moment))

    def _picture(self, moment: datetime) -> Group:
        counts = Table.grid(padding=(0, 3))
        for row in (_SHOWN[:4], _SHOWN[4:]):
            counts.add_row(*(Text(f"{name} {self._tail.counts[kind]:,}") for name, kind in row))
        return Group(self._bar, counts, Text(f"{self._tail.events:,} events in the ledger", style="dim"))


def say(sentence: str) -> None:
    """One line, at once."""
    Console(highlight=False, markup=False, soft_wrap=True).print(sentence)
    sys.stdout.flush()


def show_summary(summary: Summary, findings: Sequence[Finding]) -> None:
    """The numbers and, where they were made, the checks."""
    rows = Table(box=None, show_header=False, pad_edge=False, show_edge=False)
    rows.add_column(min_width=22)
    rows.add_column(overflow="fold")
    for name, text in _lines(summary):
        rows.add_row(name, text)
    out = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _WIDTH)
    out.print()
    out.print(rows)
    for found in findings:
        out.print(f"{'ok  ' if found.holds else 'FAIL'} {found.sentence()}")
    sys.stdout.flush()


def _lines(summary: Summary) -> Iterator[tuple[str, str]]:
    chains = ", ".join(f"{chain} {number}" for chain, number in summary.cases.items())
    yield "reports", f"{summary.reports} ({summary.drills} of them a drill)"
    yield "cases", f"{sum(summary.cases.values())} ({chains}); closed {summary.closed}"
    yield "referrals", _words(summary.referrals)
    yield "consent", _words(summary.consent)
    yield "read by reference", _words(summary.reads)
    limited = {name: number for name, number in summary.clocks.items() if name not in ("measured", "reminded")}
    yield "clocks with a limit", f"{_words(limited)}; reminders {summary.clocks['reminded']}"
    yield "clocks that measure", f"{summary.clocks['measured']} (no term was promised, none can be breached)"
    yield "ledger", f"{summary.ledger_events:,} events after {summary.messages:,} messages from partners"
    yield "refused", _words(summary.refusals)
    yield "report to receipt", _latency(summary.report_to_receipt)
    yield "report to delivery", f"{_latency(summary.report_to_delivery)} (consent was in the report)"
    yield "time taken", ", ".join(f"{name} {seconds:.1f} s" for name, seconds in summary.seconds.items())


def _words(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in numbers.items()) or "none"


def _latency(found: Latency | None) -> str:
    if found is None or found.p50_ms is None:
        return "none"
    return f"p50 {found.p50_ms:,.0f} ms, p99 {found.p99_ms:,.0f} ms of {found.count}"
