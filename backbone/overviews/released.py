"""Whether an issue may leave: the decision that stands for it, by its mark, form, audience and district. Pure.

A decision on another issue, form or audience opens nothing, and none is read into another: what was looked at is what leaves.
"""

from collections.abc import Sequence

from backbone.chains import Chain
from backbone.overviews.issues import Issue
from backbone.person.plain import day, word
from schakel.chain_state import Released
from schakel.errors import SchakelError
from schakel.events.vocab import Audience, OverviewForm, Role
from schakel.her_words import Language


class NotReleased(SchakelError):
    """No decision stands under which this may leave."""


def standing(
    issue: Issue, releases: Sequence[Released], form: OverviewForm, audience: Audience, district: str | None
) -> Released:
    """The newest decision under which exactly this leaves. Raises NotReleased saying which were found and what is lacking."""
    of_period = [one for one in releases if one.period == issue.period]
    held = [one for one in of_period if one.withdrawn is None]
    wanted = (issue.digest, form, audience, district)
    found = [one for one in held if (one.issue, one.form, one.audience, one.district) == wanted]
    if found:
        return found[-1]
    what = f"{issue.chain} {issue.period}{f', {district}' if district else ''}, as {form} for {audience}"
    remedy = f"have who decides tell overview.released with issue {issue.digest}"
    if any((one.form, one.audience, one.district) == wanted[1:] for one in held):
        marks = ", ".join(sorted({one.issue[:12] for one in held}))
        raise NotReleased(
            f"{what}: found a decision on another issue ({marks}), expected one on {issue.digest[:12]}: look at this one, and {remedy}"
        )
    if held:
        others = ", ".join(
            f"{one.district or 'the whole'} as {one.form} for {one.audience}"
            for one in held
            if one.issue == issue.digest
        )
        raise NotReleased(f"{what}: found no decision on it, but on {others or 'another issue'}; {remedy}")
    if of_period:
        last = max((one.withdrawn_at, one.withdrawn_by or "") for one in of_period if one.withdrawn_at)
        raise NotReleased(f"{what}: its release was taken back on {last[0].date()} by {last[1]}; {remedy}")
    raise NotReleased(f"{what}: found no decision to release it; {remedy}")


def in_words(chain: Chain, one: Released, sentence: str, language: Language) -> str:
    """By which function of whom, when and for whom; `sentence` of `backbone.overviews.words`, in its language."""
    partner = chain.partners.get(one.by)
    return sentence.format(
        function=word(Role(one.function), language),
        partner=partner.name if partner else one.by,
        when=day(one.decided_on, language),
        audience=word(Audience(one.audience), language),
        mark=one.issue[:12],
    )
