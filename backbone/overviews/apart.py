"""Hate crime and hate speech as two figures (scenarios.md, ACT-4), from what an issue shows of incidents and of their nature. Pure.

Both follow from two numbers that are shown, so whoever has the issue learns nothing more from them. There is no sum.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from backbone.overviews.periods import Period
from backbone.overviews.shown import ALL
from backbone.overviews.tables import INCIDENTS, K, Table
from schakel.events.vocab import Nature

if TYPE_CHECKING:
    from backbone.overviews.issues import Issue

NATURE = "nature"
SPEECH = Nature.HATE_SPEECH.value
CATEGORISED_FROM = date(2021, 1, 1)
"""«aanvullende categorisering van registraties in te laten gaan per 1 januari 2021» [2, maatregel 34]."""


def hidden(one: Table, speech: int, incidents: int) -> tuple[str, ...]:
    """The words of a table that may not be shown of the whole: hate speech, where all but a few incidents are that."""
    return (SPEECH,) if one.id == NATURE and incidents - speech < K else ()


def two_figures(issue: "Issue") -> Mapping[str, int | None]:
    """Of the whole chain; None: not shown. Of a period before 2021 one number, that was not categorised."""
    whole = issue.shown[INCIDENTS.id][ALL]["all"]
    if Period.parse(issue.period).first_day < CATEGORISED_FROM:
        return {"not_categorised": whole}
    speech = issue.shown[NATURE][ALL].get(SPEECH)
    crime = whole - speech if whole is not None and speech is not None else None
    return {"hate_crime": crime, "hate_speech": speech}
