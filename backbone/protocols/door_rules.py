"""What must hold of a door before it opens: the rules above all files, and the questions of the routekaart [4].

Pure: a door in, faults out, each with the passage it rests on. An error keeps the door from being bound in a chain.
"""

from collections.abc import Iterator

from backbone.protocols.doors import CARRIES, Answers, Door, Route
from backbone.protocols.reading import Fault, Level
from schakel.events.vocab import Identity

CONTACT_FIELDS = frozenset({"contact-details", "name", "email", "telephone", "address"})

QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("may_be_reported", "Wat kunnen mensen melden?", "[4] fase 1 «Wat kunnen mensen melden?»"),
    ("reachable", "Wanneer is het meldpunt bereikbaar?", "[4] fase 2 «is het meldpunt 24/7 bereikbaar?»"),
    (
        "follow_up",
        "Hoe snel wordt een melding opgevolgd en teruggekoppeld?",
        "[4] fase 2 «Hoe snel worden meldingen opgevolgd en teruggekoppeld?»",
    ),
    (
        "trained_staff",
        "Wie neemt de melding aan, en is die daarvoor opgeleid?",
        "[4] fase 2 «Wie handelen de meldingen af? Zijn zij getraind?»",
    ),
    (
        "sharing",
        "Welke afspraken zijn er over het delen van gegevens?",
        "[4] fase 2 «Welke afspraken worden er gemaakt over gegevensdeling?»",
    ),
    (
        "third_parties",
        "Hoe ga je om met gegevens van derden?",
        "[4] fase 2 «Hoe ga je om met persoonlijke gegevens van derden?»",
    ),
    (
        "responsible",
        "Wie is bestuurlijk verantwoordelijk?",
        "[4] fase 2 «Bij welke beleidsafdeling ligt de bestuurlijke verantwoordelijkheid?»",
    ),
    (
        "permanent",
        "Is het meldpunt tijdelijk of blijvend?",
        "[4] fase 2 «is het een eenmalig meldpunt bij een campagne?»",
    ),
    ("evaluated_on", "Wanneer wordt het meldpunt geëvalueerd?", "[4] fase 3 «Maak ruimte voor testen en aanpassingen»"),
    (
        "happens_by_itself",
        "Wat gebeurt er vanzelf na een melding?",
        "[4] «wat zijn automatische gevolgen en wat moet de melder zelf regelen?»",
    ),
    (
        "you_decide",
        "Wat beslist of regelt de melder zelf?",
        "[4] «wat zijn automatische gevolgen en wat moet de melder zelf regelen?»",
    ),
    (
        "works_together_with",
        "Met wie werkt het meldpunt samen?",
        "[4] fase 2 «Met wie wordt er samengewerkt?»",
    ),
    (
        "asked",
        "Wat wordt er gevraagd, en waarvoor is dat nodig?",
        "[4] fase 2 «Welke informatie is, gezien het gestelde doel, minimaal nodig?»",
    ),
)
"""The field of `answers`, the question in Dutch, and where the routekaart asks it."""


def faults(door: Door) -> Iterator[Fault]:
    """Everything that keeps the door shut, the rules above all files first."""
    yield from _emergency(door)
    yield from _hidden(door)
    yield from _routes(door)
    yield from _fields(door)
    yield from _identity(door)
    yield from _term(door)
    for field, question, passage in unanswered(door.answers):
        yield Fault(
            ("answers", field),
            f"nog geen antwoord: {question}",
            f"een antwoord onder `answers: {field}` ({passage})",
            f"spreek het af en schrijf het op: `{field}: ...`",
        )


def unanswered(answers: Answers) -> list[tuple[str, str, str]]:
    """The questions of the routekaart without an answer. `false` is one, an empty list is none."""
    return [asked for asked in QUESTIONS if getattr(answers, asked[0]) in (None, ())]


def _emergency(door: Door) -> Iterator[Fault]:
    """Above all files (domain-detail A19): the first question is about danger and rape, and what a yes shows begins with 112."""
    said = door.emergency
    shown = [one.lower() for one in said.shows]
    asks = said.question.lower()
    if "gevaar" not in asks or "verkracht" not in asks:
        yield Fault(
            ("emergency", "question"),
            "de eerste vraag gaat niet over gevaar en verkrachting",
            "de vraag of iemand nu in gevaar is of verkracht: [4] fase 2 «(verkrachting, of directe onveiligheid)»",
            "vraag naar allebei, of laat `emergency: question` weg",
        )
    if not shown or "112" not in shown[0]:
        yield Fault(
            ("emergency", "shows"),
            "bij gevaar verschijnt 112 niet als eerste",
            "112 voordat er iets wordt gevraagd of bewaard: [0] flyer «Bij nood bel je altijd 112»",
            'zet "112" vooraan onder `emergency: shows`',
        )
    for what, when in (("politie", "bij gevaar"), ("centrum seksueel geweld", "bij verkrachting")):
        if not any(what in one for one in shown):
            yield Fault(
                ("emergency", "shows"),
                f"{when} verschijnt {_NAMES[what]} niet",
                "[4] fase 2 «doorverwijzing naar politie en CSG (verkrachting, of directe onveiligheid)»",
                f"zet {_NAMES[what]} onder `emergency: shows`",
            )
    if "112" not in said.states or "geen nood" not in said.states.lower():
        yield Fault(
            ("emergency", "states"),
            "het meldpunt zegt niet dat het er niet voor noodgevallen is",
            "een zin met `geen nood` en 112 erin: [0] flyer «Bij nood bel je altijd 112»",
            'schrijf `states: "Dit is geen noodmeldpunt. Bel bij gevaar 112."`, of laat het weg',
        )


_NAMES = {"politie": "de politie", "centrum seksueel geweld": "het Centrum Seksueel Geweld"}


def _hidden(door: Door) -> Iterator[Fault]:
    """A report that is to be one-way carries nothing along that leads back."""
    if Identity.ONE_WAY not in door.identity:
        return
    for channel in door.channels:
        left = sorted(CARRIES.get(channel, frozenset()) - set(door.drops))
        if left:
            yield Fault(
                ("drops",),
                f"{channel} draagt ongezien {' en '.join(left)} mee, en dit meldpunt belooft eenrichtingsmeldingen",
                "[4] «eenzijdig een anonieme melding»: niets dat ongezien naar de melder terugwijst",
                f"haal het er bij binnenkomst af en noem het: `drops: [{', '.join(left)}]`",
            )


def _routes(door: Door) -> Iterator[Fault]:
    for route, what, passage in (
        (Route.HELP, "hulpverlening", "[4] «Minimale basis hierin is vermelden van contactgegevens van hulpverlenende"),
        (Route.CRIMINAL_LAW, "de strafrechtelijke route", "[4] «ook de mogelijkheid voor de strafrechtelijke route"),
    ):
        if route not in door.routes:
            yield Fault(
                ("routes",),
                f"het meldpunt laat {what} niet zien",
                f"beide wegen bij elk meldpunt: {passage}»",
                f"laat het zien en noem het: `routes: [{', '.join(Route)}]`",
            )


def _fields(door: Door) -> Iterator[Fault]:
    for position, asked in enumerate(door.answers.asked):
        if door.one_way_only and asked.field in CONTACT_FIELDS:
            yield Fault(
                ("answers", "asked", position, "field"),
                f"het meldpunt is alleen voor inzicht en vraagt toch om {asked.field}",
                "geen contactvelden: [4] «dan volstaat de mogelijkheid om eenzijdig een anonieme melding te maken»",
                "haal het veld weg, of maak een ander doel",
            )


def _identity(door: Door) -> Iterator[Fault]:
    """A report without a way back does harm where the door promises more than numbers (domain-detail b4, 2)."""
    if door.one_way_only and not door.insight_only:
        yield Fault(
            ("identity",),
            "het meldpunt belooft meer dan inzicht en laat alleen eenrichtingsmeldingen toe",
            "[4] «Melden zonder opvolging kan zelf leiden tot hertraumatisering onder slachtoffers»",
            "laat ook een andere vorm toe, of beperk het doel tot inzicht",
        )
    if door.answers.permanent is False and door.closes_on is None:
        yield Fault(
            ("closes_on",),
            "een tijdelijk meldpunt zonder laatste dag",
            "de dag waarop het sluit; daarna zegt het waar men terechtkan (domain-detail A97)",
            "voeg `closes_on: 2026-12-31` toe",
        )


def _term(door: Door) -> Iterator[Fault]:
    if door.opens_on and door.closes_on and door.closes_on < door.opens_on:
        yield Fault(
            ("closes_on",),
            f"closes_on {door.closes_on} ligt voor opens_on {door.opens_on}",
            "een einde na het begin",
            "verbeter een van de twee",
        )
    if door.answers.follow_up_within is not None and door.one_way_only:
        yield Fault(
            ("answers", "follow_up_within"),
            "een termijn voor opvolging, terwijl er geen weg terug is",
            "geen termijn bij een meldpunt dat niemand kan terugbellen",
            "haal de termijn weg",
            Level.WARNING,
        )
