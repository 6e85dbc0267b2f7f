"""By which version of its chain is a case judged?

By the one under which it was opened. But the backbone concludes by the chain as its file stands, and that may have gone on to another
version while the case ran; which one it had read at a conclusion stands nowhere. So what is wrong by the version of the opening, and is
not by another that was in use, nobody can tell; what is wrong by each of them is wrong.
"""

from collections.abc import Callable

from auditor.definitions import Chain, Definitions
from auditor.report import WRONG, Report


def judge(by: Callable[[Chain], Report], ref: str, place: str, definitions: Definitions, report: Report) -> None:
    """by: what there is to say of a case under a chain. ref: the version that `case.opened` names, at this place."""
    if (chain := definitions.chain(ref)) is None:
        says = f"the chain {ref}, under which the case was opened, is not in the bundle as it was in force"
        report.cannot_tell("clocks", "not_held", place, says)
        return
    found = by(chain)
    report.counts += found.counts
    wrong = {one for one in found.findings if one.answer == WRONG}
    report.findings |= found.findings - wrong
    others = {name: _wrong(by(other)) for name, other in definitions.others(ref).items()} if wrong else {}
    for one in wrong:
        fine = [name for name, theirs in others.items() if (one.code, one.place) not in theirs]
        if fine:
            says = f"{one.says}, by the chain {ref}; by {', '.join(fine)}, which was in use too, it is not wrong"
            report.cannot_tell("clocks", "chain_version", one.place, says)
        else:
            report.findings.add(one)


def _wrong(report: Report) -> set[tuple[str, str]]:
    return {(one.code, one.place) for one in report.findings if one.answer == WRONG}
