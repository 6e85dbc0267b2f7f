"""What the yearly report has besides the figures: how the measures of a plan stand, where the chain keeps a register. Pure."""

from collections.abc import Iterator
from itertools import chain as one_after_another

from backbone.chains import Chain
from backbone.chains.schemes import kept
from backbone.overviews.issues import Issue
from backbone.overviews.periods import Period
from backbone.protocols.measures import Register, yearly_report
from schakel.her_words import LANGUAGES, Language

_SAID = (
    ("uitgevoerd", "carried out"),
    ("gaat volgend jaar door", "goes on next year"),
    ("erbij gekomen", "added"),
    ("vervallen", "dropped"),
    ("niemand schreef op hoe het staat", "nobody wrote down how it stands"),
)


def measures(chain: Chain, issue: Issue, language: Language) -> list[tuple[str, list[str]]]:
    """Of a year: a section for each register; of other periods nothing."""
    period = Period.parse(issue.period)
    if period.months != 12:
        return []
    registers = one_after_another.from_iterable(here.registers for _, here in kept(chain))
    found = [(register.title, list(_lines(register, period.year, LANGUAGES.index(language)))) for register in registers]
    return [section for section in found if section[1]]


def _lines(register: Register, year: int, of: int) -> Iterator[str]:
    report = yearly_report(register, year)
    if report is None:
        return
    titles = {measure.id: measure.title for measure in register.measures}
    parts = (report.carried_out, report.next_year, report.additional, report.dropped, report.unknown)
    for said, names in zip(_SAID, parts, strict=True):
        for name in names:
            yield f"{titles[name]}: {said[of]}"
