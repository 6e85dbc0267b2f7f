"""Whether anything of a file can be played at all, and what else can be done with one of which nothing can. Pure."""

from backbone.protocols import Protocol, Status
from backbone.protocols.overviews import Of
from services.rehearsal.setting import acts

LISTED = (Of.CASES, Of.MEASURES)
"""What stands on a list at any moment; the others are of a closed period, or written by people."""


def instead(tried: Protocol) -> str | None:
    """What to do with a file of which nothing can be played, in one sentence; None when something can."""
    here = tried.cooperation
    if acts(tried) or here.consultations or here.rhythms or any(one.in_force for one in here.agreements):
        return None
    if any(one.of in LISTED for one in here.overviews):
        return None
    read = f"read it with `backbone protocol explain {tried.protocol}`"
    if counted := next((one.id for one in here.overviews if one.of is Of.NUMBERS), None):
        look = f"look at them with `backbone overview CHAIN --of {counted} --period 2026-Q1`"
        return f"{tried.ref} is about figures of a closed period, which no play can have; {look}, or {read}"
    why = "its text is not held" if tried.status is Status.MENTIONED else "nothing follows from it"
    return f"{tried.ref} has nothing to try, since {why}; {read}, and write its next version when there is a text"
