"""That a report can be placed in no chain, and why: in words for whoever sent it."""

from dataclasses import dataclass
from enum import StrEnum


class Unknown(StrEnum):
    """Why a report cannot be placed in a chain."""

    PARTNER_UNKNOWN = "partner_unknown"
    NOT_A_MEMBER = "not_a_member"
    MUNICIPALITY_MISSING = "municipality_missing"
    MUNICIPALITY_ELSEWHERE = "municipality_elsewhere"
    NOT_ON_THAT_DAY = "not_on_that_day"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class ChainUnknown:
    """No chain, and why. `candidates` are the chains the partner is in; `str()` is a sentence for its receipt."""

    reason: Unknown
    candidates: tuple[str, ...]
    municipalities: tuple[str, ...] = ()

    def __str__(self) -> str:
        match self.reason:
            case Unknown.PARTNER_UNKNOWN:
                return "this partner is not in the register; have it added to chains/partners.yaml"
            case Unknown.NOT_A_MEMBER:
                return "this partner is a member of no chain; have it added to a file under chains/"
            case Unknown.MUNICIPALITY_MISSING:
                wanted = ", ".join(self.municipalities)
                return f"this partner is in more than one chain; name the municipality of the incident: one of {wanted}"
            case Unknown.MUNICIPALITY_ELSEWHERE:
                covered = ", ".join(self.municipalities)
                return f"none of this partner's chains covers that municipality; they cover {covered}"
            case Unknown.NOT_ON_THAT_DAY:
                return (
                    f"that municipality belongs to {', '.join(self.candidates)}, but not on the day of the report;"
                    " see `joined` in the chain's file"
                )
            case Unknown.AMBIGUOUS:
                return f"more than one chain covers that municipality: {', '.join(self.candidates)}; name the chain"
