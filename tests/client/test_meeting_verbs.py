"""Minutes that name several incidents: one report each, its own time kept, and nothing twice. No broker needed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from schakel.client import CannotTell, Incident, NotAllRegistered
from schakel.client.errors import Refused
from schakel.client.meeting_verbs import MeetingVerbs
from schakel.errors import Unreadable
from schakel.events import Told
from schakel.events.partners import MinutesRecorded
from schakel.events.report import ReportReceived
from schakel.messages import Position, Receipt, ReceiptStatus, Refusal

HELD = datetime.fromisoformat("2026-03-09T10:00+01:00")
EARLIER = "c0ffee00-0000-4000-8000-00000000beef"
OWN = "0195a0b4-7c00-7000-8000-000000000001"
SMALL: list[dict[str, Any]] = [
    {"identity": "anonymous_heard", "natures": ["scolding"], "occurrence": {"first_day": f"2026-03-0{day}"}}
    for day in (3, 4, 6)
]


class Recorder(MeetingVerbs):
    """Answers as the backbone would: the same id, the same case. `refuses` are places of incidents (from 1) that it does not take."""

    def __init__(self, *refuses: int) -> None:
        self.refuses = set(refuses)
        self.told: list[tuple[Told, dict[str, Any]]] = []
        self.cases: dict[str, str] = {}

    def tell(self, event: Told, **options: Any) -> Receipt:
        about = options["event_id"]
        asked = sum(isinstance(one, ReportReceived) for one, _ in self.told) + 1
        self.told.append((event, options))
        if isinstance(event, ReportReceived) and asked in self.refuses:
            why = Refusal(code="place.unknown_district", remedy="correct it")
            raise Refused(Receipt(about=about, status=ReceiptStatus.REFUSED, refusal=why, in_offset=1))
        case = None
        if isinstance(event, ReportReceived):
            case = self.cases.setdefault(about, f"c0ffee00-0000-4000-8000-{len(self.cases):012d}")
        where = Position(partition=0, offset=1)
        return Receipt(about=about, status=ReceiptStatus.ACCEPTED, case=case, position=where, in_offset=1)

    def events(self, kind: type[Told]) -> list[Any]:
        return [event for event, _ in self.told if isinstance(event, kind)]


def test_a05_each_incident_is_a_report_of_its_own_and_the_minutes_name_them_all() -> None:
    """When it happened is kept; it counts as reported in the meeting. NOT one report for all, NOT another channel."""
    partner = Recorder()
    held = partner.minutes("basisteamoverleg", held_at=HELD, event_id=OWN, incidents=SMALL, cases=[EARLIER])
    assert held.about == OWN
    reports = partner.events(ReportReceived)
    assert [str(one.facts.occurrence.first_day) for one in reports] == ["2026-03-03", "2026-03-04", "2026-03-06"]
    assert {one.reported_at for one in reports} == {HELD}
    assert {one.facts.channel for one in reports} == {"team_meeting"}
    (minutes,) = partner.events(MinutesRecorded)
    assert minutes.cases == (EARLIER, *partner.cases.values())
    assert (str(minutes.held_on), minutes.consultation) == ("2026-03-09", "basisteamoverleg")
    assert isinstance(partner.told[-1][0], MinutesRecorded), "the reports first: the minutes name their cases"


def test_told_again_nothing_is_registered_twice() -> None:
    """A crash in between: the same id gives the same reports, whatever of them the backbone has already."""
    partner = Recorder()
    for _ in range(2):
        partner.minutes("basisteamoverleg", held_at=HELD, event_id=OWN, incidents=SMALL)
    assert len(partner.cases) == 3
    first, second = partner.told[:4], partner.told[4:]
    assert first == second
    assert len({options["event_id"] for _, options in first}) == 4
    assert all(str(UUID(options["event_id"])) == options["event_id"] for _, options in first)


def test_one_that_is_refused_is_named_and_the_others_are_registered() -> None:
    """NOT minutes that leave one out in silence. Corrected and told again, the minutes name all three."""
    partner = Recorder(2)
    with pytest.raises(NotAllRegistered, match=r"1 of 3 incidents .* incident 2: .*place\.unknown_district") as error:
        partner.minutes("basisteamoverleg", held_at=HELD, event_id=OWN, incidents=SMALL)
    assert list(error.value.refused) == [2]
    assert partner.events(MinutesRecorded) == []
    assert len(partner.cases) == 2
    partner.refuses.clear()
    partner.minutes("basisteamoverleg", held_at=HELD, event_id=OWN, incidents=SMALL)
    (minutes,) = partner.events(MinutesRecorded)
    assert len(minutes.cases) == len(partner.cases) == 3


def test_what_is_personal_goes_with_its_own_incident() -> None:
    partner = Recorder()
    told = Incident(SMALL[0], {"victim": {"story": "Een bedacht verhaal."}})
    partner.minutes("basisteamoverleg", held_at=HELD, event_id=OWN, incidents=[told, SMALL[1]])
    assert [options.get("personal") for _, options in partner.told] == [told.personal, {}, None]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"held_at": HELD.replace(tzinfo=None)}, "has no zone"),
        ({"event_id": "bto-10"}, "is no UUID"),
        ({"incidents": [*SMALL, {"identity": "by_nam"}]}, "identity"),
        ({"present": ["Een Naam"]}, "present"),
    ],
)
def test_what_cannot_be_told_is_told_of_nothing(wrong: dict[str, Any], says: str) -> None:
    """NOT half of the meeting registered because its last incident has a wrong word."""
    partner = Recorder()
    said = {"held_at": HELD, "event_id": OWN, "incidents": SMALL} | wrong
    with pytest.raises((CannotTell, Unreadable), match=says):
        partner.minutes("basisteamoverleg", **said)
    assert partner.told == []
