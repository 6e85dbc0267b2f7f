"""Linking two cases: what a partner may link, and what therefore has to be told in the other case too. Pure.

Whoever links has to be in both cases: else a link would be a way to ask which cases exist, or to hang a stranger's case on hers.
"""

from collections.abc import Collection, Iterator

from backbone.chains import Relation
from schakel.case_links import said_before
from schakel.case_state import State
from schakel.events.report import ReportLinked
from schakel.messages import Refusal


def objections(
    event: ReportLinked, case: State, other: State | None, held_there: Collection[Relation], partner: str
) -> Iterator[Refusal]:
    """other: the other case as far as intake knows it; held_there: the sender's relations to it."""
    if event.other_case == case.id:
        yield Refusal(
            code="link.itself",
            field="other_case",
            expected="another case than the one in ce_subject",
            remedy="send the id of the other case",
        )
    elif other is None or not {Relation.REPORTER, Relation.PARTY} & set(held_there):
        yield Refusal(
            code="case.not_yours",
            field="other_case",
            expected="a case that you reported, coordinate, or were referred",
            remedy="check the case id; if you should be in this case, ask the partner that reported it",
        )
    elif other.drill != case.drill:
        yield Refusal(
            code="link.drill",
            field="other_case",
            expected="two drills, or two cases of which neither is a drill",
            remedy="link a drill to a drill only: what is invented must not end up in what a person is shown of herself",
        )
    elif said_before(case, event, partner):
        yield Refusal(
            code="link.said_before",
            field="other_case",
            expected="a link that you have not told yet, in this case or in the other",
            remedy="nothing to do: it stands in both cases; to take it back, send statement.retracted with its id",
        )
