"""What is known of a chain itself at a position of the ledger: meetings held, agreements in force, partners' standing, rhythms.

No case and no person is in it: ids of cases that minutes named are all. `schakel.chain` folds events into it; rules read it.
"""

from datetime import date, datetime

import msgspec


class Minutes(msgspec.Struct, omit_defaults=True):
    """A consultation was held, as somebody told it."""

    id: str
    consultation: str
    held_on: date
    by: str
    at: datetime
    present: list[str] = []
    cases: list[str] = []
    items: list[str] = []
    settled: list[str] = []
    agreed_by: list[str] = []


class Signed(msgspec.Struct, omit_defaults=True):
    """An agreement as it was signed, and how it ended. Days are the first and the last on which it holds."""

    id: str
    parties: list[str]
    purposes: list[str]
    valid_from: date
    valid_until: date | None = None
    left: dict[str, date] = {}
    """Parties that left, each with its last day."""

    def party(self, partner: str, day: date) -> bool:
        """Whether this partner is party to it on that day."""
        ends = [end for end in (self.valid_until, self.left.get(partner)) if end is not None]
        return partner in self.parties and self.valid_from <= day and all(day <= end for end in ends)


class TrendAnswer(msgspec.Struct, omit_defaults=True):
    """What a partner does about it; the newest answer of each counts."""

    id: str
    at: datetime
    measures: list[str]
    reason: str | None = None


class Trend(msgspec.Struct, omit_defaults=True):
    """Somebody signalled a hotspot or hot time."""

    id: str
    by: str
    district: str
    to: list[str]
    at: datetime
    municipality: str = ""
    place_type: str = "unknown"
    day_part: str = "unknown"
    weekday: str = "unknown"
    period: str | None = None
    issue: str | None = None
    answer_by: date | None = None
    answers: dict[str, TrendAnswer] = {}
    unanswered: str | None = None
    """The event that says that the last day passed without every answer."""

    @property
    def silent(self) -> tuple[str, ...]:
        """Those it was signalled to that have not answered."""
        return tuple(partner for partner in self.to if partner not in self.answers)


class Released(msgspec.Struct, omit_defaults=True):
    """A decision that an issued overview may leave, and who took it back."""

    id: str
    by: str
    """The partner that told it."""
    function: str
    """The role that decided."""
    period: str
    issue: str
    form: str
    audience: str
    decided_on: date
    at: datetime
    reason: str
    district: str | None = None
    withdrawn: str | None = None
    """The event that took it back."""
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


class ChainState(msgspec.Struct, omit_defaults=True):
    """Everything that a chain's own stream says so far. Built only by `schakel.chain.apply`."""

    name: str
    time: datetime | None = None
    """The highest log time so far."""
    events: int = 0
    minutes: list[Minutes] = []
    agreements: dict[str, Signed] = {}
    suspended: dict[str, str] = {}
    """Partners that may not read or receive, and the event that says so."""
    trends: list[Trend] = []
    releases: list[Released] = []
    due: dict[str, int] = {}
    """`<scheme>@<version>/<rhythm>` -> the number of the newest turn that was announced."""
    announced: dict[str, datetime] = {}
    """`<scheme>/<rhythm>` -> the moment of that turn, whatever the version. A state that an earlier program kept lacks it."""
    missed: dict[str, str] = {}
    """`<scheme>@<version>/<rhythm>/<first day>` of every term that was not kept, and the event that says so."""
    seen: set[str] = set()

    def trend(self, event_id: str) -> Trend | None:
        return next((one for one in self.trends if one.id == event_id), None)


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(ChainState).decode


def dump(state: ChainState) -> str:
    """The snapshot of a chain, as text."""
    return _encode(state).decode()


def load(snapshot: str) -> ChainState:
    """The chain that `dump` wrote. Raises msgspec.DecodeError for anything else."""
    return _decode(snapshot)
