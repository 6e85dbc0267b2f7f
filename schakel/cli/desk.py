"""What the desks told of a case after the first contact, as lines of `schakel case show`."""

from collections.abc import Iterator

from schakel.case_complaint import departure_not_explained, end_not_explained, wished_complaint
from schakel.case_hearing import stage
from schakel.case_needs import hopes_not_explained, newest_needs, noted, wishes
from schakel.case_state import State
from schakel.cli.output import moment


def lines(case: State) -> Iterator[tuple[str, str]]:
    """(name, text), codes only. Nothing for a case in which nobody told anything of the kind."""
    desk = noted(case)
    for record in newest_needs(case):
        hope = f"; cannot be met: {' + '.join(record.cannot_be_met)}" if record.cannot_be_met else ""
        yield "needs", f"{' + '.join(record.needs) or '-'}{hope} ({record.by}, {moment(record.at)})"
    for name, roles in zip(("wishes", "does not want"), wishes(case), strict=True):
        if roles:
            yield name, ", ".join(sorted(roles))
    if complaint := desk.complaint:
        told = {
            "appointed": complaint.appointed,
            "taken": complaint.taken,
            complaint.outcome or "settled": complaint.settled,
        }
        yield "statement", ", ".join(name for name, event in told.items() if event)
    for chosen in desk.settlements.values():
        beside = f", departs from her wish: {chosen.motive}" if chosen.departs_from_wish else ""
        yield "settlement", f"{chosen.settlement} ({chosen.by}{beside})"
    if hearing := stage(case):
        yield "both sides", hearing.value
    for asked in desk.inquiries.values():
        yield "question", f"{asked.question} to {asked.to} by {asked.by}: {asked.answer or 'no answer yet'}"
    for wanted in desk.asked_advice.values():
        yield "advice asked", f"of {wanted.to} by {wanted.by}: {'answered' if wanted.answered_at else 'no answer yet'}"
    for said in desk.advice.values():
        yield (
            "advice",
            f"{' + '.join(said.advises) or 'in words'} by {said.by}, {'asked' if said.request else 'unasked'}",
        )
    for made in desk.marks:
        yield "otherwise", f"{made.kind} by {made.by}{f', expected {made.expected}' if made.expected else ''}"
    if open_ := list(_open(case)):
        yield "open", ", ".join(open_)


def _open(case: State) -> Iterator[str]:
    """What the history alone shows to be open; what a protocol asks for besides, the cases service lists."""
    if hopes_not_explained(case):
        yield "explain what cannot be met"
    if end_not_explained(case):
        yield "explain how it ended"
    if departure_not_explained(case):
        yield "explain why another way was chosen"
    complaint = noted(case).complaint
    if wished_complaint(case) and not (complaint and (complaint.appointed or complaint.taken)):
        yield "make an appointment"
