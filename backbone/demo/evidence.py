"""What is left to look at when the month is over: what was sent, what stands on the topics and in the databases. Plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from schakel.case_state import State
from schakel.entry import Entry
from schakel.messages import Receipt, ReferralOffered
from schakel.record import Raw

if TYPE_CHECKING:
    from backbone.demo.reads import Read


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that a partner sent. `id` is null for one without an id that can be read; `expect` is its refusal code."""

    partner: str
    id: str | None
    opens: bool
    expect: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A receipt as it stands on a partner's `out` topic."""

    partner: str
    receipt: Receipt


class Offer(msgspec.Struct, frozen=True):
    """A referral as it stands on a partner's `out` topic."""

    partner: str
    offer: ReferralOffered


@dataclass(slots=True)
class Evidence:
    """Read afresh from Kafka and the databases, after everything has settled.

    ledger: every event, in the order of its partition; records: the same as bytes. in_records: messages on each partner's `in`
    topic. live: by service, by case, what the service's database says. rows: the queryable overview, by case. reads: what partners
    got when they asked to read.
    """

    sent: Sequence[Sent] = ()
    answers: Sequence[Answer] = ()
    offers: Sequence[Offer] = ()
    ledger: Sequence[Entry] = ()
    in_records: Mapping[str, int] = field(default_factory=dict)
    live: Mapping[str, Mapping[str, State]] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    reads: "Sequence[Read]" = ()
    records: Sequence[Raw] = ()

    def histories(self) -> Iterator[tuple[str, list[Entry]]]:
        """Each case with its events, in order."""
        cases: dict[str, list[Entry]] = {}
        for entry in self.ledger:
            if entry.envelope.case:
                cases.setdefault(entry.envelope.case, []).append(entry)
        yield from cases.items()
