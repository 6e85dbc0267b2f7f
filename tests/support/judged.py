"""The gate's own model (`tests/properties`) as judge of a whole ledger that the live system left behind.

Never a release, a delivery or a read in effect without what permits it before it; once at rest, never a needless hold.
"""

from collections.abc import Iterator

from schakel.case import apply
from schakel.case_state import Effect, State
from tests.properties.gate_judge import Judge
from tests.support.truths import Evidence


def the_model_agrees(evidence: Evidence) -> Iterator[str]:
    """Every record of every case, in order. A case with a record that nobody can read is judged up to there, and not as at rest."""
    stuck = {(raw.key or b"").decode("ascii", "replace") for raw in evidence.garbage}
    for case_id, history in evidence.histories().items():
        case, judge = State(id=case_id), Judge()
        for entry in history:
            effect = apply(case, entry)
            if effect is not Effect.DUPLICATE:
                for wrong in judge.hear(entry, effective=effect is Effect.EFFECTIVE):
                    yield f"case {case_id}: {wrong}"
        if case_id not in stuck:
            for wrong in judge.at_rest(case):
                yield f"case {case_id}, at rest: {wrong}"
