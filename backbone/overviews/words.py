"""What overviews say to their readers, in Dutch and English. Data only. Words of the closed lists are in `backbone.person.plain`."""

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "title": ("Overzicht {where}, {when}", "Overview {where}, {when}"),
    "about": (
        "Over {first} tot en met {last}. Uitgifte nummer {number}, naar de stand van {as_of}. Zonder namen.",
        "From {first} through {last}. Issue number {number}, as things stood on {as_of}. Without names.",
    ),
    "under": (
        "Wat gemeld wordt is een klein deel van wat er gebeurt. Weinig meldingen is niet hetzelfde als weinig incidenten: waar "
        "mensen minder "
        "vertrouwen hebben, melden ze minder.",
        "What is reported is a small part of what happens. Few reports is not the same as few incidents: where people have less "
        "trust, they "
        "report less.",
    ),
    "reach": (
        "Bereik: wat binnenkwam bij {many} organisaties die in deze keten samenwerken, in {where}. Wie elders meldt, of nergens, staat er "
        "niet in.",
        "Reach: what came in at the {many} organisations that work together in this chain, in {where}. Who reports elsewhere, or "
        "nowhere, is not in it.",
    ),
    "unreleased": (
        "Niet vrijgegeven voor publicatie. Wie hieruit iets openbaar maakt, heeft daar een besluit voor nodig van wie voor de keten "
        "beslist, vastgelegd onder het kenmerk van deze uitgifte.",
        "Not released for publication. Whoever makes any of it public needs a decision for that by those who decide for the chain, "
        "recorded under the mark of this issue.",
    ),
    "released": (
        "Vrijgegeven door: {function} ({partner}), op {when}, voor: {audience}. Dat geldt voor uitgifte {mark} in deze vorm, en voor geen "
        "andere.",
        "Released by: {function} ({partner}), on {when}, for: {audience}. That holds for issue {mark} in this form, and for no other.",
    ),
    "under_short": (
        "Wat gemeld wordt is een klein deel van wat er gebeurt.",
        "What is reported is a small part of what happens.",
    ),
    "few": (
        "Geen aantal onder de {k} wordt getoond, en geen aantal waaruit zo'n aantal is af te leiden. Een streepje kan een klein en "
        "een groter aantal zijn, en zegt niet dat er niets was.",
        "No number below {k} is shown, and none from which such a number can be worked out. A dash may stand for a small and for a "
        "larger number, and does not say that there was nothing.",
    ),
    "least": (
        "“Ten minste” telt alleen op wat over de delen van de periode is getoond; die meldingen zitten ook in “zonder eigen aantal”, net "
        "als onbekende.",
        "“At least” adds up only what was shown of the parts of the period; those reports are also among “without a number of their own”, "
        "as are unknown ones.",
    ),
    "silence": (
        "Stil: in de hele periode, en in de {weeks} weken voor het einde ervan, kwam er geen melding. Dat is geen goed nieuws en geen nul. "
        "De dag van de laatste melding staat er niet: die zou zeggen dat er onder een streepje iets schuilgaat.",
        "Silent: no report in the whole period, and none in the {weeks} weeks before its end. That is not good news, and not a "
        "zero. The day of the last report is not told: it would say that something is behind a dash.",
    ),
    "frozen": (
        "Dit overzicht verandert niet meer. Wat later binnenkomt staat als nagekomen in het volgende, en wat anders blijkt als verbeterd. "
        "Tel overzichten niet van elkaar af: "
        "de verschillen zijn er niet voor gemaakt.",
        "This overview does not change any more. What comes in later stands in the next one as late, and what turns out otherwise as "
        "corrected. Do not subtract overviews: the "
        "differences are not made for it.",
    ),
    "hot": (
        "Een hotspot is een soort plaats met ten minste {least} getoonde meldingen, en ten minste een op de {share} van alle "
        "meldingen. Een "
        "hottime is een dagdeel of een dag van de week met ten minste {least} getoonde meldingen, en ten minste {times} keer "
        "zoveel als bij "
        "een gelijke verdeling. Alleen wat hierboven getoond is telt.",
        "A hotspot is a kind of place with at least {least} reports shown, and at least one in {share} of all reports. A hot "
        "time is a part "
        "of the day or a day of the week with at least {least} reports shown, and at least {times} times as many as an even "
        "share. Only what "
        "is shown above counts.",
    ),
    "longer": (
        "Grond, dagdeel, dag van de week, contact, doorverwijzing, toestemming, nazorg en afloop staan in het overzicht van het "
        "kwartaal: per "
        "maand zouden ze bijna alleen uit kleine aantallen bestaan.",
        "Ground, part of the day, day of the week, contact, referral, consent, aftercare and outcome stand in the overview of "
        "the quarter: by "
        "the month they would be nearly all small numbers.",
    ),
    "occasions": ("Evenementen", "Events"),
    "occasions_about": (
        "Uit de evenementenkalender van de keten, zoals die nu is; geen deel van de uitgifte. Meldingen van de hele maand, niet van de "
        "dagen van het evenement, uit de overzichten van die maanden: wat daar een streepje is, is het hier ook. Vergelijk met hetzelfde "
        "evenement, niet met de maand ervoor.",
        "From the chain's calendar of events as it is now; no part of the issue. Reports of the whole month, not of the days of the event, "
        "from the overviews of those months: what is a dash there is one here. Compare with the same event, not with the month before.",
    ),
    "fell": ("{title}: {first} tot en met {last}, {where}.", "{title}: {first} through {last}, {where}."),
    "fell_on": ("{title}: {first}, {where}.", "{title}: {first}, {where}."),
    "everywhere": ("in de hele keten", "in the whole chain"),
    "year_before": (
        "{title}, {month} naast {other} (het jaar ervoor): {numbers}.",
        "{title}, {month} beside {other} (the year before): {numbers}.",
    ),
    "compared": ("{where} {now} naast {before}", "{where} {now} beside {before}"),
    "not_issued": ("niet uitgegeven", "not issued"),
    "no_year_before": (
        "{title} staat in de kalender niet in {year}: er is niets om naast te leggen.",
        "{title} is not in the calendar of {year}: there is nothing to compare with.",
    ),
    "held_title": (
        "De politielijst naast de keten, {where}, {when}",
        "The list of the police beside the chain, {where}, {when}",
    ),
    "held_about": (
        "Over {first} tot en met {last}, naar de stand van {as_of}. De lijst van {partner} is naast de keten gelegd op het eigen nummer "
        "van elke registratie. Zonder namen.",
        "From {first} through {last}, as things stood on {as_of}. The list of {partner} was held against the chain by the own number of "
        "each registration. Without names.",
    ),
    "held_once": (
        "Een maand wordt één keer naast de keten gelegd. Deze cijfers veranderen niet meer, ook niet als de politie daarna meldt wat er "
        "ontbrak, of met een andere lijst komt.",
        "A month is held against the chain once. These figures do not change any more, also when the police reports afterwards what was "
        "missing, or brings another list.",
    ),
    "row_all": ("Hele keten", "Whole chain"),
    "row_rest": ("Zonder eigen aantal, samen", "Without a number of their own, together"),
    "row_unknown": ("Stadsdeel onbekend", "District unknown"),
    "table": ("Tabel", "Table"),
    "figures": ("Cijfers", "Figures"),
    "beside": ("Lees dit erbij", "Read with it"),
    "where": ("Waar", "Where"),
    "what": ("Wat", "What"),
    "count": ("Aantal", "Number"),
    "at_least": ("ten minste {count}", "at least {count}"),
    "dash": ("–", "–"),
    "silent": ("stil, langer dan twaalf weken", "silent, for more than twelve weeks"),
    "definition": ("Wat er is geteld", "What was counted"),
    "others": ("wat hier niet bij staat", "what is not listed here"),
    "up": ("{dash} ({up})", "{dash} ({up})"),
    "up_whole": ("kijk bij de hele keten", "look at the whole chain"),
    "up_whole_quarter": (
        "kijk bij de hele keten, of in het overzicht van het kwartaal",
        "look at the whole chain, or in the overview of the quarter",
    ),
    "up_whole_year": (
        "kijk bij de hele keten, of in het overzicht van het jaar",
        "look at the whole chain, or in the overview of the year",
    ),
    "up_quarter": ("kijk in het overzicht van het kwartaal", "look in the overview of the quarter"),
    "up_year": ("kijk in het overzicht van het jaar", "look in the overview of the year"),
    "nothing": (
        "Hier is niets te tonen zonder kleine aantallen.",
        "There is nothing to show here without small numbers.",
    ),
    "hot_title": ("Hotspots en hottimes", "Hotspots and hot times"),
    "hot_none": ("Geen, volgens deze definitie.", "None, by this definition."),
    "read_first": ("Eerst lezen", "Read first"),
    "districts": ("Per stadsdeel", "By district"),
    "chart": (
        "Staafdiagram: {title}. De tabel eronder zegt hetzelfde.",
        "Bar chart: {title}. The table below says the same.",
    ),
    "mark": ("Kenmerk", "Mark"),
    "measures": ("Maatregelen", "Measures"),
}

OWN: Mapping[tuple[str, str], tuple[str, str]] = {
    ("incidents", "all"): ("meldingen", "reports"),
    ("known", "both"): ("bij de politie en in de keten", "known to the police and in the chain"),
    ("known", "through_others"): ("in de keten via anderen", "in the chain through others"),
    ("not_in_chain", "registrations"): ("registraties", "registrations"),
    ("corrected", "incidents"): (
        "stadsdeel of maand, of geen melding meer",
        "district or month, or no report any more",
    ),
    ("apart", "hate_crime"): ("hate crime", "hate crime"),
    ("apart", "hate_speech"): ("hate speech", "hate speech"),
    ("apart", "not_categorised"): ("niet gecategoriseerd", "not categorised"),
    ("weekday", "monday"): ("maandag", "Monday"),
    ("weekday", "tuesday"): ("dinsdag", "Tuesday"),
    ("weekday", "wednesday"): ("woensdag", "Wednesday"),
    ("weekday", "thursday"): ("donderdag", "Thursday"),
    ("weekday", "friday"): ("vrijdag", "Friday"),
    ("weekday", "saturday"): ("zaterdag", "Saturday"),
    ("weekday", "sunday"): ("zondag", "Sunday"),
    ("contact", "in_time"): ("op tijd", "in time"),
    ("contact", "late"): ("te laat", "late"),
    ("contact", "running"): ("loopt nog", "running"),
    ("contact", "ended"): ("vervallen", "ended"),
    ("contact", "no_limit"): ("geen termijn", "no limit"),
    ("referral", "delivered"): ("bezorgd", "delivered"),
    ("referral", "accepted"): ("aangenomen", "accepted"),
    ("referral", "completed"): ("afgerond", "completed"),
    ("referral", "declined"): ("afgewezen", "declined"),
    ("referral", "held"): ("vastgehouden", "held"),
    ("referral", "none"): ("geen doorverwijzing bezorgd of vastgehouden", "no referral delivered or held"),
    ("consent", "granted"): ("gegeven", "given"),
    ("consent", "refused"): ("geweigerd of ingetrokken", "refused or withdrawn"),
    ("consent", "asked"): ("gevraagd, geen antwoord", "asked, no answer"),
    ("consent", "not_asked"): ("niet gevraagd", "not asked"),
    ("closed", "closed"): ("gesloten", "closed"),
    ("closed", "open"): ("open", "open"),
}
"""Words of the tables that are in no closed list."""
