"""No talk between her and the accused where there is violence, threat, open suspicion, honour or household: a rule above all protocols.

One copy for everybody who asks: `backbone protocol check` of a file, intake and routing before it is proposed, the gate and the fold as
long as it waits or runs. Pure.
"""

from collections.abc import Mapping

from schakel.case_state import State
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


def mediation_refused(facts: Mapping[str, object]) -> str | None:
    """The passage that forbids mediation with these facts, or None. `facts` by the names of `backbone.protocols.facts`.

    Only the answer "no" closes a suspicion, and not while the label stands.
    """
    natures = facts.get("natures")
    told = natures if isinstance(natures, frozenset) else frozenset({natures})
    suspected = facts.get("suspicion") != Answer.NO or facts.get("label") == "given"
    if suspected or told & NO_MEDIATION_NATURES:
        return MEDIATION_PASSAGE
    if any(facts.get(name) == Answer.YES for name in LOCKED_DOWN):
        return LOCK_DOWN_PASSAGE
    return None


def mediation_objection(case: State) -> str | None:
    """The passage that forbids mediation in this case now, or None.

    Anybody's open suspicion of discrimination counts here, not only the door's, and anybody's yes to honour or household: a rule above
    all protocol files (domain-detail A17, A22, A08, A09).
    """
    reported = {entry["check"]: entry["answer"] for entry in case.facts["checks"]}
    suspected = [answer for check in SUSPICION for answer in _latest(case, check, reported).values()]
    facts: dict[str, object] = {
        "natures": frozenset(case.facts["natures"]),
        "suspicion": next((answer for answer in (Answer.YES, Answer.UNKNOWN, Answer.NO) if answer in suspected), None),
        "label": label_standing(case),
    }
    for name, check in (("honour", Check.HONOUR_RELATED), ("domestic", Check.DOMESTIC)):
        if Answer.YES in (reported.get(check), *_assessed(case, check).values()):
            facts[name] = Answer.YES
    return mediation_refused(facts)


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
