"""What every event model has in common: told or derived, who owns it, and the few text shapes that are allowed to be readable.

No field of an event may hold free text. A string is an identifier, a slug or a code of a fixed pattern; everything a person
wrote, and everything that points to a person, is `Sealed`.
"""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

# Patterns of everything readable (tests/language/test_readable.py keeps this list closed).
EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:#-]{0,79}$")]
CaseId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
PartnerId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:_-]{0,39}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,39}$")]
Reason = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,16}(_[a-z]{1,12}){0,4}$")]
"""A coded reason in a partner's own vocabulary, such as `too_few_leads`: small letters and underscores, so that no number fits."""
OwnCode = Annotated[str, StringConstraints(pattern=r"^([A-Z]{1,3}[0-9]{0,4}|[0-9]{1,4})([.-][0-9]{1,3})?$")]
"""A partner's own code, such as `F12` or `3.2`: too short for a telephone number, without room for a name."""
PeriodName = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}(-(0[1-9]|1[0-2])|-Q[1-4])?$")]
"""A month, quarter or year: 2026-03, 2026-Q1, 2026."""
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,119}$")]
SignedNote = Annotated[
    str,
    StringConstraints(
        pattern=r"^schakel/[a-z0-9.-]{1,80}/[0-9]{1,6}\n[0-9]{1,19}\n[A-Za-z0-9+/]{43}=\n\n"
        r"(— [!-~]{1,100} [A-Za-z0-9+/]{90,200}={0,2}\n){1,16}$"
    ),
]
"""A signed head of the ledger (docs/evidence.md): numbers, a hash and signatures; in receipts only."""
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
_SUBJECTS = (
    "victim|reporter|bystander|witness|professional|representative|household|neighbour|organisation|accused|third_party"
    "|other"
)
SubjectHandle = Annotated[str, StringConstraints(pattern=rf"^({_SUBJECTS})(-[1-9][0-9]{{0,2}})?$")]
"""Who in the case it is about: a role and perhaps a number, from a closed list, so that no name fits."""
SUBJECT_KINDS = tuple(_SUBJECTS.split("|"))
"""The roles that a handle begins with: `accused-2` is of the kind `accused`."""


def kind_of(subject: str) -> str:
    """The role in a handle."""
    return subject.partition("-")[0]


LimitText = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3} ?[a-z]{1,9}$")]


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone, for example 2026-03-28T12:00:00+01:00")
    if moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise ValueError("a moment lies between the years 1 and 9999") from None
    if moment.microsecond % 1000 == 0:
        return moment
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)  # what Avro's timestamp-millis can hold


Moment = Annotated[datetime, AfterValidator(_aware)]
"""An instant in UTC, to the millisecond; in Avro a timestamp-millis. What is finer is cut off, so that memory and ledger agree."""

Count = Annotated[int, Field(ge=0, lt=2**63)]
Seconds = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""Whole numbers that Avro's long can hold."""


def _path(name: object) -> object:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:120] or "_" if isinstance(name, str) else name


def _one_line(words: object) -> object:
    """A receipt must never fail on its own wording: one line of printable text, cut where it gets too long."""
    if not isinstance(words, str):
        return words
    line = "".join(letter if letter.isprintable() else " " for letter in words).strip()
    return (line[:999] + "…" if len(line) > 1000 else line) or "-"


FieldPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,120}$"), BeforeValidator(_path)]
"""Which field or header a receipt speaks of."""
OurWords = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,1000}$"), BeforeValidator(_one_line)]
"""A sentence that the backbone wrote, in receipts only: no event has room for one, and none repeats what it received."""


class Model(BaseModel):
    """An immutable value without room for fields that nobody declared. Its errors do not repeat what was found: it may be personal."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64", hide_input_in_errors=True
    )


class SealedField(StrEnum):
    """What a sealed part holds; the gate's scopes are granted over these."""

    CONTACT_DETAILS = "contact_details"
    STORY = "story"
    EXACT_PLACE = "exact_place"
    EXACT_TIME = "exact_time"
    OWN_REFERENCE = "own_reference"
    CONTACT_PREFERENCE = "contact_preference"
    FREE_TEXT = "free_text"
    UNKNOWN = "unknown"


class Sealed(Model):
    """Personal data of one subject that nobody on the way can read.

    On an `in` topic `body` is one compact JWE (ECDH-ES + A256GCM) whose plaintext is a JSON object with a member for each of `fields`.
    On the ledger intake has re-sealed it: one part a field, AES-256-GCM under the subject's own data key.
    `subject` names the person within the case (`victim`, `bystander`, `accused-2`), never by name.
    """

    subject: SubjectHandle
    fields: tuple[SealedField, ...]
    body: bytes


class Event(Model):
    """A fact in a case's history. `TYPE` is its name in the catalogue; the CloudEvents type is `nl.schakel.<TYPE>.v1`."""

    TYPE: ClassVar[str]
    IN_CASE: ClassVar[bool] = True
    """False for the chain's own stream: agreements, loaded definitions, watermarks."""


class Told(Event):
    """Stated by a partner or a person; appended by intake; never judged true or false."""

    sealed: tuple[Sealed, ...] = ()


class Derived(Event):
    """A conclusion of the backbone. Only `OWNER` appends it; `premises` are the ids of the events it rests on."""

    OWNER: ClassVar[str]
    premises: tuple[EventId, ...] = ()


class Observed(Event):
    """Seen by `OWNER` when somebody reads: neither told nor concluded. Partners ask the gateway; the operator gives a person her copy."""

    OWNER: ClassVar[str]


def ce_type(event_type: str) -> str:
    """The CloudEvents `type` of a catalogue name."""
    return f"nl.schakel.{event_type}.v1"


_CE_TYPE = re.compile(r"nl\.schakel\.([a-z_.]+)\.v1")


def catalogue_name(type_attribute: str) -> str | None:
    """The catalogue name in a CloudEvents `type`, or None when it is none of ours."""
    match = _CE_TYPE.fullmatch(type_attribute)
    return match.group(1) if match else None
