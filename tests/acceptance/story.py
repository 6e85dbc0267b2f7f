"""What happens about each row of the list besides its report, which is all that the list knows.

Invented by the row's number alone, so that both countings hear the same: the backbone as events, the other one as moments.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

PARTS: Mapping[str, frozenset[str]] = {
    "actieplan-veiligheid": frozenset({"referral"}),
    "amsterdam-handelingskader": frozenset({"rhythm"}),
    "amsterdam-treiteraanpak": frozenset({"words"}),
    "groningen-protocolkaart": frozenset({"words", "at_the_desk"}),
    "handreiking-negen-stappen": frozenset({"words", "referral", "action", "closing"}),
    "noord-nederland-alliantie": frozenset({"referral", "desk"}),
    "utrecht-alert": frozenset({"referral", "adviser", "desk"}),
    "versterkte-aanpak": frozenset({"referral"}),
    "voorbeeldaanpak-woonomgeving": frozenset({"referral"}),
    "zwb-aanspreekpunt": frozenset({"referral"}),
}
"""What is told under each protocol: what none of its clocks with a limit waits for would take time only."""

After = Callable[[int], timedelta | None]
"""How long after what it follows from, for the number-th row; None: never."""


def contact_after(number: int) -> timedelta | None:
    """When the reporter of the number-th row is called, after the report; never for each third row."""
    return None if number % 3 == 0 else timedelta(hours=number * 7 % 120, minutes=number % 60)


def notice_after(number: int) -> timedelta | None:
    """When the reporter is written to, after the report: for each fourth row, mostly before the call."""
    return timedelta(hours=number * 5 % 90, minutes=number % 50) if number % 4 == 1 else None


def attempt_after(number: int) -> timedelta | None:
    """When the reporter is called and does not answer, after the report. Only the first version of one scheme took that for a word."""
    return timedelta(hours=number * 3 % 80, minutes=number % 35) if number % 6 == 3 else None


def referred_after(number: int) -> timedelta | None:
    """When somebody else is asked to help and she says yes, after the report. Each fifth row's person says nothing."""
    return None if number % 5 == 0 else timedelta(hours=number * 3 % 60 + 1, minutes=number % 40)


def answered_after(number: int) -> timedelta | None:
    """When whoever was asked takes it up, after the referral."""
    return None if number % 3 == 1 else timedelta(hours=number * 11 % 168, minutes=number % 30)


def second_answered_after(number: int) -> timedelta | None:
    """When the next one takes it up, where the first hands it on, after the first took it up."""
    return None if number % 4 == 2 else timedelta(hours=number * 13 % 160, minutes=number % 20)


def agreed_after(number: int) -> timedelta | None:
    """When an action is agreed, after the report."""
    return None if number % 6 == 0 else timedelta(hours=number % 40 + 2)


def due_days(number: int) -> int:
    """By how many days after that day it is to be done."""
    return number % 30 + 1


def done_after(number: int) -> timedelta | None:
    """When it is done, after it was agreed."""
    return None if number % 5 == 2 else timedelta(days=number * 7 % 45, hours=number % 5)


def closed_after(number: int) -> timedelta | None:
    """When the case is closed, after the report: behind all of the above."""
    return None if number % 7 == 3 else timedelta(days=60 + number % 20, hours=number % 9)


def evaluated_after(number: int) -> timedelta | None:
    """When working together is looked back at, after the closing."""
    return None if number % 2 else timedelta(days=number * 7 % 160, hours=1)


def rhythm_after(number: int) -> timedelta | None:
    """When it is agreed with her how often she hears something, after the report; for each third row."""
    return timedelta(hours=number % 70 + 3) if number % 3 == 1 else None


def rhythm_days(number: int) -> int:
    """Within how many days of one word she hears the next."""
    return number % 12 + 1


def word_after(number: int) -> timedelta | None:
    """When she hears the next word, after that was agreed; and then none."""
    return None if number % 4 == 0 else timedelta(days=number * 5 % 17, hours=2)
