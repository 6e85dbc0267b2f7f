"""Minutes of a meeting, and the incidents that are registered in it: one report each, and then the minutes that name them all.

«meld ik in het eerstvolgende BTO-overleg wat 1x in de week plaatsvindt» [1 §4.2]: small incidents come in late there, several at once.
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from schakel.client.errors import CannotTell, ClientError, Refused
from schakel.client.sending import Personal
from schakel.client.verbs import Case, Facts, made, named
from schakel.events import Told
from schakel.events.partners import MinutesRecorded
from schakel.events.report import ReportFacts, ReportReceived
from schakel.events.vocab import Channel
from schakel.messages import Receipt


@dataclass(frozen=True)
class Incident:
    """One that was named in the meeting. When it happened stands in its facts (`occurrence`). personal: sealed, by person and field."""

    facts: Facts
    personal: Personal = field(default_factory=dict)


class NotAllRegistered(ClientError):
    """Some incidents were refused, and the minutes not told. Told again with the same id, corrected, nothing is registered twice."""

    def __init__(self, refused: dict[int, Refused], registered: int) -> None:
        self.refused = refused
        said = "; ".join(f"incident {number}: {why}" for number, why in refused.items())
        super().__init__(
            f"{len(refused)} of {len(refused) + registered} incidents were refused, and the minutes were not told: {said}"
        )


class MeetingVerbs:
    """The verb of a meeting, over `Partner.tell`."""

    @abstractmethod
    def tell(
        self, event: Told, *, case: str | None = None, personal: Personal | None = None, event_id: str | None = None
    ) -> Receipt: ...

    def minutes(
        self,
        consultation: str,
        *,
        held_at: datetime,
        event_id: str,
        incidents: Sequence[Incident | Facts] = (),
        cases: Iterable[Case] = (),
        settled: Iterable[Case] = (),
        items: Iterable[str] = (),
        present: Iterable[str] = (),
        agreed_by: Iterable[str] = (),
        chain: str | None = None,
        **options: Any,
    ) -> Receipt:
        """The meeting was held; its receipt. Each incident becomes a report of its own, by the channel `team_meeting`, and the minutes name
        its case.

        held_at: with a zone; what is registered there counts as reported then, and its clocks start then, whenever it happened.
        chain: in which it was held, where more than one of yours keeps a consultation of this name.
        event_id: a UUID of your own for these minutes. The reports have ids made of it, by their place in the list: told again with it, in
        the same order, everything gets the answer that it had. Raises NotAllRegistered, CannotTell, and what `tell` raises.
        """
        if held_at.tzinfo is None:
            raise CannotTell(f"held_at {held_at.isoformat()} has no zone; expected one such as 2026-03-02T10:00+01:00")
        try:
            own = UUID(event_id)
        except ValueError:
            raise CannotTell(
                f"the id {event_id[:40]!r} is no UUID; make one with new_event_id(), and keep it"
            ) from None
        told = [one if isinstance(one, Incident) else Incident(one) for one in incidents]
        reports = [made(ReportReceived, reported_at=held_at, facts=_in_a_meeting(one.facts)) for one in told]
        minutes = made(
            MinutesRecorded,
            consultation=consultation,
            held_on=held_at.date(),
            present=tuple(present),
            cases=tuple(named(case) for case in cases),
            items=tuple(items),
            settled=tuple(named(case) for case in settled),
            agreed_by=tuple(agreed_by),
            chain=chain,
        )
        registered: list[str] = []
        refused: dict[int, Refused] = {}
        for number, (one, report) in enumerate(zip(told, reports, strict=True), start=1):
            try:
                receipt = self.tell(report, personal=one.personal, event_id=str(uuid5(own, str(number))), **options)
            except Refused as why:
                refused[number] = why
            else:
                registered.append(named(receipt))
        if refused:
            raise NotAllRegistered(refused, len(registered))
        return self.tell(
            minutes.model_copy(update={"cases": (*minutes.cases, *registered)}), event_id=event_id, **options
        )


def _in_a_meeting(facts: Facts) -> Facts:
    if isinstance(facts, ReportFacts):
        return facts.model_copy(update={"channel": Channel.TEAM_MEETING})
    return {**facts, "channel": Channel.TEAM_MEETING}
