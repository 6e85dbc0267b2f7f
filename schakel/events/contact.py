"""Family *contact*: attempts, contacts, what was said and agreed, complaints, aftercare."""

from datetime import date
from typing import ClassVar

from schakel.events.base import (
    Code,
    Count,
    Derived,
    EventId,
    Language,
    Moment,
    OwnCode,
    PartnerId,
    Reason,
    Told,
    Version,
)
from schakel.events.vocab import (
    ActionType,
    AftercareAnswer,
    AftercareFor,
    Answer,
    AttemptOutcome,
    Channel,
    ComplaintOutcome,
    ContactWish,
    InformationTopic,
    Need,
    Outcome,
    Person,
    PoliceRecord,
    Role,
    TalkQuestion,
)


class ContactAttempted(Told):
    """Somebody tried; leaving details is an attempt, never a contact."""

    TYPE: ClassVar[str] = "contact.attempted"
    whom: Person
    at: Moment
    channel: Channel
    outcome: AttemptOutcome


class ContactMade(Told):
    """Somebody spoke with this person. `at` is when it took place; a clock stops there, however late it is written down."""

    TYPE: ClassVar[str] = "contact.made"
    whom: Person
    at: Moment
    channel: Channel
    listening_ear: bool = False
    answered: tuple[TalkQuestion, ...] = ()
    """Which questions the person answered; what she answered is sealed."""
    wants_call: Answer = Answer.UNKNOWN
    """Whether she wants to be called again; after a no nobody does."""


class ContactPreferenceSet(Told):
    """How she wants to be reached, how often, and by whom; when and in which words is sealed. Each one replaces the wishes before.

    `wishes`, `only_by` and `contact_every_days` go with every referral by name; what is sealed under the scope `contact_preference`.
    """

    TYPE: ClassVar[str] = "contact.preference_set"
    whom: Person = Person.VICTIM
    wishes: tuple[ContactWish, ...] = ()
    only_by: tuple[Role, ...] = ()
    """She is contacted by partners in these roles; empty: by anybody who helps her."""
    contact_every_days: Count | None = None
    """What was agreed with her, not what she hoped for: within so many days of the last word she hears the next (domain-detail A43).

    They end as a limit in days does, not on a day off. 0: it is agreed no longer. None: nothing is said of it, and what was agreed stands.
    A hope that nobody can keep is told as `needs.recorded`, with `contact_rhythm` under `cannot_be_met`."""


class ContactPreferenceTold(Derived):
    """A later preference was told to a partner that knows her already."""

    TYPE: ClassVar[str] = "contact.preference_told"
    OWNER: ClassVar[str] = "consent"
    to: PartnerId
    preference: EventId


class InformationGiven(Told):
    """The person was told this, in this wording and language."""

    TYPE: ClassVar[str] = "information.given"
    topic: InformationTopic
    text_version: Version | None = None
    language: Language = "nl"
    channel: Channel = Channel.OTHER
    whom: Person = Person.VICTIM


class NeedsRecorded(Told):
    """What the person asked for; the partner's own codes are kept beside ours."""

    TYPE: ClassVar[str] = "needs.recorded"
    needs: tuple[Need, ...]
    own_codes: tuple[OwnCode, ...] = ()
    cannot_be_met: tuple[Need, ...] = ()
    """What she hopes for and nobody here can give; it has to be explained to her."""
    wishes: tuple[Role, ...] = ()
    """Who she wants to be brought in touch with."""
    no_wish: tuple[Role, ...] = ()
    """Who she does not want. Whoever stands in neither list was not spoken of: silence is no wish."""


class ActionAgreed(Told):
    """Who does what by when. An action without owner or date is not accepted."""

    TYPE: ClassVar[str] = "action.agreed"
    action: ActionType
    owner: PartnerId
    due_on: date
    wanted_by_person: bool = False


class ActionDone(Told):
    """An agreed action was carried out, and whether it helped."""

    TYPE: ClassVar[str] = "action.done"
    agreed: EventId
    helped: Outcome = Outcome.UNKNOWN


class ComplaintAppointed(Told):
    """An appointment to file a criminal complaint (aangifte)."""

    TYPE: ClassVar[str] = "complaint.appointed"
    appointed_on: date | None = None
    at_home: bool = False


class ComplaintTaken(Told):
    """The police took a criminal complaint (aangifte)."""

    TYPE: ClassVar[str] = "complaint.taken"
    taken_on: date
    record: PoliceRecord = PoliceRecord.COMPLAINT
    supplement: bool = False
    items: tuple[Reason, ...] = ()
    """What it holds, by the codes of the protocol's own list of what such a complaint needs."""


class ComplaintSettled(Told):
    """How the criminal complaint ended."""

    TYPE: ClassVar[str] = "complaint.settled"
    outcome: ComplaintOutcome
    reason: Reason | None = None
    aggravating_circumstance_applied: bool | None = None


class TreatmentComplaint(Told):
    """A complaint about a partner; that partner's case workers do not see it until it is handed in."""

    TYPE: ClassVar[str] = "treatment.complaint"
    about: PartnerId
    handed_in: bool = False


class AftercareAnswered(Told):
    """Whether aftercare was given, agreed or not wanted, for the victim, others involved or the neighbourhood; without anybody's name."""

    TYPE: ClassVar[str] = "aftercare.answered"
    of: AftercareFor
    answer: AftercareAnswer


class AftercareDue(Derived):
    """Time to call again after the closing, and until which day. `kind` is the id of the protocol's aftercare."""

    TYPE: ClassVar[str] = "aftercare.due"
    OWNER: ClassVar[str] = "followup"
    kind: Code
    due_on: date
    responsible: PartnerId
