"""What a KeyService does. Services depend on this; which one they get is decided where they are started."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from schakel.errors import SchakelError, Unreadable
from schakel.events.base import Sealed, SealedField
from schakel.sealing import Json, PublicKey


class NoKey(SchakelError):
    """There is no key of this person in this case: never sealed, or destroyed for good. What it sealed cannot be read."""

    def __init__(self, case_id: str, subject: str, *, destroyed: bool) -> None:
        self.case_id, self.subject, self.destroyed = case_id, subject, destroyed
        state = "was destroyed: the person was erased" if destroyed else "does not exist: nothing was sealed for them"
        super().__init__(f"the key of {subject!r} in case {case_id} {state}")


@dataclass(frozen=True, slots=True)
class ResealRequest:
    """One event whose parts are still sealed to the door. schema_id: of the value that will stand on the ledger."""

    case_id: str
    event_id: str
    event_type: str
    schema_id: int
    sealed: tuple[Sealed, ...]


class KeyService(Protocol):
    """Opens what partners sealed, seals it anew for each person, and forgets. Safe to use from several processes at once.

    A store that is away raises KeysAway from every method: nothing was done that asking again would not do, ask again.
    """

    def door_keys(self) -> Sequence[PublicKey]:
        """What partners may seal to, the newest first. There is always one."""
        ...

    def rotate_door(self) -> PublicKey:
        """A new key to seal to. The older ones still open, until each is retired."""
        ...

    def retire_door(self, kid: str) -> None:
        """Destroy a door key: what is still sealed to it on an `in` topic can no longer be taken in.

        Processes that have used it keep it in memory until they end.
        """
        ...

    def reseal(self, batch: Sequence[ResealRequest]) -> list[tuple[Sealed, ...] | Unreadable]:
        """One answer for each request, in order: its parts as they go on the ledger, one for each person and field.

        Keys that had to be made are durable when it returns. An Unreadable stands (it is not raised) in the place of an event that
        cannot be taken in; its code can go into a receipt: those of `schakel.sealing.open_jwe`, `sealed.twice`,
        `sealed.subject_erased`.
        """
        ...

    def open(
        self,
        case_id: str,
        subject: str,
        event_id: str,
        event_type: str,
        schema_id: int,
        field: SealedField,
        body: bytes,
    ) -> Json:
        """The value of one sealed field of the ledger. Raises NoKey or Unreadable (`part.…`)."""
        ...

    def destroy(self, case_id: str, subject: str) -> bool:
        """Destroy the person's key in this case, for good: nothing can be sealed for them any more either. Says whether there was one."""
        ...
