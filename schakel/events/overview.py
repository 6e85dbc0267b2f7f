"""Family *overview*: what those who decide for a chain say of an issued overview. On the chain's own stream: no case, no person."""

from datetime import date
from typing import ClassVar

from schakel.events.base import Digest, PeriodName, Reason, Slug, Told
from schakel.events.vocab import Audience, OverviewForm, Role


class OverviewReleased(Told):
    """Those who decide for a chain let one issue of an overview leave, in one form, for one audience (domain-detail A91)."""

    TYPE: ClassVar[str] = "overview.released"
    IN_CASE: ClassVar[bool] = False
    chain: Slug
    period: PeriodName
    issue: Digest
    """The mark of the issue, as it stands under every form of it: what was looked at, to the last number."""
    form: OverviewForm
    audience: Audience
    district: Slug | None = None
    """The overview of this district alone; without it the whole."""
    decided_by: Role
    """The function that decided; no name."""
    decided_on: date
    reason: Reason


class OverviewReleaseWithdrawn(Told):
    """Every decision of release on the overview of this period is taken back, whoever took it, in whatever form."""

    TYPE: ClassVar[str] = "overview.release_withdrawn"
    IN_CASE: ClassVar[bool] = False
    chain: Slug
    period: PeriodName
    reason: Reason
