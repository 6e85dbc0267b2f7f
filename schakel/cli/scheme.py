"""How a case stands by its schemes' own parts, as lines for a terminal: level and lead, open steps, who speaks, what stays watched."""

from collections.abc import Iterator

from schakel.case_scheme import categories, scheme_of
from schakel.case_state import State
from schakel.cli.output import brief


def scheme_lines(case: State) -> Iterator[tuple[str, str]]:
    """(name, text); none for a case whose schemes have no such parts."""
    scheme, current = scheme_of(case), categories(case)
    for mark in scheme.categories:
        newer = "" if current[mark.protocol] is mark else ", no longer counts"
        yield "category", f"{mark.category} ({mark.protocol}), set by {mark.by}{newer}"
    for name, suggestion in scheme.suggested.items():
        if not any(f"{mark.protocol}/{mark.category}" == name for mark in scheme.categories):
            yield "suggested", f"{name} ({brief(suggestion)}); a person sets it, or not"
    if scheme.lead:
        yield "lead", f"{scheme.lead.partner} ({scheme.lead.role})"
    for escalation in scheme.escalations:
        yield "escalation", f"to {escalation.to}, asked by {escalation.by}{'' if escalation.done else ', not done'}"
    for name, line in scheme.lines.items():
        yield "line", f"{name}: {line.answer} ({line.by})"
    if scheme.steps:
        yield "deliberation", " -> ".join(f"{step.step} ({step.by})" for step in scheme.steps)
    if scheme.statements:
        newest = scheme.statements[-1]
        yield "speaks", f"{newest.by} ({newest.speaker}), {len(scheme.statements)} times somebody spoke"
    if scheme.watched:
        yield "place", "stays watched"
