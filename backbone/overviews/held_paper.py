"""The list of the police held against the ledger as what a reader gets: figures for the chain, missing numbers for the police. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from backbone.chains import Chain
from backbone.overviews import sheets
from backbone.overviews.held import KNOWN, NOT_IN_CHAIN, Held
from backbone.overviews.paper import Cell, Line, Paper, Sheet, reach
from backbone.overviews.periods import Period
from backbone.overviews.shown import ALL, REST, Shown
from backbone.overviews.tables import Table
from backbone.overviews.words import SAID
from backbone.person.plain import day
from schakel.her_words import LANGUAGES, Language


def figures(chain: Chain, held: Held, language: Language = "nl") -> Paper:
    """The two tables. Nothing exact is in it: only what `shown` holds."""
    said = {name: texts[LANGUAGES.index(language)] for name, texts in SAID.items()}
    period = Period.parse(held.period)
    when = period.in_words() if language == "nl" else period.name
    return Paper(
        title=said["held_title"].format(where=chain.title, when=when),
        chain=chain.name,
        period=held.period,
        about=said["held_about"].format(
            first=day(period.first_day, language), last=day(period.last_day, language),
            as_of=day(chain.day_of(held.as_of), language), partner=held.partner,
        ),
        notes=(said["under"], said["unreleased"], reach(chain, language), said["few"].format(k=held.k), said["held_once"]),
        sheets=tuple(_sheet(one, held.shown[one.id], chain, language) for one in (NOT_IN_CHAIN, KNOWN)),
        hot=(),
        hot_definition=None,
        longer=None,
        language=language,
        digest=held.digest,
    )  # fmt: skip


def _sheet(one: Table, shown: Shown, chain: Chain, language: Language) -> Sheet:
    """The whole and every district stand there, also those with a dash: who is left out would say something too."""
    of = LANGUAGES.index(language)
    rows = dict.fromkeys((ALL, *chain.districts, *(row for row in shown if row != REST), REST))
    up = SAID["up_whole"][of]
    lines = [
        Line(row, word, Cell(shown.get(row, {}).get(word), up="" if row in (ALL, REST) else up))
        for row in rows
        for word in one.words
        if row != REST or row in shown
    ]
    return Sheet(one.id, one.title[of], one.definition[of], tuple(lines), one.by_row)


def missing(
    chain: Chain,
    held: Held,
    columns: Sequence[str],
    numbers: Iterable[tuple[int, Sequence[str]]],
    counted: Mapping[str, int],
) -> bytes:
    """For the police alone, as CSV: its own numbers of what is not in the chain, to be reported after all. No threshold.

    columns: what the list calls its own number. numbers: the row in the list, and what stands there. counted: by what became of them.
    """
    period = Period.parse(held.period)
    head: list[tuple[str, ...]] = [
        (f"{NOT_IN_CHAIN.title[0]}, {chain.title}, {period.in_words()}",),
        (f"Alleen voor {held.partner}: eigen nummers van eigen registraties. Niet om door te geven.",),
        ("Elk incident telt, hoe klein ook. `backbone import` met dezelfde lijst meldt alleen wat er nog niet is;",),
        ("staan er event-id's op die lijst, importeer dan alleen de rijen die hieronder staan.",),
        *((what, str(count)) for what, count in counted.items()),
        (),
        ("Rij", *columns),
    ]
    return sheets.text([*head, *((str(row), *words) for row, words in numbers)])
