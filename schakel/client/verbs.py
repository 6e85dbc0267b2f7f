"""What a partner tells, in the words of the trade; each builds one event and waits for its receipt.

Words of a closed list may be given as text (`purpose="referral"`); a wrong one is answered with the field and what was expected.
Everything else of the catalogue is told with `Partner.tell`.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from schakel import codec
from schakel.client.errors import CannotTell
from schakel.client.inbox import Incoming
from schakel.client.sending import Personal
from schakel.events import Told
from schakel.events.base import SealedField
from schakel.events.consent import ConsentAsked, ConsentGranted, ConsentRefused, ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactAttempted, ContactMade
from schakel.events.referral import ReferralAccepted, ReferralCompleted, ReferralDeclined
from schakel.events.report import ReportFacts, ReportReceived
from schakel.events.vocab import (
    Answer,
    AttemptOutcome,
    Channel,
    ConsentWay,
    DeclineReason,
    GroundBasis,
    InformationTopic,
    Outcome,
    Person,
    Purpose,
    Scope,
    TalkQuestion,
)
from schakel.messages import Receipt, ReferralOffered
from schakel.sealing import Json

Case = str | Receipt | Incoming
"""A case by its id, or by a receipt or message that names it."""
Referral = ReferralOffered | Incoming
Facts = ReportFacts | Mapping[str, Any]
_Told = TypeVar("_Told", bound=Told)


class Verbs:
    """The verbs of `Partner`, over its `tell`. Options of `tell` (`event_id`, `drill`, `actor`, `timeout_s`) may be given to each."""

    @abstractmethod
    def tell(self, event: Told, *, case: str | None = None, personal: Personal | None = None) -> Receipt: ...

    def report(
        self,
        facts: Facts,
        *,
        reported_at: datetime,
        contact_details: Json = None,
        story: Json = None,
        exact_place: Json = None,
        exact_time: Json = None,
        own_reference: Json = None,
        contact_preference: Json = None,
        free_text: Json = None,
        subject: str = "victim",
        others: Personal | None = None,
        consents: Iterable[ConsentTerms | Mapping[str, Any]] = (),
        informed: Iterable[InformationTopic | str] = (),
        label: GroundBasis | str | None = None,
        history: bool = False,
        **options: Any,
    ) -> Receipt:
        """A report as it came in at your door; the receipt names its case.

        What points to a person is given by field and sealed here, about `subject` (a role in the case, never a name);
        others: the same about more people. consents: granted at the door, face to face. reported_at: when the
        reporter was heard or wrote.
        """
        own = {
            SealedField.CONTACT_DETAILS: contact_details,
            SealedField.STORY: story,
            SealedField.EXACT_PLACE: exact_place,
            SealedField.EXACT_TIME: exact_time,
            SealedField.OWN_REFERENCE: own_reference,
            SealedField.CONTACT_PREFERENCE: contact_preference,
            SealedField.FREE_TEXT: free_text,
        }
        given = {name: value for name, value in own.items() if value is not None}
        event = made(
            ReportReceived,
            reported_at=reported_at,
            facts=facts,
            consents=tuple(consents),
            informed=tuple(informed),
            label=label,
            history=history,
        )
        if given and subject in (others or {}):
            raise CannotTell(f"{subject!r} stands in 'others' too; give all that is about one person in one place")
        personal: Personal = {**(others or {}), **({subject: given} if given else {})}
        return self.tell(event, personal=personal, **options)

    # --- consent -----------------------------------------------------------------------------------------------------------

    def ask(
        self,
        case: Case,
        *,
        recipient: str,
        purpose: Purpose | str,
        scopes: Iterable[Scope | str],
        needed: str | None = None,
        explained: Iterable[InformationTopic | str] = (),
        **options: Any,
    ) -> Receipt:
        """You asked the person. needed: the id in the question that came from the backbone. The answer is `grant` or `refuse`."""
        terms = {"recipient": recipient, "purpose": purpose, "scopes": tuple(scopes)}
        event = made(ConsentAsked, terms=terms, needed=needed, explained=tuple(explained))
        return self.tell(event, case=named(case), **options)

    def grant(
        self,
        case: Case,
        *,
        recipient: str,
        purpose: Purpose | str,
        scopes: Iterable[Scope | str],
        until: datetime | None = None,
        given_by: Person | str = Person.VICTIM,
        way: ConsentWay | str = ConsentWay.SPOKEN,
        text_version: str | None = None,
        asked: str | None = None,
        supersedes: str | None = None,
        **options: Any,
    ) -> Receipt:
        """She said yes, to this recipient, purpose and data. After a no it counts only when `supersedes` names that event."""
        terms = {
            "recipient": recipient,
            "purpose": purpose,
            "scopes": tuple(scopes),
            "until": until,
            "given_by": given_by,
            "way": way,
            "text_version": text_version,
        }
        return self.tell(
            made(ConsentGranted, terms=terms, asked=asked, supersedes=supersedes), case=named(case), **options
        )

    def refuse(
        self,
        case: Case,
        *,
        recipient: str,
        purpose: Purpose | str,
        scopes: Iterable[Scope | str] = (),
        refused_by: Person | str = Person.VICTIM,
        asked: str | None = None,
        **options: Any,
    ) -> Receipt:
        """She said no. No scopes: to everything."""
        event = made(
            ConsentRefused,
            recipient=recipient,
            purpose=purpose,
            scopes=tuple(scopes),
            refused_by=refused_by,
            asked=asked,
        )
        return self.tell(event, case=named(case), **options)

    def withdraw(
        self,
        case: Case,
        *,
        recipient: str | None = None,
        purpose: Purpose | str | None = None,
        withdrawn_by: Person | str = Person.VICTIM,
        **options: Any,
    ) -> Receipt:
        """From here on, no more; without recipient or purpose: for all of them. The receipt's position is where it counts."""
        event = made(ConsentWithdrawn, recipient=recipient, purpose=purpose, withdrawn_by=withdrawn_by)
        return self.tell(event, case=named(case), **options)

    # --- referrals ---------------------------------------------------------------------------------------------------------

    def accept(self, referral: Referral, **options: Any) -> Receipt:
        """You take the person up."""
        offered = _offered(referral)
        return self.tell(made(ReferralAccepted, referral=offered.referral), case=offered.case, **options)

    def decline(self, referral: Referral, reason: DeclineReason | str, **options: Any) -> Receipt:
        """You do not; the coordinator looks for somebody else."""
        offered = _offered(referral)
        return self.tell(made(ReferralDeclined, referral=offered.referral, reason=reason), case=offered.case, **options)

    def complete(self, referral: Referral, helped: Outcome | str = Outcome.UNKNOWN, **options: Any) -> Receipt:
        """What was asked of you is done."""
        offered = _offered(referral)
        return self.tell(
            made(ReferralCompleted, referral=offered.referral, helped=helped), case=offered.case, **options
        )

    # --- contact -----------------------------------------------------------------------------------------------------------

    def contact_made(
        self,
        case: Case,
        *,
        whom: Person | str,
        at: datetime,
        channel: Channel | str,
        listening_ear: bool = False,
        answered: Iterable[TalkQuestion | str] = (),
        wants_call: Answer | str = Answer.UNKNOWN,
        **options: Any,
    ) -> Receipt:
        """You spoke with the person. at: when it was, not when you write it down.

        answered: which questions of yours got an answer (the answers themselves go in `personal`). wants_call: may she be called again?
        """
        event = made(
            ContactMade,
            whom=whom,
            at=at,
            channel=channel,
            listening_ear=listening_ear,
            answered=tuple(answered),
            wants_call=wants_call,
        )
        return self.tell(event, case=named(case), **options)

    def contact_attempted(
        self,
        case: Case,
        *,
        whom: Person | str,
        at: datetime,
        channel: Channel | str,
        outcome: AttemptOutcome | str,
        **options: Any,
    ) -> Receipt:
        """You tried. Leaving details is an attempt, never a contact."""
        return self.tell(
            made(ContactAttempted, whom=whom, at=at, channel=channel, outcome=outcome), case=named(case), **options
        )


def made(model: type[_Told], **members: Any) -> _Told:
    """One event of these members. Raises CannotTell, or what `codec.validate` raises, with the field and what was expected."""
    event = codec.validate(model, members)
    assert isinstance(event, model)
    return event


def named(case: Case) -> str:
    """The id of a case. Raises CannotTell where there is none."""
    found = case if isinstance(case, str) else case.case
    if not found:
        raise CannotTell("the receipt or message names no case; give the case id itself")
    return found


def _offered(referral: Referral) -> ReferralOffered:
    offered = referral.body if isinstance(referral, Incoming) else referral
    if not isinstance(offered, ReferralOffered):
        raise CannotTell(f"found a message of type {getattr(referral, 'type', None)!r}, expected a referral")
    return offered
