"""Intake's rules for showing a case: statements to the public, publication, and whom a referral by hand may choose. Pure.

Her yes to anything else is no yes to publication, also not anonymised; and a no to one partner is a no to all [3 §4 OM, Politie].
"""

from collections.abc import Iterator

from backbone.chains import Chain
from backbone.protocols import Protocol
from schakel.case_consent import grants_for
from schakel.case_scheme import scheme_of
from schakel.case_state import No, Side, State
from schakel.events import Told
from schakel.events.referral import ReferralRequested
from schakel.events.scheme import StatementPublished
from schakel.events.vocab import Purpose, Role
from schakel.messages import Refusal


def objections(event: Told, case: State, chain: Chain, protocols: list[Protocol], sender: str) -> Iterator[Refusal]:
    if isinstance(event, StatementPublished):
        yield from _statement(event, case, chain, protocols, sender)
    if isinstance(event, ReferralRequested):
        if event.purpose is Purpose.PUBLICATION and standing_no(case):
            yield _refused("purpose")
        yield from _suitable(event, case, chain, protocols)


def standing_no(case: State) -> No | None:
    """Her no to publication that no later yes has named, to whomever she said it."""
    past = {one.no for one in case.reopened if one.purpose == Purpose.PUBLICATION}
    return next(
        (
            no
            for no in case.noes
            if no.purpose in (None, Purpose.PUBLICATION) and no.side is Side.HERS and no.id not in past
        ),
        None,
    )


def _refused(field: str) -> Refusal:
    return Refusal(
        code="publication.refused",
        field=field,
        found="publication",
        expected="a case of which she has not said no to publication, to anybody",
        remedy="do not show the case, also not anonymised; only she can take her no back",
    )


def _statement(
    event: StatementPublished, case: State, chain: Chain, protocols: list[Protocol], sender: str
) -> Iterator[Refusal]:
    if event.sealed:
        yield Refusal(
            code="statement.personal",
            field="sealed",
            found="personal data",
            expected="a statement without personal data",
            remedy="leave everything out that points to a person",
        )
    rules = [protocol.scheme.speaking for protocol in protocols if protocol.scheme.speaking]
    named = (("target_group", event.target_group, "target_groups"), ("purpose", event.purpose, "purposes"))
    for field, value, plural in named:
        known = sorted({word for rule in rules for word in getattr(rule, plural)})
        if value is None or (known and value not in known):
            yield Refusal(
                code="statement.incomplete",
                field=field,
                found=value or "none",
                expected=f"one of {', '.join(known)}" if known else f"a {field.replace('_', ' ')}",
                remedy="name whom it is for and what it is for",
            )
    speakers = {role for rule in rules for role in rule.spokesperson}
    if event.speaker not in chain.roles_of(sender) or (speakers and event.speaker not in speakers):
        yield Refusal(
            code="statement.not_the_speaker",
            field="speaker",
            found=event.speaker,
            expected=f"a role that you hold{', one of ' + ', '.join(sorted(speakers)) if speakers else ''}",
            remedy="let the spokesperson speak",
        )
    yield from _one_voice(event, case, sender)
    if event.shows_case:
        yield from _shown(case, sender)


def _one_voice(event: StatementPublished, case: State, sender: str) -> Iterator[Refusal]:
    """Who spoke last goes on speaking, unless somebody takes over by name."""
    last = scheme_of(case).statements[-1] if scheme_of(case).statements else None
    same = last is None or (last.by, last.speaker) == (sender, event.speaker)
    if last and not same and event.takes_over != last.id:
        yield Refusal(
            code="statement.another_speaks",
            field="takes_over",
            found=event.takes_over or "none",
            expected="the id of the newest statement in this case, by which you take over from whoever spoke",
            remedy="let the spokesperson speak, or agree with them to take over and name their last statement",
        )


def _shown(case: State, sender: str) -> Iterator[Refusal]:
    if standing_no(case):
        yield _refused("shows_case")
    elif not grants_for(case, sender, Purpose.PUBLICATION, Side.HERS):
        yield Refusal(
            code="publication.not_granted",
            field="shows_case",
            found="no yes to publication",
            expected="her own yes to you, for the purpose publication (consent.granted)",
            remedy="ask her first; a yes to anything else is not one to publication",
        )


def _suitable(event: ReferralRequested, case: State, chain: Chain, protocols: list[Protocol]) -> Iterator[Refusal]:
    """Where a step asks for somebody trained: another one only with a reason. Nothing is said of a person (scenarios.md, ZWB-3)."""
    trained_for = {step.refer.to for protocol in protocols for step in protocol.steps if step.refer.qualified}
    if event.role not in trained_for or event.motive is not None:
        return
    assert case.time is not None
    trained = chain.trained(Role(event.role), case.time)
    if event.to not in trained:
        yield Refusal(
            code="motive.missing",
            field="motive",
            found="none",
            expected=f"a partner that is trained for it ({', '.join(sorted(trained)) or 'nobody is'}), or why this one",
            remedy="refer to one of these, or say as a short code why another one is better placed",
        )
