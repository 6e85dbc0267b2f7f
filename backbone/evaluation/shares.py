"""From verdicts to shares: per step, per partner, per finding. Pure.

A share is of what can be decided: what is not yet due, was not possible, or cannot be told, is for nobody and against nobody. Outside
the chain only three numbers a row are given, as agreed, otherwise, undecided, and steps and partners are never crossed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from backbone.evaluation.small_cells import Cell, Reader, pooled, pooled_rows
from backbone.evaluation.verdicts import CONFORMING, OTHERWISE, Judged, Verdict

NOBODYS = "nobody's"
"""Whose a part is that no partner had to do: what the backbone does by itself."""


@dataclass(frozen=True, slots=True)
class Share:
    """One row. `verdicts` is empty for readers outside, who get the three sums alone."""

    name: str
    as_agreed: int
    otherwise: int
    undecided: int
    verdicts: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """As agreed, of what can be decided: 0..1. None where nothing can."""
        decided = self.as_agreed + self.otherwise
        return self.as_agreed / decided if decided else None


@dataclass(frozen=True, slots=True)
class Conformance:
    """The tables. `by_step_and_partner` is for readers inside alone. `total` is None, and the tables are empty, where readers outside are
    shown nothing: so few cases are no zeros."""

    reader: Reader
    total: Share | None
    by_step: tuple[Share, ...]
    by_partner: tuple[Share, ...]
    findings: Mapping[str, int]
    by_step_and_partner: tuple[Share, ...] = ()


def step_name(judged: Judged) -> str:
    """`protocol@version part name`."""
    return f"{judged.protocol} {judged.part} {judged.name}"


def shares(judged: Iterable[Judged], reader: Reader) -> Conformance:
    """All tables in one pass."""
    total = _Tally()
    steps: defaultdict[str, _Tally] = defaultdict(_Tally)
    partners: defaultdict[str, _Tally] = defaultdict(_Tally)
    crossed: defaultdict[str, _Tally] = defaultdict(_Tally)
    findings: defaultdict[str, Cell] = defaultdict(Cell)
    for one in judged:
        step, partner = step_name(one), one.partner or NOBODYS
        for tally in (total, steps[step], partners[partner], crossed[f"{step} · {partner}"]):
            tally.take(one)
        for finding in one.findings:
            findings[finding.value][one.case] += 1
    if reader is Reader.OUTSIDE:
        row = next(iter(_outside({"all": total})), None)
        return Conformance(reader, row, tuple(_outside(steps)), tuple(_outside(partners)), pooled(findings))
    return Conformance(
        reader,
        _row("all", total),
        tuple(_row(name, steps[name]) for name in sorted(steps)),
        tuple(_row(name, partners[name]) for name in sorted(partners)),
        {name: findings[name].total() for name in sorted(findings)},
        tuple(_row(name, crossed[name]) for name in sorted(crossed)),
    )


class _Tally:
    """Of one row: for each verdict how often, by case."""

    def __init__(self) -> None:
        self.of: defaultdict[Verdict, Cell] = defaultdict(Cell)

    def take(self, judged: Judged) -> None:
        self.of[judged.verdict][judged.case] += 1

    def three(self) -> tuple[Cell, Cell, Cell]:
        """As agreed, otherwise, undecided."""
        good, bad, neither = Cell(), Cell(), Cell()
        for verdict, cell in self.of.items():
            (good if verdict in CONFORMING else bad if verdict in OTHERWISE else neither).update(cell)
        return good, bad, neither


def _row(name: str, tally: _Tally) -> Share:
    good, bad, neither = (cell.total() for cell in tally.three())
    verdicts = {verdict.value: tally.of[verdict].total() for verdict in Verdict if verdict in tally.of}
    return Share(name, good, bad, neither, verdicts)


def _outside(rows: Mapping[str, _Tally]) -> Iterator[Share]:
    found = pooled_rows({name: tally.three() for name, tally in rows.items()})
    return (Share(name, *cells) for name, cells in sorted(found.items()))  # type: ignore[arg-type]
