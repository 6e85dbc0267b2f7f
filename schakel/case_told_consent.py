"""What words about consent do to a case: asked, yes, another basis, no, no longer.

They are never judged true or false: they were said. What they allow together stands in `schakel.case_consent`.
"""

from schakel.case_consent import (
    HERS_ALONE,
    OTHER_BASES,
    OWN_WORD,
    YIELDING,
    noes_for,
    provisional,
    side_of,
    stands_against,
)
from schakel.case_opening import may_open
from schakel.case_state import Asked, Effect, Grant, No, Reopened, Side, State
from schakel.entry import Entry, folds
from schakel.events.consent import (
    BasisInvoked,
    ConsentAsked,
    ConsentGranted,
    ConsentRefused,
    ConsentTerms,
    ConsentWithdrawn,
)
from schakel.events.vocab import Purpose


@folds(ConsentAsked)
def _asked(case: State, entry: Entry) -> Effect:
    event: ConsentAsked = entry.event  # type: ignore[assignment]
    terms = event.terms
    case.asked.append(
        Asked(
            entry.id,
            terms.recipient,
            terms.purpose.value,
            side=side_of(terms.given_by),
            at=entry.envelope.logged_at,
            by=entry.author,
        )
    )
    return Effect.EFFECTIVE


@folds(ConsentGranted)
def _granted(case: State, entry: Entry) -> Effect:
    event: ConsentGranted = entry.event  # type: ignore[assignment]
    return give(case, entry, event.terms, event.supersedes, entry.id)


def give(case: State, entry: Entry, terms: ConsentTerms, supersedes: str | None, grant_id: str) -> Effect:
    """A grant behind a no takes effect only when it names that no: an old yes, forwarded late, resurrects nothing."""
    side = side_of(terms.given_by)
    if side is Side.HERS and terms.given_by not in OWN_WORD:
        return Effect.RECORDED  # kept as somebody else's word; hers has to be asked
    grant = Grant(
        grant_id,
        terms.recipient,
        terms.purpose.value,
        [scope.value for scope in terms.scopes],
        entry.author,
        until=terms.until,
        side=side,
        given_by=terms.given_by.value,
        at=entry.envelope.logged_at,
        way=terms.way.value,
        wording=terms.text_version,
    )
    noes = noes_for(case, grant.recipient, grant.purpose, side)
    if supersedes and noes and supersedes == noes[-1].id:
        if provisional(case, grant):
            return Effect.RECORDED  # her no stands until somebody says otherwise whose word is enough
        case.reopened.extend(Reopened(no.id, grant.recipient, grant.purpose) for no in noes)
    elif stands_against(noes, grant.scopes):
        return Effect.OVERTAKEN
    case.grants[grant_id] = grant
    return Effect.EFFECTIVE


@folds(BasisInvoked)
def _invoked(case: State, entry: Entry) -> Effect:
    event: BasisInvoked = entry.event  # type: ignore[assignment]
    if event.basis not in OTHER_BASES or event.purpose in HERS_ALONE:
        return Effect.NOT_UNDERSTOOD
    if event.purpose is Purpose.AUDIT and not may_open(event, entry.author):
        return Effect.NOT_UNDERSTOOD
    scopes = [scope.value for scope in event.scopes]
    noes = noes_for(case, event.recipient, event.purpose.value)
    if event.basis in YIELDING and stands_against(noes, scopes):
        return Effect.OVERTAKEN  # partners' own agreement does not stand against her no
    case.grants[entry.id] = Grant(
        entry.id,
        event.recipient,
        event.purpose.value,
        scopes,
        entry.author,
        basis=event.basis.value,
        until=event.until,
        at=entry.envelope.logged_at,
        motive=event.motive,
        agreement=event.agreement,
    )
    return Effect.EFFECTIVE


@folds(ConsentRefused)
def _refused(case: State, entry: Entry) -> Effect:
    event: ConsentRefused = entry.event  # type: ignore[assignment]
    scopes = [scope.value for scope in event.scopes]
    no = No(entry.id, False, event.recipient, event.purpose.value, scopes, side=side_of(event.refused_by))
    _say_no(case, no, entry)
    return Effect.EFFECTIVE


@folds(ConsentWithdrawn)
def _withdrawn(case: State, entry: Entry) -> Effect:
    event: ConsentWithdrawn = entry.event  # type: ignore[assignment]
    purpose = event.purpose.value if event.purpose else None
    _say_no(case, No(entry.id, True, event.recipient, purpose, side=side_of(event.withdrawn_by)), entry)
    return Effect.EFFECTIVE


def _say_no(case: State, no: No, entry: Entry) -> None:
    """Grants that it concerns shrink or lapse, and with them every release that rests on them."""
    no.at, no.recorded_by = entry.envelope.logged_at, entry.author
    case.noes.append(no)
    for grant in case.grants.values():
        if grant.side is not no.side or grant.basis not in YIELDING or not grant.standing:
            continue
        if not no.concerns(grant.recipient, grant.purpose):
            continue
        left = [] if no.whole else [scope for scope in grant.scopes if scope not in no.scopes]
        narrowed = left != grant.scopes
        if narrowed and not grant.first_scopes:
            grant.first_scopes = grant.scopes
        grant.scopes = left
        if no.whole or (narrowed and not left):
            lapse_grant(case, grant)


def lapse_grant(case: State, grant: Grant) -> None:
    """From here on nothing may rest on this grant."""
    grant.standing = False
    case.lapsed.append(grant.id)
