"""How much work a role has said it can take on: reported and shown beside what is open, and never a limit for a person's help.

«Onze agenda's lopen al over» [1 §4.3]: so many open items a day are brought to a partner's notice, the rest stands on the list
(domain-detail A69). No referral, question or reminder waits for it.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schakel.events.vocab import Role


class WorkBudget(BaseModel):
    """What one role can take on in a day, as it said itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role = Field(description="the role")
    items_a_day: int = Field(ge=1, description="how many open items a day are shown first; the rest stands on the list")
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)] = Field(
        description='where it says so, or "keuze: ..." for our own'
    )
