"""Random walks through a case: partners tell, three services read and append whenever they please, and the model judges each record.

A walk is drawn from its number alone, so that a failure is repeated with `walk(number)`. Written by hand rather than with Hypothesis:
a hundred thousand steps have to fit into a minute, and a step here costs what its services do.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from backbone.chains import Chains
from schakel.case import apply
from schakel.case_state import Effect, Grant, State
from schakel.entry import Entry
from schakel.events import Told
from schakel.events.chain import WatermarkPassed
from schakel.events.consent import (
    BasisInvoked,
    ConsentAsked,
    ConsentGranted,
    ConsentRefused,
    ConsentTerms,
    ConsentWithdrawn,
)
from schakel.events.data import StatementRetracted
from schakel.events.referral import (
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralRequested,
)
from tests.properties.gate_judge import Judge
from tests.support import telling
from tests.support.casebook import SERVICES, World, repository
from tests.support.telling import ADV, CITY, COC, COC_GRONINGEN, DMG, GRONINGEN, HELP, POLICE, Ask, Tell

WIDE = ("contact_details", "story")
SCOPES = (WIDE, WIDE, WIDE, ("contact_details",), ("story",), ("case_facts",), (), (*WIDE, "label"), ("label",))
GIVERS = ("victim",) * 7 + ("representative", "professional", "bystander")
MOODS = {
    "help": ("referral",) * 9 + ("aftercare",),
    "talk": ("mediation",) * 9 + ("referral",),
    "all": ("referral",) * 4 + ("mediation", "publication", "aftercare", "later_research", "audit"),
}
"""What a walk is about, mostly: few enough things that words meet."""


class Fault(AssertionError):
    """Something that the model forbids."""


@cache
def _chains() -> tuple[Chains, Chains]:
    """The repository's, and the same in a mood to doubt professionals too."""
    known, _ = repository()
    strict = {}
    for chain in known:
        consent = chain.consent.model_copy(update={"provisional_on_a_professionals_word": True})
        strict[chain.name] = replace(chain, file=chain.file.model_copy(update={"consent": consent}))
    return known, replace(known, by_name=strict)


class Walk(World):
    """A world that is judged record by record."""

    def __init__(self, number: int) -> None:
        self.dice = random.Random(f"gate {number}")
        super().__init__(chains=self.dice.choice(_chains()))
        self.number, self.steps = number, 0
        self.judge_of, self.truth, self.effects = Judge(), State(id=self.id), list[Effect]()
        self.amsterdam = self.dice.random() < 0.5
        self.mood = self.dice.choice(("help", "help", "talk", "all"))
        everybody = (HELP, CITY, ADV, COC) if self.amsterdam else (DMG, DMG, HELP, COC_GRONINGEN)
        self.receivers = self.dice.sample(everybody, 1 if self.mood == "talk" else self.dice.choice((1, 2, 4)))
        self.partners = (*sorted(set(everybody)), POLICE if self.amsterdam else GRONINGEN)

    # -- every record is judged at its position ------------------------------------------------------------------------

    def _append(self, entry: Entry) -> Entry:
        entry = Entry(entry.envelope, entry.event, 0, len(self.ledger))
        self.ledger.append(entry)
        if isinstance(entry.event, WatermarkPassed):
            self.effects.append(Effect.RECORDED)
            return entry
        effect = apply(self.truth, entry)
        self.effects.append(effect)
        if effect is not Effect.DUPLICATE:
            for wrong in self.judge_of.hear(entry, effective=effect is Effect.EFFECTIVE):
                self.fail(wrong)
        return entry

    def judge(self) -> None:
        """At rest: nobody has anything to add, what waits has to wait, and what goes on may."""
        for name in SERVICES:
            if wanted := list(self.seats[name].rules.decide(self.truth, self.seats[name].now)):
                self.fail(f"at rest, yet {name} wants {[event.TYPE for event in wanted]}")
        for wrong in self.judge_of.at_rest(self.truth):
            self.fail(wrong)

    def fail(self, what: str) -> None:
        lines = [
            f"{entry.offset:>3} {entry.envelope.logged_at:%H:%M} {entry.envelope.type} {effect} {entry.author}"
            f" {entry.event.model_dump(mode='json', exclude={'sealed', 'facts', 'premises'}, exclude_defaults=True)}"
            for entry, effect in zip(self.ledger, self.effects, strict=False)
        ]
        raise Fault("\n".join([f"walk {self.number}, step {self.steps}: {what}", *lines]))

    # -- a step --------------------------------------------------------------------------------------------------------

    def take(self, steps: int) -> int:
        """A report, so many steps, and rest; how many steps it was."""
        self.tell(self._report())
        if self.dice.random() < 0.7:
            self.rest()
        while self.steps < steps:
            self.steps += 1
            self._step()
        self.rest()
        self.judge()
        return self.steps

    def _step(self) -> None:
        luck, name = self.dice.random(), self.dice.choice(SERVICES + ("consent",) * 3)
        if luck < 0.40:
            self.tell(self._word())
        elif luck < 0.66:
            self.read(name, self.dice.choice((None, None, 1, 2, 4)))
        elif luck < 0.90:
            self.land(name, self.dice.choice((None, None, 1, 2)))
        elif luck < 0.915:
            self.repeat(self.dice.randrange(10_000))
        elif luck < 0.92:
            self.rebuild(name)
        elif luck < 0.975:
            self.tell(self._reading())
        else:
            self.rest()
            self.judge()

    def rest(self) -> None:
        """Everybody reads and appends until nobody has anything left."""
        for _ in range(64):
            before = len(self.ledger)
            for name in SERVICES:
                if self.seats[name].read < len(self.ledger):
                    self.read(name)
                self.land(name)
            if len(self.ledger) == before and all(seat.read == before for seat in self.seats.values()):
                return
        self.fail("does not come to rest")

    def state(self) -> State:
        return self.truth

    # -- what is told --------------------------------------------------------------------------------------------------

    def _report(self) -> Tell:
        pick = self.dice.choice
        talk = self.mood == "talk"
        answers = ("no",) if talk else pick(((), ("yes",), ("yes",), ("yes",), ("unknown",)))
        checks = [{"check": "discrimination_or_violence", "answer": answer} for answer in answers]
        checks += [{"check": "honour_related", "answer": pick(("yes", "unknown", "no"))}] if self._seldom(0.15) else []
        changed: dict[str, Any] = {
            "identity": pick(("by_name",) * 4 + ("known_to_door", "anonymous_heard", "one_way")),
            "natures": ("neighbour_quarrel",) if talk else ("threat",),
            "checks": tuple(checks),
            "consents": tuple(self._terms() for _ in range(pick((0, 0, 1, 2)))),
        }
        told = telling.report(**changed) if self.amsterdam else telling.report_in_groningen(**changed)
        return replace(told, logged=self._later())

    def _word(self) -> Tell:
        make = self.dice.choice(self._kinds())
        return Tell(self.dice.choice(self.partners), make(), self._later()) if make else self._answer()

    def _reading(self) -> Ask:
        """Somebody asks to read, mostly whom it was sent to."""
        to = self.dice.choice(self.receivers)
        by = self.dice.choice(self.partners) if self._seldom(0.2) else to
        scopes = self.dice.choice(((), (), ("story",), ("label",)))
        opened = [grant for grant in self.truth.grants.values() if grant.purpose == "audit"]
        if opened and self._seldom(0.5):
            which = opened[-1] if self._seldom(0.7) else self.dice.choice(opened)
            reader = by if self._seldom(0.2) else which.recipient
            return Ask(reader, to, scopes, at=self._later(), reference=which.id)
        return Ask(by, to, scopes, number=self.dice.randrange(4), at=self._later())

    def _kinds(self) -> Sequence[Any]:
        return (
            *(self._granted,) * 12,
            *(self._refused,) * 2,
            *(self._withdrawn,) * 3,
            *(self._invoked,) * 2,
            self._asked,
            self._requested,
            self._requested,
            *(self._other,) * 2,
            *(self._about_the_quarrel,) * (2 if self.mood == "talk" else 0),
            *(None,) * 3,
        )

    def _later(self) -> datetime:
        minutes = self.dice.choice((0, 1, 1, 2, 5))
        return (self.clock or telling.moment("2026-03-27 12:00")) + timedelta(minutes=minutes)

    def _terms(self) -> ConsentTerms:
        purpose = self.dice.choice(MOODS[self.mood])
        until = (self.clock or telling.moment("2026-03-27 12:00")) + timedelta(minutes=self.dice.choice((1, 5, 20)))
        return ConsentTerms(
            recipient=self.dice.choice(self.receivers),
            purpose=purpose,
            scopes=self.dice.choice(SCOPES),
            until=until if self._seldom(0.2) else None,
            given_by="offender" if self._seldom(0.45 if purpose == "mediation" else 0.03) else self.dice.choice(GIVERS),
        )

    def _granted(self) -> Told:
        terms, names = self._terms(), self.dice.random()
        noes = [no for no in self.truth.noes if no.concerns(terms.recipient, terms.purpose)]
        if not noes or names < 0.2:
            return ConsentGranted(terms=terms, supersedes="no-such-no" if names < 0.03 else None)
        return ConsentGranted(terms=terms, supersedes=noes[-1].id if names < 0.9 else self.dice.choice(noes).id)

    def _refused(self) -> Told:
        return ConsentRefused(
            recipient=self.dice.choice(self.receivers),
            purpose=self.dice.choice(MOODS[self.mood]),
            scopes=self.dice.choice(SCOPES),
            refused_by="offender" if self._seldom(0.15) else "victim",
        )

    def _withdrawn(self) -> Told:
        return ConsentWithdrawn(
            recipient=None if self._seldom(0.2) else self.dice.choice(self.receivers),
            purpose=None if self._seldom(0.3) else self.dice.choice(MOODS[self.mood]),
            withdrawn_by="offender" if self._seldom(0.15) else "victim",
        )

    def _invoked(self) -> Told:
        assert self.clock is not None
        return BasisInvoked(
            basis=self.dice.choice(("vital_interest", "legal_duty", "agreement", "agreement", "consent")),
            recipient=self.dice.choice(self.receivers),
            purpose=self.dice.choice(MOODS[self.mood]),
            scopes=self.dice.choice(SCOPES),
            motive="danger",
            until=self.clock + timedelta(minutes=self.dice.choice((2, 10, 60))),
        )

    def _opening(self) -> Tell:
        """Somebody opens, as an auditor would: mostly for itself, mostly by law, mostly what can be opened."""
        pick = self.dice.choice
        at, recipient = self._later(), pick(self.receivers)
        told = BasisInvoked(
            basis=pick(("vital_interest", "agreement")) if self._seldom(0.15) else "legal_duty",
            recipient=recipient,
            purpose="audit",
            scopes=pick((WIDE, ("story",), ("story",), ("label",), ("story", "label"), ("story", "case_facts"), ())),
            motive="complaint_about_handling",
            until=at + timedelta(minutes=pick((5, 30, 120))),
        )
        return Tell(pick(self.partners) if self._seldom(0.15) else recipient, told, at)

    def _asked(self) -> Told:
        return ConsentAsked(terms=self._terms())

    def _requested(self) -> Told:
        to = self.dice.choice(self.receivers)
        chain = self.chains.get("amsterdam" if self.amsterdam else "groningen")
        assert chain is not None
        opened = any(grant.recipient == to and grant.purpose == "audit" for grant in self.truth.grants.values())
        return ReferralRequested(
            to=to,
            role=self.dice.choice(sorted(chain.roles_of(to))),
            purpose="audit" if opened and self._seldom(0.3) else self.dice.choice(MOODS[self.mood]),
            needs=self.dice.choice((("case_facts",), ("case_facts",), ("contact_details",), WIDE)),
            wants=self.dice.choice(((), ("story",), ("label",))),
        )

    def _other(self) -> Told:
        pick = self.dice.choice
        told = pick(
            (
                telling.label_refused(),
                telling.label_refused(),
                telling.assessed(POLICE, "honour_related", pick(("yes", "no", "unknown"))),
                telling.close_requested(),
                telling.reopen_requested(),
                telling.reopen_requested(),
                telling.corrected(identity=pick(("by_name", "known_to_door"))),
            )
        )
        assert isinstance(told.event, Told)
        return told.event

    def _about_the_quarrel(self) -> Told:
        """Whether a talk is still a good idea: what comes up is taken back as often."""
        pick = self.dice.choice
        told = pick(
            (
                telling.corrected(natures=pick((("neighbour_quarrel", "threat"), ("neighbour_quarrel",)))),
                telling.corrected(natures=("neighbour_quarrel",)),
                telling.corrected(checks=({"check": "discrimination", "answer": pick(("no", "no", "unknown"))},)),
                telling.assessed(POLICE, "discrimination_or_violence", pick(("yes", "no", "no"))),
                telling.assessed(POLICE, "domestic", pick(("yes", "no", "unknown"))),
                telling.label_given(),
                telling.label_withdrawn(),
                telling.label_withdrawn(),
            )
        )
        assert isinstance(told.event, Told)
        return told.event

    def _answer(self) -> Tell:
        """By whom it is to say: a receiver answers, an author takes back, an auditor opens for itself."""
        if self._seldom(0.25):
            return self._opening()
        if self._seldom(0.3) and self.truth.grants:
            grant: Grant = self.dice.choice(list(self.truth.grants.values()))
            by = self.dice.choice((grant.recorded_by, grant.recorded_by, POLICE))
            return Tell(by, StatementRetracted(event=grant.id, reason="mistake"), self._later())
        if not self.truth.referrals:
            return Tell(POLICE, self._granted(), self._later())
        referral = self.dice.choice(list(self.truth.referrals.values()))
        answer = self.dice.choice((ReferralAccepted, ReferralAccepted, ReferralCompleted, None))
        event = answer(referral=referral.id) if answer else ReferralDeclined(referral=referral.id, reason="not_ours")
        return Tell(referral.to, event, self._later())

    def _seldom(self, chance: float) -> bool:
        return self.dice.random() < chance


def walk(number: int, steps: int = 40) -> int:
    """One walk; how many steps it took. Raises Fault with its story."""
    return Walk(number).take(steps)
