"""How long one decision of the gate takes: a case with 50 grants, pure code, no broker. `python -m bench.gate [quick]`.

Half of the grants are about other recipients and purposes, and some are provisional, ended or taken back, as in a long case; there are
also three noes and a few questions. Timed is `permits`, and `still_allowed`, which a read asks as well.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import stand
from schakel.case_consent import still_allowed
from schakel.case_state import Asked, Grant, No, Referral, ReferralState, Reopened, State
from schakel.events.vocab import Provisional
from services.consent.gate import Hold, Permit, permits

GRANTS = 50
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HELP, POLICE = "slachtofferhulp", "politie-amsterdam"


def case(grants: int) -> State:
    """A long case: every second grant is about the recipient and purpose that is asked about."""
    known = State(id="c0ffee00-0000-4000-8000-000000000001", time=AT, facts={"identity": "by_name", "checks": []})
    known.provisional = [Provisional.RECORDED_BY_BENEFICIARY.value]
    for number in range(grants):
        mine = number % 2 == 0
        grant = Grant(
            f"grant-{number}",
            HELP if mine else f"partner-{number}",
            "referral" if number % 3 else "aftercare",
            ["story"] if number < grants - 4 else ["contact_details", "story"],
            HELP if number % 10 == 0 else POLICE,
            until=AT + timedelta(days=1) if number % 4 == 0 else None,
            standing=number % 7 != 0,
        )
        known.grants[grant.id] = grant
    known.noes = [No(f"no-{number}", True, recipient=HELP, purpose="referral") for number in range(3)]
    known.reopened = [Reopened(no.id, HELP, "referral") for no in known.noes]
    known.asked = [Asked(f"asked-{number}", HELP, "referral") for number in range(5)]
    return known


def referral(purpose: str = "referral") -> Referral:
    return Referral("referral-1", HELP, "victim_support", purpose, ["contact_details"], ["story"])


def released() -> Referral:
    sent = referral()
    sent.state, sent.mode, sent.released_basis = ReferralState.DELIVERED, "by_name", "consent"
    sent.scopes = ["case_facts", "contact_details", "story"]
    return sent


def microseconds(act: Callable[[], Any], rounds: int) -> float:
    """One call, by the processor's own time: other work on the machine does not count."""
    begun = time.process_time()
    for _ in range(rounds):
        act()
    return (time.process_time() - begun) * 1e6 / rounds


def main() -> None:
    known, asked, held, sent = case(GRANTS), referral(), referral("consultation"), released()
    assert isinstance(permits(known, asked), Permit)
    assert isinstance(permits(known, held), Hold)
    assert still_allowed(known, sent)
    rounds, runs = (200, 3) if stand.quick() else (5_000, 9)
    acts: dict[str, Callable[[], Any]] = {
        "permit": lambda: permits(known, asked),
        "hold": lambda: permits(known, held),
        "still_allowed": lambda: still_allowed(known, sent),
    }
    found = {name: stand.spread([microseconds(act, rounds) for _ in range(runs)]) for name, act in acts.items()}
    stand.write("gate", {"grants": GRANTS, "microseconds": found})


if __name__ == "__main__":
    main()
