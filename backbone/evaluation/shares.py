"""From verdicts to shares: per step, per partner, per finding. Pure.

A share is of what can be decided: what is not yet due, was not possible, or cannot be told, is for nobody and against nobody. Outside
the chain only three numbers a row are given, as agreed, otherwise, undecided, and steps and partners are never crossed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backbone.evaluation.small_cells import Reader, pooled, pooled_rows
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
    """The tables. `by_step_and_partner` and `by_case` are for readers inside alone."""

    reader: Reader
    total: Share
    by_step: tuple[Share, ...]
    by_partner: tuple[Share, ...]
    findings: Mapping[str, int]
    by_step_and_partner: tuple[Share, ...] = ()


def step_name(judged: Judged) -> str:
    """`protocol@version part name`."""
    return f"{judged.protocol} {judged.part} {judged.name}"


def shares(judged: Iterable[Judged], reader: Reader) -> Conformance:
    """All tables in one pass."""
    total: Counter[Verdict] = Counter()
    steps: dict[str, Counter[Verdict]] = {}
    partners: dict[str, Counter[Verdict]] = {}
    crossed: dict[str, Counter[Verdict]] = {}
    findings: Counter[str] = Counter()
    for one in judged:
        step, partner = step_name(one), one.partner or NOBODYS
        total[one.verdict] += 1
        steps.setdefault(step, Counter())[one.verdict] += 1
        partners.setdefault(partner, Counter())[one.verdict] += 1
        crossed.setdefault(f"{step} · {partner}", Counter())[one.verdict] += 1
        findings.update(finding.value for finding in one.findings)
    if reader is Reader.OUTSIDE:
        rows = tuple(_outside({"all": total}))
        return Conformance(
            reader,
            rows[0] if rows else Share("all", 0, 0, 0),
            tuple(_outside(steps)),
            tuple(_outside(partners)),
            pooled(findings),
        )
    return Conformance(
        reader,
        _row("all", total),
        tuple(_row(name, steps[name]) for name in sorted(steps)),
        tuple(_row(name, partners[name]) for name in sorted(partners)),
        dict(sorted(findings.items())),
        tuple(_row(name, crossed[name]) for name in sorted(crossed)),
    )


def _row(name: str, verdicts: Counter[Verdict]) -> Share:
    return Share(
        name, *_three(verdicts), {verdict.value: verdicts[verdict] for verdict in Verdict if verdicts[verdict]}
    )


def _three(verdicts: Counter[Verdict]) -> tuple[int, int, int]:
    good, bad = sum(verdicts[one] for one in CONFORMING), sum(verdicts[one] for one in OTHERWISE)
    return good, bad, verdicts.total() - good - bad


def _outside(rows: Mapping[str, Counter[Verdict]]) -> Iterable[Share]:
    found = pooled_rows({name: _three(verdicts) for name, verdicts in rows.items()})
    return (Share(name, *cells) for name, cells in sorted(found.items()))  # type: ignore[arg-type]
