"""The numbers that a scheme asks for (`of: numbers`): some tables of an issued month, quarter or year. Pure.

Nothing is counted here, and nothing hidden: what is shown was shown to whoever reads the issue, so it can tell nothing more. Totals "up
to now" there are none of: whoever asked yesterday and today would subtract them, and find one person.
"""

from collections.abc import Iterator
from dataclasses import replace

from backbone.chains import Chain
from backbone.overviews.issues import Issue
from backbone.overviews.paper import Paper, Sheet, paper
from backbone.overviews.periods import Period
from backbone.overviews.shown import ALL
from backbone.overviews.tables import APART, INCIDENTS, TABLES
from backbone.overviews.tables import By as Every
from backbone.protocols.overviews import By, Overview
from schakel.errors import SchakelError


class NothingOfIt(SchakelError):
    """The period is too short for every table that was asked for."""


def up_to_now(chain: Chain, one: Overview) -> str:
    """Why numbers are not given without a period, and what to do."""
    return (
        f"{one.id} is numbers, and found no period; expected a closed month, quarter or year, since who subtracts what was asked on two "
        f"days finds one person: `backbone overview {chain.name} --of {one.id} --period 2026-Q1`"
    )


def asked(chain: Chain, issue: Issue, one: Overview, seen_by: str) -> Paper:
    """The tables of the issue that the scheme asks for, with their definitions, the issue's notes and the scheme's own; in Dutch, as its
    title is. Districts only where it asks for them, and no notes on events, which name districts. seen_by: as whom it may be seen. Raises
    NothingOfIt."""
    whole = paper(chain, issue)
    sheets = tuple(_asked_for(whole, one))
    period = Period.parse(issue.period)
    if not sheets:
        raise NothingOfIt(
            f"{one.id} in {period.name}: found no table by {', '.join(one.by)}, expected a quarter or a year; a month is too short for it"
        )
    return replace(
        whole,
        title=f"{one.title}, {chain.title}, {period.in_words()}",
        notes=(seen_by, *filter(None, [one.note]), *whole.notes),
        sheets=sheets,
        hot=(),
        hot_definition=None,
        longer=whole.longer if any(by in TABLES and TABLES[by].by is Every.QUARTER for by in one.by) else None,
        occasions=(),
    )


def _asked_for(whole: Paper, one: Overview) -> Iterator[Sheet]:
    wanted = {APART.id} if By.NATURE in one.by else set()
    wanted |= {INCIDENTS.id if by is By.DISTRICT else by.value for by in one.by}
    for sheet in whole.sheets:
        if sheet.id in wanted:
            if By.DISTRICT in one.by:
                yield sheet
            else:
                yield replace(sheet, lines=tuple(line for line in sheet.lines if line.row == ALL), by_row=False)
