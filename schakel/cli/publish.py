"""`schakel publish`: events from a JSON file, one receipt each."""

import json
import sys
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from schakel import codec
from schakel.cli.output import FOUND, Undoable, brief, sealed_words, show, show_json, table
from schakel.cli.who import As, ProfilePath, choose
from schakel.client import NoReceipt, Partner, Pending
from schakel.definitions import Definitions
from schakel.errors import Unreadable
from schakel.events import TOLD, Told
from schakel.messages import Receipt, ReceiptStatus

_SAME_CONTENT = uuid.UUID(
    "8f0d1a52-5c3c-5d3e-9a57-0b6a3f6b7c21"
)  # fixed for life: the ids of events without one hang on it
_MEMBERS = ("type", "event", "personal", "case", "id", "causation", "actor", "drill")


@dataclass(frozen=True, slots=True)
class Item:
    """One event of the file, understood."""

    id: str
    event: Told
    case: str | None
    personal: dict[str, dict[str, Any]]
    options: dict[str, Any]


def publish(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON: an event or a list of events; - reads standard input")
    ],
    as_: As = None,
    profile: ProfilePath = None,
    as_json: Annotated[bool, typer.Option("--json", help="one receipt a line, as JSON")] = False,
    timeout_s: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="how long to wait for the receipts")
    ] = 30.0,
) -> None:
    """Tell events and show their receipts.

    An event in the file:

      {"type": "report.received",
       "event": {"reported_at": "2026-03-28T12:00:00+01:00",
                 "facts": {"identity": "by_name", "natures": ["threat"],
                           "place": {"municipality": "amsterdam"}}},
       "personal": {"victim": {"contact_details": {"phone": "…"},
                               "story": "…"}}}

    What stands under "personal" is sealed here, for each person and field. Events about an existing case also have "case". An "id"
    (a UUID) may be given; without one it follows from the content, so that the same file published again gets the receipts it had.

    Examples:

      schakel publish report.json --as coc-amsterdam

      schakel publish - --as coc-amsterdam --json < events.json
    """
    chosen = choose(as_, profile)
    items = understand(_read(file), chosen.partner)
    with chosen.connect() as partner:
        answers = _tell(partner, items, timeout_s)
        definitions = partner.definitions
    if as_json:
        for item, answer in zip(items, answers, strict=True):
            show_json({"id": item.id, "type": item.event.TYPE, "receipt": _plain(answer)})
    else:
        _show(items, answers, definitions)
    if any(not isinstance(answer, Receipt) or answer.status is not ReceiptStatus.ACCEPTED for answer in answers):
        raise typer.Exit(FOUND)


def understand(said: Any, partner: str) -> list[Item]:
    """The events of a file. Raises Undoable that names the first one that is wrong; nothing is sent then."""
    listed = said if isinstance(said, list) else [said]
    if not listed:
        raise Undoable("the file holds an empty list; expected at least one event")
    repeated: Counter[str] = Counter()
    items = []
    for number, one in enumerate(listed, 1):
        where = f"event {number}" if isinstance(said, list) else "the event"
        if not isinstance(one, dict):
            raise Undoable(f"{where} is no JSON object; expected one with 'type' and 'event'")
        if unknown := sorted(set(one) - set(_MEMBERS)):
            raise Undoable(f"{where} has the members {', '.join(unknown)}; expected only {', '.join(_MEMBERS)}")
        content = json.dumps({name: value for name, value in one.items() if name != "id"}, sort_keys=True)
        repeated[content] += 1
        own_id = uuid.uuid5(_SAME_CONTENT, f"{partner}|{content}|{repeated[content]}")
        items.append(_item(one, where, str(one.get("id") or own_id)))
    return items


def _item(one: dict[str, Any], where: str, event_id: str) -> Item:
    name = one.get("type")
    if name not in TOLD:
        raise Undoable(f"{where}: 'type' is {name!r}, expected one that partners tell: {', '.join(TOLD)}")
    personal = one.get("personal") or {}
    if not isinstance(personal, dict) or not all(isinstance(parts, dict) for parts in personal.values()):
        raise Undoable(
            f"{where}: 'personal' must be an object of objects, by person and field, such as {{\"victim\": {{…}}}}"
        )
    if "sealed" in (one.get("event") or {}):
        raise Undoable(f"{where}: give what is personal readable under 'personal'; it is sealed here")
    try:
        event = codec.validate(TOLD[name], one.get("event") or {})
    except Unreadable as problem:
        raise Undoable(
            f"{where} ({name}): field {problem.field}: expected {problem.expected}; correct it in the file"
        ) from None
    assert isinstance(event, Told)
    options = {key: one[key] for key in ("causation", "actor", "drill") if one.get(key)}
    return Item(event_id, event, one.get("case"), personal, options)


def _read(file: Path) -> Any:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return json.loads(text)
    except FileNotFoundError:
        raise Undoable(f"there is no file {file}") from None
    except json.JSONDecodeError as error:
        raise Undoable(f"{file} is no JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError:
        raise Undoable(f"{file} is no text in UTF-8") from None


def _tell(partner: Partner, items: list[Item], timeout_s: float) -> list[Receipt | NoReceipt]:
    """All on their way at once, answers in the order of the file."""
    sent: list[Pending] = []
    for item in items:
        sent.append(partner.send(item.event, case=item.case, personal=item.personal, event_id=item.id, **item.options))
    answers: list[Receipt | NoReceipt] = []
    for pending in sent:
        try:
            answers.append(pending.receipt(timeout_s))
        except NoReceipt as none:
            answers.append(none)
    return answers


def _show(items: list[Item], answers: list[Receipt | NoReceipt], definitions: Definitions) -> None:
    made = table("event", "type", "answer", "case or reason")
    for item, answer in zip(items, answers, strict=True):
        made.add_row(brief(item.id), item.event.TYPE, *_words(answer))
        for route in answer.elsewhere if isinstance(answer, Receipt) else ():
            made.add_row("", "", f"→ {route.to or route.role.value}", definitions.says_of(route) or route.route)
        for subject, parts in item.personal.items():
            made.add_row("", "", "", sealed_words(subject, tuple(sorted(parts))))
    show(made)


def _words(answer: Receipt | NoReceipt) -> tuple[str, str]:
    if isinstance(answer, NoReceipt):
        return "none yet", "it stands in the topic; publish the same file again to ask again"
    if answer.refusal:
        why = answer.refusal
        found = f"found {why.found}, " if why.found else ""
        expected = f"expected {why.expected}; " if why.expected else ""
        return "refused", f"{why.code}{f' in {why.field}' if why.field else ''}: {found}{expected}{why.remedy}"
    return answer.status.value, answer.case or "-"


def _plain(answer: Receipt | NoReceipt) -> Any:
    return {"status": "none"} if isinstance(answer, NoReceipt) else answer.model_dump(mode="json")
