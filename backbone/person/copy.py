"""What a copy says of one case, as plain values: for the JSON as it is, for the page to be put into words. Pure, but for reading steps."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from backbone.keys import Opener
from backbone.person.gather import Gathered, Opened, Step
from backbone.person.whose import VICTIM, is_her_contact, is_hers, is_of_his_health, is_theirs, without_others
from schakel.case import facts_to_tell
from schakel.case_knows import HerCopy, who_knows
from schakel.case_marks import Action
from schakel.case_state import Clock, Contact, Effect, Link, Referral, State
from schakel.events.data import AccessGiven
from schakel.events.report import ReportFacts

COUNTS_NOT = (Effect.OVERTAKEN, Effect.NOT_UNDERSTOOD, Effect.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Shown:
    """One step as it may be shown. `step` is None where it is about somebody else; says: whether its readable fields may be shown."""

    step: Step | None
    says: bool = True


@dataclass(slots=True)
class CaseCopy:
    """One case in the copy of `subject`. link: why it is in there, null for the case that the copy was asked for in."""

    gathered: Gathered
    opener: Opener
    subject: str
    link: Link | None = None

    @property
    def state(self) -> State:
        return self.gathered.state

    @property
    def whole(self) -> bool:
        """Whether the case is about her; the copy of somebody else holds only what names him."""
        return self.subject == VICTIM

    @property
    def others(self) -> list[str]:
        """Who else is in the case, by role."""
        return [handle for handle in self.gathered.people if handle != self.subject]

    def known(self) -> HerCopy | None:
        """Who knows what of her; None in the copy of somebody else."""
        return who_knows(self.state, self.gathered.reads) if self.whole else None

    def report(self) -> ReportFacts | None:
        """The facts of the report, corrections applied, without what she refused to have called so."""
        return facts_to_tell(self.state) if self.whole and self.state.facts else None

    def referrals(self) -> list[Referral]:
        return list(self.state.referrals.values()) if self.whole else []

    def actions(self) -> list[Action]:
        return list(self.state.actions.values()) if self.whole else []

    def clocks(self) -> list[Clock]:
        return list(self.state.clocks.values()) if self.whole else []

    def contacts(self) -> list[Contact]:
        return [one for one in self.state.contacts if self.whole and is_her_contact(one.whom)]

    def steps(self) -> Iterator[Shown]:
        """Every step in the order of the ledger.

        Where the case is hers, what is about somebody else is shown as that and no more. In the copy of somebody else nothing is
        said of what is not about him, and of what was told with something of his only that.
        """
        for step in self.gathered.steps(self.opener, self.subject):
            event = step.entry.event
            if self.whole and is_of_his_health(event):
                yield Shown(step if step.opened else None, says=False)
            elif self.whole:
                yield Shown(step if is_hers(event) or step.opened else None)
            elif is_theirs(event, self.subject, self.gathered.people):
                yield Shown(step)
            elif step.opened:
                yield Shown(step, says=False)

    def own_words(self) -> Iterator[tuple[Step, Opened]]:
        """Every sealed field of hers, as it was told, in order."""
        for step in self.gathered.steps(self.opener, self.subject):
            for opened in step.opened:
                yield step, opened


def summary(case: CaseCopy) -> dict[str, Any]:
    """All but the single steps."""
    state, known, report = case.state, case.known(), case.report()
    said: dict[str, Any] = {
        "case": state.id,
        "linked_because": _plain(case.link) if case.link else None,
        "complete_up_to": state.time.isoformat() if state.time else None,
        "drill": state.drill,
        "other_people": case.others,
        "not_understood": [
            {"partition": unread.partition, "offset": unread.offset, "why": unread.problem.code}
            for unread in case.gathered.unread
        ],
    }
    if known is None:
        return said
    return said | {
        "reported_at": state.reported_at.isoformat() if state.reported_at else None,
        "told_at": state.door,
        "chain": state.chain,
        "protocols": state.protocols,
        "closed": state.closed is not None,
        "facts": report.model_dump(mode="json") if report else None,
        "who_knows": [asdict(one) for one in known.knows],
        "agreed": [asdict(one) for one in known.agreed],
        "refused_or_withdrawn": [asdict(one) for one in known.noes],
        "asked": [asdict(one) for one in known.asked],
        "other_side_asked": [asdict(one) for one in known.other_side],
        "waits": [asdict(one) for one in known.waits],
        "linked_cases": [asdict(one) for one in known.links],
        "referrals": [_plain(one) for one in case.referrals()],
        "contacts": [_plain(one) for one in case.contacts()],
        "actions": [_plain(one) for one in case.actions()],
        "clocks": [_plain(one) for one in case.clocks()],
        "explained": state.explained,
    }


def step_as_told(shown: Shown) -> dict[str, Any]:
    """One step: when, who, what, what it did; readable fields as they stand, of sealed ones hers opened, of others' only whose."""
    step = shown.step
    if step is None:
        return {"about_somebody_else": True}
    entry, event = step.entry, step.entry.event
    says = event.model_dump(mode="json", exclude={"sealed", "premises"}) if shown.says else None
    left_out = without_others(says) if says else is_of_his_health(event)
    also_of_others = {"also_about_somebody_else": True} if left_out else {}
    return {
        "id": entry.id,
        "type": entry.envelope.type,
        "logged_at": entry.envelope.logged_at.isoformat(),
        "stored_at": stored_at(step).isoformat(),
        "by": teller(step),
        "effect": step.effect.value,
        "position": {"partition": entry.partition, "offset": entry.offset},
        "says": says,
        "hers": {one.field.value: one.value for one in step.opened if one.gone is None},
        "gone": {one.field.value: one.gone for one in step.opened if one.gone is not None},
    } | also_of_others


def teller(step: Step) -> str:
    """The partner that told it, or the service that concluded or saw it."""
    return step.entry.author or step.entry.envelope.source.removeprefix("urn:schakel:")


def stored_at(step: Step) -> datetime:
    """When the broker wrote it down, by its own clock."""
    return datetime.fromtimestamp(step.stored_ms / 1000, UTC)


def copies_given(case: CaseCopy) -> Iterator[tuple[datetime, AccessGiven]]:
    """When a copy like this one was made, and why; this one among them."""
    for shown in case.steps():
        if shown.step and isinstance(shown.step.entry.event, AccessGiven) and shown.step.effect not in COUNTS_NOT:
            yield stored_at(shown.step), shown.step.entry.event


def names_of(partners: Mapping[str, Any]) -> dict[str, str]:
    """What people call each partner, by its id."""
    return {partner_id: partner.name for partner_id, partner in partners.items()}


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain
