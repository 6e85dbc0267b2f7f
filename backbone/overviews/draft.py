"""The draft of a yearly report that people write together (`of: report` with `to_write`): figures of the issued year, and what is theirs.

Pure. No figure is in it that the issued year does not show (`asked`), and no sentence about what the figures mean: where people have to
write, it says who and by which passage. What they write does not come back here; minutes say when the draft was discussed.
"""

from collections.abc import Sequence
from dataclasses import replace

from backbone.authoring.sentences import listed, role
from backbone.chains import Chain
from backbone.overviews.asked import asked
from backbone.overviews.issues import Issue
from backbone.overviews.paper import Paper
from backbone.overviews.periods import Period
from backbone.protocols.overviews import Of, Overview
from schakel.errors import SchakelError

DRAFT = (
    "Dit is een concept. De cijfers zijn die van het uitgegeven jaar, en er staat geen cijfer in dat daar niet in staat. "
    "Wat ze betekenen schrijven mensen."
)
TO_WRITE = "Nog te schrijven: {title}"

Section = tuple[str, Sequence[str]]


class NoYear(SchakelError):
    """The period is no year."""


def is_drafted(one: Overview) -> bool:
    """Whether there is something to begin from: some reports have a day and no figures."""
    return one.of is Of.REPORT and bool(one.to_write)


def draft(chain: Chain, issue: Issue, one: Overview, seen_by: str) -> tuple[Paper, list[Section]]:
    """The figures, and a section for each part that people write; in Dutch, as the report is. Raises NoYear."""
    period = Period.parse(issue.period)
    if period.months != 12:
        raise NoYear(f"{one.id} is about a year, and found {period.name}; expected one such as {period.year}")
    figures = asked(chain, issue, one, seen_by)
    titled = replace(figures, title=f"Concept: {figures.title}", notes=(DRAFT, *figures.notes))
    return titled, [
        (
            TO_WRITE.format(title=part.title),
            (f"Door: {listed(role(who) for who in part.by)}.", f"Waar dit staat: {part.source}"),
        )
        for part in one.to_write
    ]
