"""What happens with what a person told, as a route for herself: plain words, Dutch and English, and none that outs her.

No title of a protocol, no name of a role, no passage: whoever looks over her shoulder learns nothing (`tests/outing` scans every word).
Pure.
"""

from collections.abc import Iterator

from backbone.authoring.picture import ALWAYS_ON, CLOCK, PLAIN, TOLD, YES, Card, Lane, Mark, Route
from backbone.protocols.clock_rules import StopOn
from backbone.protocols.model import REPORTER, ClockRule, Protocol, Step
from schakel.calendar import Limit
from schakel.events.vocab import Basis, Check, ClockKind, InformationTopic, Role
from schakel.her_words import SCOPES, Language, Table, in_language

_BOARD = ("het bestuur van de gemeente", "the board of the municipality")
_CITY = ("de gemeente", "the municipality")
_ACTS = ("een dienst die kan ingrijpen", "a service that can step in")
_TRUST = ("een vertrouwenspersoon", "a person of trust")
_HELP = ("een organisatie die helpt", "an organisation that helps")

RECEIVERS: Table = {
    **dict.fromkeys((Role.MAYOR, Role.ALDERMAN, Role.DISTRICT_CHAIR, Role.TRIANGLE), _BOARD),
    **dict.fromkeys((Role.MUNICIPALITY, Role.MUNICIPAL_DESK, Role.PROTOCOL_OFFICER, Role.SAFETY_ADVISER), _CITY),
    **dict.fromkeys((Role.POLICE, Role.POLICE_CONTROL_ROOM, Role.ROZE_IN_BLAUW, Role.ECAD_P), _ACTS),
    **dict.fromkeys((Role.COC, Role.COC_CONFIDANT, Role.COC_SAFETY_COORDINATOR), _TRUST),
    Role.COORDINATOR: ("wie de hulp bij elkaar houdt", "whoever keeps the help together"),
    Role.AREA_MANAGER: ("wie de hulp in uw buurt bij elkaar houdt", "whoever keeps the help in your area together"),
    Role.ANTI_DISCRIMINATION: (
        "een organisatie die luistert en advies geeft",
        "an organisation that listens and advises",
    ),
    Role.VICTIM_SUPPORT: ("een organisatie die steunt", "an organisation that supports"),
    Role.MEDIATION: ("iemand die helpt om te praten", "somebody who helps to talk"),
    Role.RESTORATIVE_MEDIATION: ("iemand die helpt om te praten", "somebody who helps to talk"),
    Role.HOUSING: ("uw verhuurder", "your landlord"),
    Role.HEALTH_SERVICE: ("de gezondheidsdienst", "the health service"),
    Role.SCHOOL: ("de school", "the school"),
}
"""Whoever is not here is an organisation that helps."""

TOPICS: Table = {
    InformationTopic.REPORT_VS_COMPLAINT: (
        "welke stappen er zijn, en wat elke stap betekent",
        "which steps there are, and what each means",
    ),
    InformationTopic.SUPPORT_PERSON: ("dat u iemand mee mag nemen", "that you may bring somebody along"),
    InformationTopic.LABEL_BENEFIT_AND_RISK: (
        "wat een kenmerk bij uw zaak helpt, en wat het risico is",
        "what a mark on your case helps, and what its risk is",
    ),
    InformationTopic.GOING_PUBLIC: (
        "wat het betekent als iets bekend wordt",
        "what it means when something becomes known",
    ),
    InformationTopic.WHAT_HAPPENS_NEXT: ("wat er nu gebeurt", "what happens next"),
    InformationTopic.DISMISSAL: ("waarom iets stopt", "why something ends"),
    InformationTopic.HELP_AND_CRIMINAL_ROUTE: ("welke wegen er zijn", "which ways there are"),
    InformationTopic.EMERGENCY: ("wat u doet bij direct gevaar", "what to do in danger"),
    InformationTopic.CANNOT_DO: ("wat wij niet kunnen", "what we cannot do"),
    InformationTopic.DESK_INFORMATION: ("wie wij zijn", "who we are"),
    InformationTopic.HEARING_BOTH_SIDES: (
        "of de andere kant wordt gehoord; dat bespreken we eerst met u",
        "whether the other side is heard; we talk about that with you first",
    ),
    InformationTopic.OTHER: ("wat u verder moet weten", "what else you need to know"),
}

LINES: Table = {
    "title": ("Wat er gebeurt met wat u vertelt", "What happens with what you tell"),
    "about": ("Stap voor stap. U beslist mee.", "Step by step. You decide too."),
    "description": ("De stappen, van boven naar beneden", "The steps, from top to bottom"),
    "tell": ("U vertelt wat er is gebeurd", "You tell what happened"),
    "tell_line": ("U vertelt wat u wilt. Uw naam hoeft niet.", "You tell what you want. You need not give your name."),
    "safe": ("Eerst: bent u veilig?", "First: are you safe?"),
    "safe_line": ("Bent u nu in gevaar? Bel 112.", "Are you in danger now? Call 112."),
    "questions": ("Daarna stellen we u {count} vragen.", "Then we ask you {count} questions."),
    "question": ("Daarna stellen we u een vraag.", "Then we ask you one question."),
    "not_sure": ("Weet u iets niet? Dat mag.", "Not sure about something? That is fine."),
    "explain": ("Wij leggen uit", "We explain"),
    "who": ("Wie mag het weten", "Who may know"),
    "gets": ("Krijgt: {scopes}.", "Gets: {scopes}."),
    "more": ("En als u dat wilt: {scopes}.", "And if you want that: {scopes}."),
    "elsewhere": ("Dicht bij waar u woont.", "Close to where you live."),
    "only_yes": ("Alleen als u ja zegt", "Only if you say yes"),
    "always": ("Altijd. Zonder uw naam als u nee zegt", "Always. Without your name if you say no"),
    "other_ground": ("Ook zonder uw ja; u hoort waarom", "Also without your yes; you hear why"),
    "told": ("Wie hoort dat er iets was", "Who hears that something happened"),
    "told_line": ("Dat hoeft niet altijd. Zij bellen u niet.", "That is not always needed. They do not call you."),
    "nameless": ("Zonder uw naam", "Without your name"),
    "soon": ("Wanneer u iets hoort", "When you hear from us"),
    "contact": ("Iemand neemt contact met u op", "Somebody gets in touch with you"),
    "notice": ("U krijgt bericht", "You get word"),
    "within": ("Binnen {limit}. Dat is beloofd", "Within {limit}. That is a promise"),
    "aim": ("Binnen {limit}. Dat is wat wij willen", "Within {limit}. That is what we aim for"),
    "no_limit": ("Hier is geen tijd beloofd", "No time was promised here"),
    "measured": ("We houden wel bij hoe lang het duurt.", "We do keep track of how long it takes."),
    "end": ("Hoe het eindigt", "How it ends"),
    "end_line": (
        "Het stopt als u genoeg hulp had, of geen hulp meer wilt.",
        "It ends when you had enough help, or want no more.",
    ),
    "again": ("U mag later altijd terugkomen.", "You may always come back later."),
    "after": ("Later", "Later"),
    "after_line": ("Ongeveer {limit} later bellen we u nog eens.", "About {limit} later we call you once more."),
    "after_no": ("Niet als u dat niet wilt.", "Not if you do not want that."),
    "yours": ("U houdt de regie", "You stay in charge"),
    "stop": ("U mag elk ja weer intrekken.", "You may take back every yes."),
    "ask": ("U mag altijd vragen wie wat van u weet.", "You may always ask who knows what about you."),
    "erase": ("U mag vragen om alles te wissen.", "You may ask to have everything erased."),
}

_UNITS: Table = {
    "minuten": ("minuten", "minutes"), "minuut": ("minuut", "minute"), "h": ("uur", "hours"), "dagen": ("dagen", "days"),
    "dag": ("dag", "day"), "werkdagen": ("werkdagen", "working days"), "werkdag": ("werkdag", "working day"),
    "weken": ("weken", "weeks"), "week": ("week", "week"), "maanden": ("maanden", "months"), "maand": ("maand", "month"),
}  # fmt: skip


def route(protocol: Protocol, language: Language = "nl") -> Route:
    """Her own picture of a protocol."""
    writer = _Hers(protocol, language)
    lanes = tuple(lane for lane in writer.lanes() if lane.cards)
    say = writer.say
    told = "; ".join(lane.heading for lane in lanes)
    return Route(say["title"], say["about"], f"{say['description']}: {told}.", lanes, language)


class _Hers:
    def __init__(self, protocol: Protocol, language: Language) -> None:
        self.protocol, self.language = protocol, language
        self.say = in_language(LINES, language)

    def lanes(self) -> Iterator[Lane]:
        say = self.say
        yield Lane(say["tell"], (Card("", (say["tell_line"],)),))
        yield Lane(say["safe"], tuple(self._safe()))
        yield Lane(say["explain"], tuple(self._explained()))
        yield Lane(say["who"], tuple(self._receivers()))
        yield Lane(say["told"], tuple(self._told()))
        yield Lane(say["soon"], tuple(self._soon()))
        yield Lane(say["end"], (Card("", (say["end_line"], say["again"])),))
        yield Lane(say["after"], tuple(self._after()))
        yield Lane(say["yours"], (Card("", (say["stop"], say["ask"], say["erase"])),))

    def _safe(self) -> Iterator[Card]:
        count = sum(check.check not in (Check.DANGER_NOW, Check.RAPE) for check in self.protocol.checks)
        lines = [self.say["safe_line"]]
        if count:
            lines += [self.say["question" if count == 1 else "questions"].format(count=count), self.say["not_sure"]]
        yield Card("", tuple(lines))

    def _explained(self) -> Iterator[Card]:
        called = in_language(TOPICS, self.language)
        topics = dict.fromkeys(called.get(explain.topic, called["other"]) for explain in self.protocol.explain)
        if topics:
            yield Card("", tuple(_capital(topic) + "." for topic in topics))

    def _receivers(self) -> Iterator[Card]:
        """Each once, whatever door it came from: with the widest that may reach it."""
        seen: dict[tuple[str, str], Card] = {}
        for step in self.protocol.steps:
            card = self._receiver(step)
            seen.setdefault((card.title, card.says), card)
        yield from seen.values()

    def _receiver(self, step: Step) -> Card:
        say, refer = self.say, step.refer
        lines = [say["gets"].format(scopes=self._scopes(refer.needs))]
        if refer.wants:
            lines.append(say["more"].format(scopes=self._scopes(refer.wants)))
        if refer.where.value == "residence":
            lines.append(say["elsewhere"])
        mark, says = self._ground(step)
        return Card(_capital(self.receiver(refer.to)), tuple(lines), "", mark, says)

    def _ground(self, step: Step) -> tuple[Mark, str]:
        if step.refer.basis is not Basis.CONSENT:
            return PLAIN, self.say["other_ground"]
        if step.refer.if_refused.value == "strip":
            return ALWAYS_ON, self.say["always"]
        return YES, self.say["only_yes"]

    def _told(self) -> Iterator[Card]:
        named = dict.fromkeys(self.receiver(role) for inform in self.protocol.informs for role in inform.inform)
        if named:
            yield Card("", (*map(_capital, named), self.say["told_line"]), "", TOLD, self.say["nameless"])

    def _soon(self) -> Iterator[Card]:
        """Clocks that stop at a contact with her, or at word to her; each once. How long a silence lasts is no promise of either.

        Where one has a limit, those of its kind that only measure go unsaid: she would read a promise, and beside it that there is none.
        """
        seen: dict[tuple[str, str], Card] = {}
        for clock in self.protocol.clocks:
            if {REPORTER, "victim"} & set(clock.stops.with_) and clock.stops.on is not StopOn.WORD:
                card = self._clock(clock)
                seen.setdefault((card.title, card.says), card)
        limited = {title for title, says in seen if says != self.say["no_limit"]}
        yield from (
            card for (title, says), card in seen.items() if says != self.say["no_limit"] or title not in limited
        )

    def _clock(self, clock: ClockRule) -> Card:
        say = self.say
        title = say["notice" if clock.stops.on is StopOn.NOTICE else "contact"]
        if clock.limit is None:
            return Card(title, (say["measured"],), "", CLOCK, say["no_limit"])
        says = "within" if clock.promise is ClockKind.PROMISED else "aim"
        return Card(title, (), "", CLOCK, say[says].format(limit=self._limit(clock.limit)))

    def _after(self) -> Iterator[Card]:
        if care := self.protocol.aftercare:
            line = self.say["after_line"].format(limit=self._limit(care.after))
            yield Card("", (line, self.say["after_no"]))

    def receiver(self, role: Role) -> str:
        return in_language(RECEIVERS, self.language).get(role, in_language({"help": _HELP}, self.language)["help"])

    def _limit(self, limit: Limit) -> str:
        unit = str(limit).removeprefix(str(limit.amount)).strip()
        return f"{limit.amount} {in_language(_UNITS, self.language).get(unit, unit)}"

    def _scopes(self, scopes: tuple[str, ...]) -> str:
        called = in_language(SCOPES, self.language)
        return ", ".join(called[str(scope)] for scope in scopes if str(scope) in called)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
