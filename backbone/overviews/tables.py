"""By what an overview counts, and the definition that is printed beside it. Data only; how a definition is carried out: `incident`.

A table is made by the month, or by the quarter where a month would be nearly all small counts. Longer periods are sums of those.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backbone.overviews.incident import UNKNOWN, WEEKDAYS
from schakel.events.vocab import AftercareAnswer, Channel, DayPart, Ground, Nature, Outcome, PlaceType

K = 5
"""No count below it is shown (design §5)."""
HOT_LEAST, HOT_PLACE_SHARE, HOT_TIMES = 10, 4, 1.5
"""A hotspot: so many, and one in so many of the incidents. A hot time: so many, and so many times an even share."""
SILENT_WEEKS = 12


class By(StrEnum):
    """The shortest period that a table is made of."""

    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True)
class Table:
    """words: in the order in which they stand. several: an incident may count under more than one. by_row: also of each district."""

    id: str
    title: tuple[str, str]
    definition: tuple[str, str]
    by: By
    words: tuple[str, ...]
    several: bool = False
    by_row: bool = True
    goes_on: bool = False
    """Whether it changes by itself, as a case goes on: then a later word is no correction."""
    list: type[StrEnum] | None = None
    """Whose Dutch the glossary has."""


def _of(words: type[StrEnum]) -> tuple[str, ...]:
    return tuple(word.value for word in words if word.value != UNKNOWN)


_FOLLOWED = (
    " Zonder antwoord, van ingevoerde oude zaken en van wie gewist is, telt het niet mee.",
    " Without an answer, of imported older cases and of who was erased, it does not count.",
)

INCIDENTS = Table(
    "incidents",
    ("Meldingen", "Reports"),
    (
        "Incidenten waarvan in deze periode de eerste melding binnenkwam, naar het stadsdeel waar het gebeurde. Meldingen over hetzelfde "
        "incident tellen samen als één. Signalen, sporen, adviesvragen en oefeningen tellen niet mee. Wat na de uitgifte van een maand "
        "binnenkwam, telt in de maand die daarna wordt uitgegeven.",
        "Incidents first reported in this period, by the district where it happened. Reports about one incident count once. Signals, "
        "leads, requests for advice and drills do not count. What came in after a month was issued counts in the next one issued.",
    ),
    By.MONTH,
    ("all",),
)

LATE = "late"

TABLES: Mapping[str, Table] = {
    table.id: table
    for table in (
        Table(
            LATE,
            ("Nagekomen meldingen", "Late registrations"),
            (
                "Van de meldingen in dit overzicht: hoeveel uit een eerdere maand zijn. Een uitgegeven maand verandert niet meer; wat er "
                "later over binnenkomt is een correctie en staat hier. Van de nieuwste maand terug, tot de eerste die niet getoond kan "
                "worden. De eigen maand staat er nooit bij: die zou zeggen hoe weinig er van de andere zijn.",
                "Of the reports in this overview: how many are from an earlier month. A month that was issued does not change; what comes "
                "in about it later is a correction and stands here. From the newest month back, up to the first that cannot be shown. The "
                "own month is never among them: it would say how few there are of the others.",
            ),
            By.MONTH,
            (),
            by_row=False,
        ),
        Table(
            "nature",
            ("Aard", "Nature"),
            (
                "Wat er gebeurde, zoals gemeld. Een incident kan onder meer woorden tellen; onder haatzaaien alleen als er, online of "
                "niet, niets anders is gemeld.",
                "What happened, as reported. An incident may count under several words; under hate speech only when nothing else, "
                "online or not, was reported.",
            ),
            By.MONTH,
            _of(Nature),
            several=True,
            list=Nature,
        ),
        Table(
            "place_type",
            ("Soort plaats", "Kind of place"),
            (
                "Waar het gebeurde, niet fijner dan een soort plaats.",
                "Where it happened, no finer than a kind of place.",
            ),
            By.MONTH,
            _of(PlaceType),
            list=PlaceType,
        ),
        Table(
            "channel",
            ("Meldweg", "Channel"),
            ("Hoe de eerste melding binnenkwam.", "How the first report came in."),
            By.MONTH,
            _of(Channel),
            list=Channel,
        ),
        Table(
            "ground",
            ("Grond", "Ground"),
            (
                "Het vermoede motief van de dader, niet wie het slachtoffer is. Een incident kan onder meer gronden tellen. Wie het label "
                "niet wil, telt onder geen grond die hetzelfde zegt.",
                "The presumed motive of the offender, not who the victim is. An incident may count under several. Who refused the label "
                "counts under no ground that says the same.",
            ),
            By.QUARTER,
            _of(Ground),
            several=True,
            list=Ground,
        ),
        Table(
            "day_part",
            ("Dagdeel", "Part of the day"),
            (
                "Wanneer op de dag het gebeurde: nacht 0–6, ochtend 6–12, middag 12–18, avond 18–24 uur. Het precieze uur is verzegeld en "
                "wordt nergens geteld.",
                "When in the day it happened: night 0–6, morning 6–12, afternoon 12–18, evening 18–24. The exact hour is sealed and "
                "counted nowhere.",
            ),
            By.QUARTER,
            _of(DayPart),
            list=DayPart,
        ),
        Table(
            "weekday",
            ("Dag van de week", "Day of the week"),
            (
                "De dag waarop het gebeurde. Een reeks, of iets over meer dagen, telt niet mee.",
                "The day on which it happened. A series, or what took several days, does not count.",
            ),
            By.QUARTER,
            WEEKDAYS,
        ),
        Table(
            "contact",
            ("Contact binnen de termijn", "Contact in time"),
            (
                "Op tijd: elk contact waarvoor het protocol een termijn noemt, was er op tijd, ook als het later is opgeschreven. "
                "Te laat: een van die termijnen ging voorbij. Loopt: nog binnen de termijn. Vervallen: de zaak sloot, of het contact "
                "hoefde niet meer, voor het er was en voor de termijn om was; wie eerder sluit zonder contact is dus nooit op tijd. "
                "Geen termijn: het protocol noemt er geen." + _FOLLOWED[0],
                "In time: every contact for which the protocol sets a limit was made within it, also when written down later. Late: one of "
                "those limits passed. Running: still within it. Ended: the case closed, or the contact was no longer owed, before it was "
                "made and before its limit passed; so who closes early without contact is never in time. No limit: the protocol sets none."
                + _FOLLOWED[1],
            ),
            By.QUARTER,
            ("in_time", "late", "running", "ended", "no_limit"),
            goes_on=True,
        ),
        Table(
            "referral",
            ("Doorverwijzing", "Referral"),
            (
                "Incidenten met ten minste één doorverwijzing die bezorgd, aangenomen, afgerond of afgewezen werd, ook als die later is "
                "teruggeroepen; of die vastgehouden wordt. Een incident kan onder meer woorden tellen." + _FOLLOWED[0],
                "Incidents with at least one referral that was delivered, accepted, completed or declined, also when it was called back "
                "later; or that is held. An incident may count under several words." + _FOLLOWED[1],
            ),
            By.QUARTER,
            ("delivered", "accepted", "completed", "declined", "held", "none"),
            several=True,
            goes_on=True,
        ),
        Table(
            "consent",
            ("Toestemming", "Consent"),
            (
                "Wat het slachtoffer zei, of wie dat voor het slachtoffer mag zeggen; nooit het woord van een beschuldigde. Gegeven: ten "
                "minste één keer ja, ook als dat later eindigde of werd teruggenomen; na een nee telt alleen een ja dat dat nee noemt. "
                "Geweigerd: nee of ingetrokken, en nooit ja. Gevraagd: gevraagd, nog geen antwoord. Niet gevraagd: niemand vroeg het."
                + _FOLLOWED[0],
                "What the victim said, or who may say so for the victim; never the word of somebody accused. Given: a yes at least once, "
                "also when it ended or was taken back later; after a no only a yes counts that names it. Refused: no or withdrawn, and "
                "never a yes. Asked: no answer yet. Not asked: nobody asked." + _FOLLOWED[1],
            ),
            By.QUARTER,
            ("granted", "refused", "asked", "not_asked"),
            goes_on=True,
        ),
        Table(
            "aftercare",
            ("Nazorg voor het slachtoffer", "Aftercare for the victim"),
            (
                "Het laatste antwoord over nazorg. Wordt er een teruggenomen, dan is er geen tot het opnieuw gezegd is."
                + _FOLLOWED[0],
                "The last answer about aftercare. When one is taken back there is none until it is said again."
                + _FOLLOWED[1],
            ),
            By.QUARTER,
            _of(AftercareAnswer),
            list=AftercareAnswer,
            goes_on=True,
        ),
        Table(
            "closed",
            ("Gesloten", "Closed"),
            (
                "Of elke zaak over het incident gesloten is. Gesloten is niet gestopt, en niet hersteld: dat staat apart hieronder."
                + _FOLLOWED[0],
                "Whether every case about the incident is closed. Closed is not stopped, and not recovered: those stand apart below."
                + _FOLLOWED[1],
            ),
            By.QUARTER,
            ("closed", "open"),
            goes_on=True,
        ),
        Table(
            "stopped",
            ("Situatie gestopt", "Situation stopped"),
            (
                "Wat bij het afsluiten het laatst is gezegd; van meer zaken over het incident het minst goede."
                + _FOLLOWED[0],
                "What was said last at closing; of several cases about the incident the least good." + _FOLLOWED[1],
            ),
            By.QUARTER,
            _of(Outcome),
            list=Outcome,
        ),
        Table(
            "recovered",
            ("Hersteld", "Recovered"),
            (
                "Wat bij het afsluiten het laatst is gezegd; van meer zaken over het incident het minst goede."
                + _FOLLOWED[0],
                "What was said last at closing; of several cases about the incident the least good." + _FOLLOWED[1],
            ),
            By.QUARTER,
            _of(Outcome),
            list=Outcome,
        ),
    )
}

APART = Table(
    "apart",
    ("Hate crime en hate speech", "Hate crime and hate speech"),
    (
        "Twee cijfers, vanaf 1 januari 2021. Hate speech: incidenten waarvan alleen haatzaaien is gemeld, online of niet. Hate crime: "
        "alle andere, ook met haatzaaien erbij, en ook als de aard niet bekend is. Wat in een "
        "eerdere periode is geteld, is niet gecategoriseerd.",
        "Two figures, from 1 January 2021. Hate speech: incidents of which only hate speech was reported, online or not. Hate crime: "
        "all others, also with hate speech beside it, and also when the nature is not known. What was "
        "counted in an earlier period is not categorised.",
    ),
    By.MONTH,
    ("hate_crime", "hate_speech", "not_categorised"),
    by_row=False,
)
"""Worked out from two shown numbers, the incidents and the nature hate speech (`backbone.overviews.apart`): in no issue, and no third."""

CORRECTED = Table(
    "corrected",
    ("Verbeterd na uitgifte", "Corrected after issue"),
    (
        "Een uitgegeven getal verandert niet meer. Hier staat van hoeveel incidenten uit eerdere overzichten sindsdien bekend werd dat ze "
        "anders tellen: verbeterd, geweigerd, of pas later gezegd. Elke verbetering staat in één overzicht, het eerstvolgende. Minder "
        "dan vijf staat er niet, en komt ook later niet terug; wat er niet staat kan geen enkel en bijna elk incident zijn. Waarheen het "
        "ging staat er nooit bij. Wat vanzelf verder gaat (contact, doorverwijzing, toestemming, nazorg, gesloten) is geen verbetering.",
        "A number that was issued does not change any more. Here stands of how many incidents in earlier overviews it became known since "
        "that they count otherwise: corrected, refused, or said only later. Each correction stands in one overview, the next. Fewer than "
        "five are not shown and do not come back later; what is not here may be none and may be nearly all. Into what is never said. "
        "What goes on by itself (contact, referral, consent, aftercare, closed) is no correction.",
    ),
    By.MONTH,
    (INCIDENTS.id, *(table.id for table in TABLES.values() if table.id != LATE and not table.goes_on)),
    by_row=False,
)
