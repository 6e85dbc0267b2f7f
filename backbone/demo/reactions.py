"""How partners, and the people they ask, answer what reaches them: a question, a referral. Pure, and drawn from the same seed.

A reminder, an information or a withdrawn referral is read and needs no answer here.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backbone.demo.acts import STEP, Act, Person
from backbone.demo.dice import Dice
from backbone.demo.story import office
from schakel.events import Told, vocab
from schakel.events.case import ThreadClosed
from schakel.events.consent import ConsentAsked, ConsentGranted, ConsentRefused, ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactAttempted, ContactMade, ContactPreferenceSet, InformationGiven, NeedsRecorded
from schakel.events.referral import ReferralAccepted, ReferralCompleted, ReferralDeclined
from schakel.events.vocab import (
    AttemptOutcome,
    Channel,
    CloseReason,
    DeclineReason,
    InformationTopic,
    Mode,
    Need,
    Outcome,
    Scope,
)
from schakel.messages import ConsentQuestion, Message, ReferralOffered

NAMING = (Scope.CONTACT_DETAILS, Scope.STORY)


def react(dice: Dice, person: Person, partner: str, message: Message, now: datetime) -> Iterator[Act]:
    """What `partner` will tell because `message` reached it at `now`: later, each at least one step after the one before."""
    if isinstance(message, ConsentQuestion):
        yield from _ask_her(_Desk(dice, person, partner, now), message)
    elif isinstance(message, ReferralOffered):
        yield from _take_it_up(_Desk(dice, person, partner, now, message.referral), message)


class _Desk:
    """A partner at work on one message; `after` moves its time on and `tell` says something at it."""

    def __init__(self, dice: Dice, person: Person, partner: str, now: datetime, referral: str | None = None) -> None:
        self.dice, self.person, self.partner, self.now, self.referral = dice, person, partner, now, referral
        self._since = now.isoformat()

    def after(self, low_h: float, high_h: float, *about: object, in_office: bool = True) -> datetime:
        later = self.now + max(self.dice.hours(low_h, high_h, self.person.report, self.partner, *about), STEP)
        self.now = office(later) if in_office else later
        return self.now

    def happens(self, chance: float, *about: object) -> bool:
        return self.dice.happens(chance, self.person.report, self.partner, *about)

    def tell(self, event: Told, *about: object) -> Act:
        event_id = self.dice.event_id(self.person.report, self.partner, self._since, *about)
        return Act(self.now, self.partner, self.person.report, event_id, event, referral=self.referral)


def _ask_her(desk: _Desk, question: ConsentQuestion) -> Iterator[Act]:
    """Asked face to face; yes, no, no answer, or the desk forgets to ask: four different things."""
    terms = question.terms
    about = (terms.recipient, terms.purpose)
    if desk.happens(0.05, *about, "forgotten"):
        return
    desk.after(1, 26, *about, "asking", in_office=not desk.partner.startswith("politie"))
    asked = desk.tell(ConsentAsked(terms=terms, needed=question.needed), *about, "asked")
    yield asked
    if desk.happens(0.12, *about, "no answer"):
        return
    desk.after(2, 30, *about, "answer", in_office=False)
    if desk.happens(desk.person.willing, *about, "yes"):
        yield from _she_says_yes(desk, terms, asked)
    else:
        yield desk.tell(_no(desk, terms, asked), *about, "refused")


def _she_says_yes(desk: _Desk, terms: ConsentTerms, asked: Act) -> Iterator[Act]:
    about = (terms.recipient, terms.purpose)
    scopes = terms.scopes
    if Scope.STORY in scopes and len(scopes) > 1 and desk.happens(0.2, *about, "not the story"):
        scopes = tuple(scope for scope in scopes if scope is not Scope.STORY)
    given = terms.model_copy(update={"scopes": scopes})
    yield desk.tell(ConsentGranted(terms=given, asked=asked.id), *about, "granted")
    if not desk.happens(0.08, *about, "withdrawn"):
        return
    desk.after(24, 200, *about, "withdrawn", in_office=False)
    withdrawal = desk.tell(ConsentWithdrawn(recipient=terms.recipient, purpose=terms.purpose), *about, "withdrawn")
    yield withdrawal
    if desk.happens(0.4, *about, "yes after all"):
        desk.after(24, 90, *about, "yes after all")
        yield desk.tell(ConsentGranted(terms=given, supersedes=withdrawal.id), *about, "yes after all")


def _no(desk: _Desk, terms: ConsentTerms, asked: Act) -> ConsentRefused:
    """In Groningen the name is refused, not the forwarding; some want nothing at all."""
    names_only = desk.person.chain == "groningen" and desk.happens(0.8, terms.recipient, "only the name")
    return ConsentRefused(
        recipient=terms.recipient, purpose=terms.purpose, scopes=NAMING if names_only else (), asked=asked.id
    )


def _take_it_up(desk: _Desk, offer: ReferralOffered) -> Iterator[Act]:
    if desk.happens(0.05, offer.step, "overlooked"):
        return
    desk.after(1, 40, offer.step, "taking up")
    if desk.happens(0.07, offer.step, "declined"):
        reason = desk.dice.pick(
            {DeclineReason.NO_CAPACITY: 40, DeclineReason.NOT_OURS: 35, DeclineReason.ALREADY_KNOWN: 25},
            desk.person.report,
            desk.partner,
            "why declined",
        )
        yield desk.tell(ReferralDeclined(referral=offer.referral, reason=reason), offer.step, "declined")
        return
    yield desk.tell(ReferralAccepted(referral=offer.referral), offer.step, "accepted")
    if offer.mode is Mode.STRIPPED:
        desk.after(20, 200, offer.step, "registered")
        yield desk.tell(ThreadClosed(reason=CloseReason.FOR_INFORMATION_ONLY), offer.step, "registered")
        return
    yield from _call_her(desk, offer)


def _call_her(desk: _Desk, offer: ReferralOffered) -> Iterator[Act]:
    """Try, reach, hear what is needed, help, end one's own follow-up."""
    if desk.happens(0.3, offer.step, "tried first"):
        at = desk.after(2, 40, offer.step, "tried first")
        outcome = desk.dice.pick(
            {AttemptOutcome.NO_ANSWER: 55, AttemptOutcome.LEFT_DETAILS: 45}, desk.person.report, desk.partner, "outcome"
        )
        tried = ContactAttempted(
            whom=vocab.Person.VICTIM, at=at - timedelta(minutes=15), channel=Channel.TELEPHONE, outcome=outcome
        )
        yield desk.tell(tried, offer.step, "tried first")
    at = desk.after(3, 90, offer.step, "calling")
    if desk.happens(0.08, offer.step, "never reached"):
        yield desk.tell(ThreadClosed(reason=CloseReason.NO_CONTACT_POSSIBLE), offer.step, "never reached")
        return
    made = ContactMade(whom=vocab.Person.VICTIM, at=at - timedelta(minutes=25), channel=Channel.TELEPHONE)
    yield desk.tell(made, offer.step, "reached")
    yield from _what_she_may_expect(desk, offer)
    if desk.happens(0.5, offer.step, "needs"):
        desk.after(2, 4, offer.step, "needs")
        yield desk.tell(NeedsRecorded(needs=_needs(desk)), offer.step, "needs")
    desk.after(4 * 24, 24 * 24, offer.step, "done")
    if desk.happens(0.5, offer.step, "completed"):
        helped = desk.dice.pick(
            {Outcome.YES: 60, Outcome.PARTLY: 30, Outcome.UNKNOWN: 10}, desk.person.report, desk.partner, "helped"
        )
        yield desk.tell(ReferralCompleted(referral=offer.referral, helped=helped), offer.step, "completed")
        desk.after(2, 6, offer.step, "ended")
    reason = desk.dice.pick(
        {CloseReason.ENOUGH_HELP: 66, CloseReason.NO_HELP_WANTED: 20, CloseReason.MEANS_EXHAUSTED_REFERRED_ON: 14},
        desk.person.report,
        desk.partner,
        "why ended",
    )
    yield desk.tell(ThreadClosed(reason=reason), offer.step, "ended")


def _what_she_may_expect(desk: _Desk, offer: ReferralOffered) -> Iterator[Act]:
    """At the first talk: in Amsterdam what nobody here can do, in Groningen sometimes how often she hears something."""
    if desk.person.chain == "amsterdam":
        if desk.happens(0.8, offer.step, "cannot do"):
            desk.after(2, 4, offer.step, "cannot do")
            told = InformationGiven(topic=InformationTopic.CANNOT_DO, channel=Channel.TELEPHONE)
            yield desk.tell(told, offer.step, "cannot do")
    elif desk.happens(0.3, offer.step, "agreed rhythm"):
        desk.after(2, 4, offer.step, "agreed rhythm")
        days = desk.dice.pick({7: 40, 14: 60}, desk.person.report, desk.partner, "days")
        yield desk.tell(ContactPreferenceSet(contact_every_days=days), offer.step, "agreed rhythm")


def _needs(desk: _Desk) -> tuple[Need, ...]:
    rolls = desk.dice.rolls(desk.person.report, desk.partner, "needs")
    likely = [Need.BE_HEARD, Need.EMOTIONAL, Need.PRACTICAL, Need.LEGAL, Need.INFORMATION, Need.SAFETY_MEASURES]
    if desk.person.chain == "amsterdam":
        likely.append(Need.NEW_HOME)
    return tuple(rolls.sample(likely, rolls.randint(1, 3)))
