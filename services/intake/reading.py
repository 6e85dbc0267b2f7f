"""What intake can read of a message before it judges it: its headers and its event, or why it cannot be read. Pure."""

from collections.abc import Iterator

from schakel import codec
from schakel.envelope import Envelope, read_headers
from schakel.errors import Unreadable
from schakel.events import Told
from schakel.events.report import ReportLinked
from schakel.record import Raw
from services.intake import answers, rules
from services.intake.doubts import Read


def read_message(raw: Raw) -> Read:
    """What it says and who says so; a refusal where that cannot be read."""
    try:
        if raw.value is not None and len(raw.value) > rules.MAX_EVENT_BYTES:
            raise Unreadable(
                "value.too_large",
                field="value",
                found=f"{len(raw.value)} bytes",
                expected=f"at most {rules.MAX_EVENT_BYTES} bytes",
                remedy="send attachments by another way; an event holds facts and a sealed story",
            )
        envelope = read_headers(raw.headers)
        return envelope, codec.decode_event(raw.value)  # type: ignore[return-value]  # the rules refuse what is not told
    except Unreadable as error:
        return answers.as_refusal(error)


def named(envelope: Envelope, event: Told) -> Iterator[str]:
    """The cases that a message speaks of."""
    if envelope.case:
        yield envelope.case
    if isinstance(event, ReportLinked):
        yield event.other_case
