"""The route of a protocol for professionals: from the door to aftercare, with who is asked, who gets what, and which time runs. Pure.

In the order in which a report meets it: doors, questions, what is explained, who gets it (by when it happens), who is only told, what is
timed meanwhile, the end, aftercare. A clock stands beside what starts it; below it what happens when it is late.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backbone.authoring import sentences as s
from backbone.authoring import words as w
from backbone.authoring.boxes import ALWAYS_ON, CLOCK, PLAIN, TOLD, YES, Card, Lane, Mark, Route
from backbone.authoring.explaining import HEADER, heading, part_of, sections
from backbone.authoring.moments import arrows, door_groups, in_order
from backbone.authoring.names import titled
from backbone.authoring.own_words import Own, own_words
from backbone.authoring.scheme_cards import named, part_card
from backbone.person.plain import lists
from backbone.protocols.clock_rules import OF_REFERRAL, ClockStart
from backbone.protocols.conditions import Condition
from backbone.protocols.model import ClockRule, Explain, Inform, Protocol, Status, Step
from schakel.events.report import FIRST_QUESTION
from schakel.events.vocab import Basis, Channel, ClockKind, Role

LEGEND = (
    (YES, "alleen met het ja van de persoon"),
    (ALWAYS_ON, "gaat altijd door; zonder naam als de persoon nee zegt"),
    (TOLD, "hoort dat er iets is gebeurd, zonder persoonsgegevens"),
    (CLOCK, "hier loopt een klok"),
)
ARROWS = "Een pijl staat er alleen waar het bestand zelf zegt dat het een op het ander volgt. De nummers geven de volgorde van de route."
_DRAWN = (
    *("opens", "checks", "explain", "steps", "informs", "clocks", "ladder", "closing", "aftercare", "doors"),
    *("readings", "variants"),
)
_USUAL = ("door", "record_kind", "target")
"""Facts that a step need not repeat in the picture: from which door stands above it, the others hold of nearly every step."""

_REACHABLE = ("identity", frozenset({"known_to_door", "by_name"}))
_AT_THE_DOOR = (ClockStart.REPORT_RECEIVED, ClockStart.OCCURRENCE)


def route(protocol: Protocol) -> Route:
    """Lanes only for what the protocol has."""
    own = own_words(protocol)
    lanes = tuple(replace(lane, cards=_called(lane.cards, own)) for lane in _lanes(protocol) if lane.cards)
    held = "" if protocol.status is Status.HELD else " Wij hebben de tekst niet."
    says = (
        "Zo loopt een melding." if protocol.is_about_cases else "Geen route van een melding: dit doen partners samen."
    )
    about = f"Versie {protocol.version}. {says}{held}"
    there = {card.key: card for lane in lanes for card in lane.cards if card.key}
    drawn = tuple(_forward(arrows(protocol), list(there)))
    words = "; ".join(f"{lane.heading}: {', '.join(card.named for card in lane.all())}" for lane in lanes)
    leads = "; ".join(f"{there[begin].named} → {there[end].named}" for begin, end in drawn)
    told = f"{says} {words}." + (f" Pijlen: {leads}." if leads else "")
    beside = any(card.beside for lane in lanes for card in lane.cards)
    return Route(
        protocol.title, about, told, lanes, "nl", _legend(lanes), drawn, ARROWS if drawn or beside else ""
    )  # fmt: skip


def _called(cards: Iterable[Card], own: Own) -> tuple[Card, ...]:
    return tuple(
        replace(card, lines=tuple(own(card.lines)), beside=tuple(_called(stack, own) for stack in card.beside))
        for card in cards
    )


def _forward(found: Iterable[tuple[str, str]], order: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each once, and only to what stands further on: a step that takes the case up again is said in words."""
    for begin, end in dict.fromkeys(found):
        if begin in order and end in order and order.index(begin) < order.index(end):
            yield begin, end


def _legend(lanes: Iterable[Lane]) -> tuple[tuple[Mark, str], ...]:
    """Only the marks that are in the picture."""
    used = {card.mark for lane in lanes for card in lane.all()}
    return tuple((mark, says) for mark, says in LEGEND if mark in used)


def _lanes(protocol: Protocol) -> Iterator[Lane]:
    if protocol.is_about_cases:
        yield Lane("De melding komt binnen", tuple(_doors(protocol)))
    yield Lane("Er wordt gevraagd", tuple(_checks(protocol)))
    yield Lane("Er wordt uitgelegd", tuple(_explained(one) for one in protocol.explain if not one.after))
    yield Lane("Wie krijgt de melding", tuple(_steps(protocol)))
    yield Lane("Zegt een partner nee, of blijft het stil", tuple(_not_taken_up(protocol)))
    yield Lane("Wat daarna wordt uitgelegd", tuple(_explained(one) for one in protocol.explain if one.after))
    yield Lane("Wie hoort het alleen", tuple(map(_inform, protocol.informs)))
    yield Lane("Welke tijd loopt er tijdens de zaak", tuple(_meanwhile(protocol)))
    yield Lane("De zaak eindigt", tuple(_closing(protocol)))
    yield Lane("Nazorg", tuple(_aftercare(protocol)))
    if not protocol.is_about_cases:
        yield Lane(heading("doors"), tuple(_desks(protocol)))
    for section in sections(protocol):
        if section not in _DRAWN and section not in HEADER and (value := part_of(protocol, section)):
            parts = value if isinstance(value, tuple) else (value,)
            yield Lane(heading(section), tuple(_of_the_scheme(part, protocol) for part in parts))
    if not protocol.is_about_cases and protocol.readings and not protocol.cooperation.consultations:
        yield Lane("Wat wij ervan lezen", (Card("", tuple(f"• {_reading(note)}" for note in protocol.readings)),))


def _of_the_scheme(part: object, protocol: Protocol) -> Card:
    """With when it counts: without that a line of a plan for one kind of case would seem to hold for all."""
    card, when = part_card(part, protocol), getattr(part, "when", None)
    return replace(card, lines=(*card.lines, *_conditions(when, _USUAL))) if isinstance(when, Condition) else card


def _reading(note: object) -> str:
    """Its own text: what it is named by is for developers."""
    return str(getattr(note, "text", "") or named(note))


# --- the door ---------------------------------------------------------------------------------------------------------


def _doors(protocol: Protocol) -> Iterator[Card]:
    """A card for each group of doors of which the file says the same, and what is timed from the report on beside them."""
    groups = door_groups(protocol)
    timed = [(clock, _group_of(clock, groups)) for clock in protocol.clocks if _starts_at_the_door(clock)]
    for number, group in enumerate(groups):
        beside = tuple(_stack(clock, protocol, of_the_door=True) for clock, of in timed if of == number)
        yield Card("", (_any_of(group),), key=f"door:{number}", beside=beside)
    opening = s.doors(protocol.opens.when) if protocol.opens else ()
    opens = _conditions(protocol.opens.when, ("door",) if opening else ()) if protocol.opens else []
    beside = tuple(_stack(clock, protocol) for clock, of in timed if of is None)
    if opening:
        named_before = {role for group in groups for role in group}
        elsewhere = _any_of(role for role in opening if role not in named_before)
    else:
        elsewhere = "Elk ander loket van de keten" if groups else "Elk loket van de keten"
    if groups and elsewhere:
        yield Card("", (elsewhere,))
    if not groups:
        yield Card("", (elsewhere, *opens), key="received", beside=beside)
    elif opens or beside:
        yield Card("De melding is er", tuple(opens), key="received", beside=beside)
    yield from _desks(protocol)


def _group_of(clock: ClockRule, groups: Sequence[Sequence[Role]]) -> int | None:
    """The group of doors that a clock is for; None: for no one of them."""
    doors = set(s.doors(clock.when))
    return next((number for number, group in enumerate(groups) if doors and doors == set(group)), None)


def _any_of(roles: Iterable[Role]) -> str:
    return s.capital(s.roles(roles, "of"))


def _desks(protocol: Protocol) -> Iterator[Card]:
    """Where people can report, as the text names it."""
    if not protocol.doors:
        return
    channels = lists()["Channel"]
    lines = []
    for door in protocol.doors:
        ways = [
            channels.get(str(way), str(way))
            for way in (door.model_extra or {}).get("channels", ())
            if str(way) in list(Channel)
        ]
        lines.append(f"• {named(door)}" + (f": {s.listed(ways, 'of')}" if ways else ""))
    yield Card("Hier kun je melden", tuple(lines))


def _starts_at_the_door(clock: ClockRule) -> bool:
    return clock.starts in _AT_THE_DOOR and not clock.of_step


# --- questions and explanations ---------------------------------------------------------------------------------------


def _checks(protocol: Protocol) -> Iterator[Card]:
    said = {"yes": "Ja", "no": "Nee", "unknown": "Onbekend"}
    for check in sorted(protocol.checks, key=lambda check: check.check not in FIRST_QUESTION):
        answers = [f"{said[answer.value]}: {text}" for answer, text in check.consequences.items()]
        above = f"{'Eerst. ' if check.check in FIRST_QUESTION else ''}{_any_of(check.asked_by)} vraagt:"
        lines = (*answers, *_conditions(check.when, _USUAL[1:]))
        yield Card(check.question, lines, above, key=f"check:{check.id}")


def _explained(explain: Explain) -> Card:
    topic = s.in_list("InformationTopic", explain.topic.value)
    lines = [f"{s.capital(_turn_of(explain))}.", *_conditions(explain.when, _USUAL)]
    if explain.by:
        lines.append(f"{s.capital(s.role(explain.by))} legt dit uit.")
    return Card(s.capital(topic), tuple(lines), key=f"explain:{explain.id}")


def _turn_of(explain: Explain) -> str:
    """A step is pointed at by its arrow; one that stands above the explanation has none to it, and is named."""
    if explain.before and explain.before not in w.BEFORE:
        return "voor de stap waar de pijl heen gaat"
    return s.turn_of(explain)


# --- who gets it ------------------------------------------------------------------------------------------------------


def _steps(protocol: Protocol) -> Iterator[Card]:
    """The steps by when they happen, what is timed of each beside it."""
    since = ""
    for when, step in in_order(protocol):
        timed = tuple(_stack(clock, protocol) for clock in protocol.clocks if clock.of_step == step.id)
        yield _step(step, protocol, when if when != since else "", timed)
        since = when


def _not_taken_up(protocol: Protocol) -> Iterator[Card]:
    """What holds of every referral of a protocol (`services.routing.loop`), with what the file times of every one."""
    if protocol.steps:
        timed = tuple(_stack(clock, protocol) for clock in protocol.clocks if _of_any_step(clock, protocol))
        lines = (
            "De volgende partner van die rol krijgt het voorstel; de persoon wordt opnieuw gevraagd.",
            "Is er niemand meer, dan hoort wie voor de zaak zorgt dat.",
        )
        yield Card("De volgende partner", lines, "Zo gaat het in elk protocol", key="referral", beside=timed)


def _of_any_step(clock: ClockRule, protocol: Protocol) -> bool:
    return clock.starts in OF_REFERRAL and protocol.step(clock.of_step or "") is None


def _step(step: Step, protocol: Protocol, since: str, timed: tuple[tuple[Card, ...], ...]) -> Card:
    refer, doors = step.refer, s.doors(step.when)
    mark, says = _consent(step)
    lines = [f"{s.capital(w.PURPOSES.get(refer.purpose.value, refer.purpose.value))}. Nodig: {s.scopes(refer.needs)}."]
    if refer.wants:
        lines.append(f"Ook, als het mag: {s.scopes(refer.wants)}.")
    lines += _conditions(step.when, _USUAL)
    if first := protocol.step(step.after or ""):
        lines.append(f"Pas na: naar {s.receiver(first.refer)}.")
    if refer.hand_over:
        lines.append("Wie het aanneemt, heeft daarna de leiding over de zaak.")
    above = f"Van {s.roles(doors, 'of')}" if doors else "Van elk loket"
    return Card(f"Naar {s.receiver(refer)}", tuple(lines), above, mark, says, f"step:{step.id}", since, timed)


def _consent(step: Step) -> tuple[Mark, str]:
    if step.refer.basis is not Basis.CONSENT:
        return PLAIN, f"Geen toestemming, maar: {s.in_list('Basis', step.refer.basis.value)}"
    if step.refer.if_refused.value == "strip":
        return ALWAYS_ON, "Altijd; bij nee zonder naam"
    return YES, "Alleen met een ja; bij nee wacht het"


def _inform(inform: Inform) -> Card:
    doors = s.doors(inform.when)
    above = f"Van {s.roles(doors, 'of')}" if doors else ""
    lines = tuple(_conditions(inform.when, _USUAL))
    return Card(s.capital(s.roles(inform.inform)), lines, above, TOLD, "Zonder persoonsgegevens", f"inform:{inform.id}")


# --- time -------------------------------------------------------------------------------------------------------------


def _stack(clock: ClockRule, protocol: Protocol, *, of_the_door: bool = False) -> tuple[Card, ...]:
    """A clock, and below it what happens when it is late: who hears of it, and the ladder. of_the_door: beside its doors."""
    late = [_clock(clock, () if of_the_door else s.doors(clock.when))]
    if clock.on_breach:
        told = s.roles(clock.on_breach)
        late.append(
            Card("Te laat?", (f"Dan {s.hears(clock.on_breach)} {told} dat.",), mark=TOLD, key=f"late:{clock.id}")
        )
    for rung in protocol.rungs(clock.id):
        above = f"{s.capital(s.limit(rung.after))} na de grens, nog niet gebeurd?"
        lines = ("De zaak gaat naar die partner.",) if rung.escalates else ("De zaak blijft waar die is.",)
        late.append(
            Card(f"{s.capital(s.role(rung.to))} hoort dat", lines, above, TOLD, key=f"rung:{clock.id}:{rung.id}")
        )
    return tuple(late)


def _clock(clock: ClockRule, doors: Sequence[Role]) -> Card:
    """What starts it is said only where the card beside it does not say it already."""
    seen = clock.of_step is None and clock.starts not in (*OF_REFERRAL, ClockStart.OCCURRENCE)
    start = s.start_but(clock) if seen else [s.start(clock)]
    says, lines = "Geen grens; alleen gemeten", [*start, f"Aan zet: {s.doer(clock)}."]
    if clock.limit is not None:
        promised = "Beloofd" if clock.promise is ClockKind.PROMISED else "Onze eigen keuze"
        says = f"Binnen {s.limit(clock.limit)}. {promised}"
    if clock.by_when:
        says = "Op de afgesproken dag"
    if clock.by_preference:
        says = f"Zo vaak als met het slachtoffer is afgesproken. Anders: {says[:1].lower()}{says[1:]}"
    if doors:
        lines.append(f"Alleen van {s.roles(doors, 'of')}.")
    lines += _conditions(clock.when, _USUAL)
    title = w.CLOCKS[clock.stops.on.value].format(whom=s.persons(clock.stops.with_) or "de persoon")
    return Card(title, tuple(lines), titled(clock.id), CLOCK, says, f"clock:{clock.id}")


def _meanwhile(protocol: Protocol) -> Iterator[Card]:
    """What is timed from something that happens in the case, each beside what starts it."""
    starts: dict[ClockStart, list[ClockRule]] = {}
    for clock in protocol.clocks:
        beside_a_step = protocol.step(clock.of_step or "") is not None or (
            protocol.steps and _of_any_step(clock, protocol)
        )
        if not (beside_a_step or _starts_at_the_door(clock) or clock.starts is ClockStart.CASE_CLOSED):
            starts.setdefault(clock.starts, []).append(clock)
    for start, clocks in starts.items():
        timed = tuple(_stack(clock, protocol) for clock in clocks)
        yield Card(w.BEGINS[start.value], key=f"start:{start.value}", beside=timed)


# --- the end ----------------------------------------------------------------------------------------------------------


def _closing(protocol: Protocol) -> Iterator[Card]:
    closing = protocol.closing
    timed = tuple(_stack(clock, protocol) for clock in protocol.clocks if clock.starts is ClockStart.CASE_CLOSED)
    lines = (
        [f"{s.capital(s.role(closing.by))} sluit de zaak. Elke partner sluit eerst het eigen deel."]
        if closing.by
        else []
    )
    if care := closing.aftercare:
        lines.append(
            f"Eerst een antwoord over nazorg voor: {s.listed(s.in_list('AftercareFor', one.value) for one in care.of)}."
        )
    lines += [f"• {reason.text}" for reason in closing.reasons]
    if lines or timed:
        yield Card("" if lines else "De zaak is gesloten", tuple(lines), key="closing", beside=timed)


def _aftercare(protocol: Protocol) -> Iterator[Card]:
    if care := protocol.aftercare:
        until = f" tot {s.limit(care.until)}" if care.until else ""
        lines = [f"{s.limit(care.after)}{until} na het sluiten.", *_conditions(care.when, _USUAL)]
        lines += ["De persoon mag zeggen dat dit niet hoeft.", *(f"• {question}" for question in care.asks)]
        says = "Beloofd" if care.promise is ClockKind.PROMISED else "Onze eigen keuze"
        late = tuple(_stack(care.as_clock, protocol)[1:])
        yield Card(f"{s.capital(s.role(care.responsible))} belt nog eens", tuple(lines), "", CLOCK, says, f"aftercare:{care.id}",
                   beside=(late,) if late else ())  # fmt: skip


def _conditions(when: Condition, without: tuple[str, ...]) -> list[str]:
    """What makes this part different, short. That the person can be reached needs no line: who is asked, can be."""
    must = tuple((name, words) for name, words in when.must if name not in without and (name, words) != _REACHABLE)
    kept = Condition(must, tuple(one for one in when.none_of if one[0] not in without))
    only, never = s.condition(kept), s.exceptions(kept)
    lines = [f"Alleen als: {'; en '.join(only)}."] if only else []
    return lines + ([f"Niet als: {'; of '.join(never)}."] if never else [])
