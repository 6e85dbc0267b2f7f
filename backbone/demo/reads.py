"""Reading by reference in the month: which partner reads when, and the check that nobody read what was not permitted."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from backbone.demo.consent_walk import Said, Step, listen
from backbone.demo.dice import Dice
from schakel.entry import Entry
from schakel.events.data import DisclosurePermitted, DisclosureRequested
from schakel.events.referral import ReferralProposed
from schakel.events.vocab import Mode, Scope
from schakel.messages import Message, ReferralOffered, ReferralWithdrawn


@dataclass(frozen=True, slots=True)
class Read:
    """One time that a partner asked. request: its id in the ledger when data was given. refused: the reason when it was not."""

    partner: str
    referral: str
    scopes: tuple[str, ...] = ()
    request: str | None = None
    refused: str | None = None


def reads_now(dice: Dice, report: str, partner: str, message: Message) -> str | None:
    """The referral that `partner` looks into because of this message: most that come by name, and now and then one too late."""
    if isinstance(message, ReferralOffered) and message.mode is Mode.BY_NAME:
        return message.referral if dice.happens(0.8, report, partner, message.step, "reads") else None
    if isinstance(message, ReferralWithdrawn):
        return message.referral if dice.happens(0.6, report, partner, "reads too late") else None
    return None


def wrong_reads(case: str, history: Iterable[Entry], given: Mapping[str, Read]) -> list[str]:
    """What is wrong with the reads that were given in this case: without a permit before it, or a consent before the request."""
    said, wrong = Said(), []
    proposed: dict[str, Step] = {}
    asked: dict[str, tuple[DisclosureRequested, Set[str]]] = {}
    permitted: dict[str, set[str]] = {}
    seen: set[str] = set()
    for entry in history:
        if entry.id in seen:
            continue
        seen.add(entry.id)
        event = entry.event
        listen(said, entry)
        if isinstance(event, ReferralProposed):
            proposed[entry.id] = (event.to, event.purpose.value)
        elif isinstance(event, DisclosureRequested):
            asked[entry.id] = (event, _allowed(said, proposed.get(event.referral)))
        elif isinstance(event, DisclosurePermitted) and event.request in asked:
            permitted.setdefault(event.request, set()).update(event.scopes)
    for request, (event, allowed) in asked.items():
        read = given.get(request)
        if read is None:
            continue
        if proposed.get(event.referral, ("", ""))[0] != read.partner or event.by != read.partner:
            wrong.append(f"case {case}: {read.partner} read referral {read.referral}, which is not its own")
        elif not set(read.scopes) <= permitted.get(request, set()):
            wrong.append(f"case {case}: {read.partner} read referral {read.referral} without a permit before it")
        elif not set(read.scopes) <= allowed:
            wrong.append(
                f"case {case}: {read.partner} read referral {read.referral} without her consent before it asked"
            )
    return wrong


def _allowed(said: Said, step: Step | None) -> Set[str]:
    if step is None:
        return set()
    scopes: set[Scope] = said.stands.get(step, set()) | {scope for _, scope in said.bases.get(step, set())}
    return {scope.value for scope in scopes}
