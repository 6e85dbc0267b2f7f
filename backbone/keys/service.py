"""What a KeyService does, and the parts of it that one service needs. Which one they get is decided where they are started.

    intake      Sealer      opens what partners sealed to the door, seals it anew; opens nothing of the ledger
    gateway     Opener      opens sealed fields of the ledger; seals nothing, knows no door key
    consent     Destroyer   destroys; opens and seals nothing, holds no key at all
    operator    KeyService  all of it, and the keys to the door

A store that is away, or a file of keys that is behind, raises KeysAway from every method: nothing was done that asking again would
not do, ask again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from backbone.keys.parts import Place
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


class Sealer(Protocol):
    """Opens what partners sealed and seals it anew for each person. Safe to use from several processes at once."""

    def reseal(self, batch: Sequence[ResealRequest]) -> list[tuple[Sealed, ...] | Unreadable]:
        """One answer for each request, in order: its parts as they go on the ledger, one for each person and field.

        Keys that had to be made are durable when it returns. An Unreadable stands (it is not raised) in the place of an event that
        cannot be taken in; its code can go into a receipt: those of `schakel.sealing.open_jwe`, `sealed.twice`,
        `sealed.subject_erased`.
        """
        ...


class Opener(Protocol):
    """Opens sealed fields of one person in one case."""

    def open_all(self, case_id: str, subject: str, fields: Sequence[tuple[Sequence[Place], bytes]]) -> list[Json]:
        """The values, in order; each opens at one of its places (they differ in the schema that it was written with).

        Raises NoKey (never sealed, or erased), Unreadable (`part.…`), KeysUnusable, KeysAway.
        """
        ...


class Destroyer(Protocol):
    """Destroys the keys of a person."""

    def destroy(self, case_id: str, subject: str) -> bool:
        """Destroy the person's keys in this case, for good: nothing can be sealed for them any more either. Says whether there was one."""
        ...


class KeyService(Sealer, Opener, Destroyer, Protocol):
    """All of it. Safe to use from several processes at once."""

    def door_keys(self) -> Sequence[PublicKey]:
        """What partners may seal to, the newest first. There is always one."""
        ...

    def rotate_door(self) -> PublicKey:
        """A new key to seal to. The older ones still open, until each is retired."""
        ...

    def retire_door(self, kid: str) -> None:
        """Destroy a door key: what is still sealed to it on an `in` topic can no longer be taken in, from the next batch on."""
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
