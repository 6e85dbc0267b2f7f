"""No talk between her and the accused where there is violence, threat, open suspicion, honour or household: a rule above all protocols.

One copy for everybody who asks: `backbone protocol check` of a file, intake and routing before it is proposed, the gate and the fold as
long as it waits or runs. Pure.
"""

from collections.abc import Mapping
from enum import StrEnum

from schakel.case_checks import answers
from schakel.case_lock_down import LOCKING
from schakel.case_state import ReferralState, State
from schakel.events.vocab import Answer, Check, Nature, Purpose, Role

NO_MEDIATION_NATURES = frozenset(
    {
        Nature.THREAT,
        Nature.INTIMIDATION,
        Nature.STALKING,
        Nature.ASSAULT,
        Nature.ROBBERY,
        Nature.SEXUAL_OFFENCE,
        Nature.ARSON,
        Nature.WEAPON,
        Nature.HOMICIDE,
    }
)
"""Violence, threat and intimidation: «Dan is altijd en zonder discussie de politie en het Openbaar Ministerie aan zet»."""

MEDIATION_PASSAGE = (
    "[0] Fase 4 «Dat geldt natuurlijk niet voor zaken waarin geweld of bedreiging en intimidatie een rol spelen»; "
    "[0] Fase 3 «relatief onschuldige burenruzies zonder duidelijk discriminatieaspect»"
)
"""Why mediation is refused with violence, threat, intimidation or an open suspicion of discrimination (domain-detail A17)."""

INSTEAD_PASSAGE = (
    "[0] Fase 3 «De neutraliteit van bemiddelaars kan ertoe leiden dat het eventuele discriminatoiree aspect in een "
    "zaak ontkend»"
)
"""Why somebody else takes the mediator's place once a suspicion is there: Roze in Blauw, the bureau or the COC (domain-detail A18)."""

LOCKED_DOWN = ("honour", "domestic")
LOCK_DOWN_PASSAGE = (
    "[0] Fase 2 «een werkende ketenaanpak bij eergerelateerd geweld»: honour-related and domestic cases have a chain of their own, "
    "and nobody of the household or the neighbourhood is brought in"
)
"""Why mediation is refused when the case is honour-related, or the offender is of the household (domain-detail A08, A09)."""

SUSPICION = (Check.DISCRIMINATION_OR_VIOLENCE, Check.DISCRIMINATION)
"""The checks that ask whether there is a suspicion of discrimination."""


def is_mediation(to: str, purpose: str) -> bool:
    """By its purpose or by the role of who does it, proposed by a protocol or asked for by hand.

    Restorative contact after a crime, where both sides agree, has a role and a purpose of its own.
    """
    return purpose == Purpose.MEDIATION or to == Role.MEDIATION


class Against(StrEnum):
    """What stands against a talk. Several may; what is done instead depends on which (domain-detail A17, A18)."""

    SUSPICION = "suspicion"
    """Discrimination is suspected, or nobody has said that it is not; or the label stands."""
    VIOLENCE = "violence"
    """Violence, threat or intimidation."""
    LOCK_DOWN = "lock_down"
    """Honour, or the household."""


def against_mediation(facts: Mapping[str, object]) -> frozenset[Against]:
    """What forbids mediation with these facts; empty: nothing does. `facts` by the names of `backbone.protocols.facts`.

    Only the answer "no" closes a suspicion, and not while the label stands.
    """
    natures = facts.get("natures")
    told = natures if isinstance(natures, frozenset) else frozenset({natures})
    found = set()
    if facts.get("suspicion") != Answer.NO or facts.get("label") == "given":
        found.add(Against.SUSPICION)
    if told & NO_MEDIATION_NATURES:
        found.add(Against.VIOLENCE)
    if any(facts.get(name) == Answer.YES for name in LOCKED_DOWN):
        found.add(Against.LOCK_DOWN)
    return frozenset(found)


def mediation_refused(facts: Mapping[str, object]) -> str | None:
    """The passage that forbids mediation with these facts, or None. `facts` as for `against_mediation`."""
    found = against_mediation(facts)
    if found - {Against.LOCK_DOWN}:
        return MEDIATION_PASSAGE
    return LOCK_DOWN_PASSAGE if found else None


def mediation_objection(case: State) -> str | None:
    """The passage that forbids mediation in this case now, or None.

    Anybody's open suspicion of discrimination counts here, not only the door's, and anybody's yes to honour or household: a rule above
    all protocol files (domain-detail A17, A22, A08, A09).
    """
    return mediation_refused(_facts(case))


def talk_ruled_out(case: State) -> frozenset[Against]:
    """What stands now against a talk that somebody asked for, that was proposed or that runs; empty where nothing does, or no talk is.

    One that was called back because of it still counts: somebody has to take its place. One that was
    completed, declined or given up does not.
    """
    return against_mediation(_facts(case)) if _talk_at_stake(case) else frozenset()


_OVER = (ReferralState.COMPLETED, ReferralState.DECLINED, ReferralState.EXHAUSTED)


def _talk_at_stake(case: State) -> bool:
    proposed = [one for one in case.referrals.values() if is_mediation(one.role, one.purpose)]
    if any(one.state not in _OVER for one in proposed):
        return True
    answered = {one.requested for one in proposed}
    return any(
        request_id not in answered and is_mediation(asked["role"], asked["purpose"])
        for request_id, asked in case.requests.items()
    )


def _facts(case: State) -> dict[str, object]:
    reported = {entry["check"]: entry["answer"] for entry in case.facts["checks"]}
    suspected = [answer for check in SUSPICION for answer in _latest(case, check, reported).values()]
    facts: dict[str, object] = {
        "natures": frozenset(case.facts["natures"]),
        "suspicion": next((answer for answer in (Answer.YES, Answer.UNKNOWN, Answer.NO) if answer in suspected), None),
        "label": label_standing(case),
    }
    for name, check in zip(LOCKED_DOWN, LOCKING, strict=True):
        if Answer.YES in answers(case, check):
            facts[name] = Answer.YES
    return facts


def label_standing(case: State) -> str:
    """`given`, `refused` or `none`."""
    if case.label_refused:
        return "refused"
    return "given" if any(label.standing for label in case.labels) else "none"


def _latest(case: State, check: Check, reported: Mapping[str, str]) -> dict[str | None, str]:
    """By partner. What the report says is the door's own answer, until the door answers again."""
    told = {case.door: reported[check]} if check in reported else {}
    return told | _assessed(case, check)


def _assessed(case: State, check: Check) -> dict[str | None, str]:
    """By partner, what it answered last."""
    end = f"/{check}"
    return {key.removesuffix(end): answer for key, answer in case.assessments.items() if key.endswith(end)}
