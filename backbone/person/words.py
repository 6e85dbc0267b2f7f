"""The words of the page, Dutch and English side by side: headings, what each kind of event is called, what each fact is called.

Plain words for somebody under stress. The words of the closed lists are those of docs/glossary.md (`backbone.person.lists`). Headings
and fixed sentences say nothing of what happened; a test holds them to that. What the facts and events are called stands only in her
own opened copy, where she asked to see it.
"""

from schakel.her_words import Table

PAGE: Table = {
    "title": ("Uw overzicht", "Your overview"),
    "intro": (
        "Dit is alles wat hier over u is opgeschreven. U hoeft het niet in één keer te lezen. Begin waar u wilt.",
        "This is everything that has been written down about you here. You need not read it all at once. Begin where you like.",
    ),
    "keep": (
        "Bewaar dit waar anderen het niet vinden, of gooi het weg. U kunt altijd een nieuw overzicht vragen.",
        "Keep this where others do not find it, or throw it away. You can always ask for a new one.",
    ),
    "danger": ("Bent u nu in gevaar? Bel 112.", "Are you in danger now? Call 112."),
    "contents": ("Wat staat waar", "What is where"),
    "all": ("Wat er van u is", "What there is of you"),
    "one_of": ("Deel {number} van {count}", "Part {number} of {count}"),
    "because": (
        "Dit nummer staat erbij omdat {by} op {at} opschreef dat het ook over u gaat. Klopt dat niet? Zeg het meteen.",
        "This number is here because {by} wrote down on {at} that it is about you too. Is that wrong? Say so at once.",
    ),
    "drill": ("Dit is een oefening. Er is niets echt gebeurd.", "This is a drill. Nothing really happened."),
    "can_do": ("Wat u kunt doen", "What you can do"),
    "stop": (
        "U mag elk ja weer intrekken, bij wie u het gaf. Het geldt zodra het is opgeschreven.",
        "You may take back every yes, where you gave it. It counts as soon as it is written down.",
    ),
    "mend": (
        "Klopt er iets niet? Vraag om verbetering, bij wie het opschreef.",
        "Is something wrong? Ask whoever wrote it down to correct it.",
    ),
    "erase": (
        "U mag vragen om uw gegevens te wissen. Soms moet iets nog bewaard blijven; dan hoort u waarom.",
        "You may ask to have your data erased. Sometimes something has to be kept; then you hear why.",
    ),
    "authority": (
        "Komt u er niet uit? Dan kunt u klagen bij de Autoriteit Persoonsgegevens.",
        "Does that not help? You can complain to the Dutch data protection authority (Autoriteit Persoonsgegevens).",
    ),
    "own": ("Wat u vertelde, of iemand over u", "What you told, or somebody about you"),
    "own_line": ("Opgeschreven door {by} op {at}.", "Written down by {by} on {at}."),
    "erased": ("Gewist. Dit kan niemand meer lezen.", "Erased. Nobody can read this any more."),
    "unreadable": (
        "Dit kon niet worden geopend. Vraag wie u dit gaf om het na te kijken ({code}).",
        "This could not be opened. Ask whoever gave you this to look into it ({code}).",
    ),
    "facts": ("Wat er is opgeschreven", "What was written down"),
    "referrals": ("Naar wie u bent verwezen", "To whom you were referred"),
    "contacts": ("Wie u sprak of zocht", "Who spoke with you or tried to"),
    "spoke": ("{at}: {by} sprak met u.", "{at}: {by} spoke with you."),
    "spoke_on_your_side": ("{at}: {by} sprak met iemand van uw kant.", "{at}: {by} spoke with somebody on your side."),
    "tried": ("{at}: {by} probeerde u te bereiken.", "{at}: {by} tried to reach you."),
    "actions": ("Wat er voor u is afgesproken", "What was agreed for you"),
    "action": ("{what}: door {by}, uiterlijk {due}; {state}.", "{what}: by {by}, {due} at the latest; {state}."),
    "clocks": ("Wat op tijd moest gebeuren", "What had to happen in time"),
    "clock": ("{what}: {state}.", "{what}: {state}."),
    "clock_due": ("{what}: uiterlijk {due}; {state}.", "{what}: by {due} at the latest; {state}."),
    "clock_by": ("{what}, door {by}", "{what}, by {by}"),
    "clock_unknown": ("Iets anders", "Something else"),
    "route": ("Zo gaat het meestal", "How it usually goes"),
    "others": ("Wie er nog meer in voorkomt", "Who else is in it"),
    "others_note": (
        "Wat over hen is opgeschreven, staat hier niet: dat is van hen.",
        "What was written down about them is not here: that is theirs.",
    ),
    "copies": ("Wanneer dit overzicht is gemaakt", "When this overview was made"),
    "copy": ("{at}: gemaakt door de beheerder. Reden: {motive}.", "{at}: made by the operator. Reason: {motive}."),
    "steps": ("Stap voor stap", "Step by step"),
    "steps_note": (
        "Alles op volgorde. Bij dit overzicht hoort het bestand person.json, met elk detail, voor wie u helpt.",
        "Everything in order. The file person.json belongs to this, with every detail, for whoever helps you.",
    ),
    "somebody_else": ("Iets dat over iemand anders gaat.", "Something about somebody else."),
    "no_effect": ("Dit heeft niet (meer) gegolden.", "This did not count (any more)."),
    "times": ("{count} keer", "{count} times"),
    "left_out": (
        "Er is nog een nummer dat misschien over u gaat: {case}. Het staat hier niet bij. Vraag ernaar.",
        "There is another number that may be about you: {case}. It is not in here. Ask about it.",
    ),
    "not_understood": (
        "{count} regels konden niet worden gelezen. Vraag wie u dit gaf wat daarin staat.",
        "{count} lines could not be read. Ask whoever gave you this what they say.",
    ),
    "not_yours": (
        "Over de zaak zelf en over anderen staat hier niets; alleen wat over u is opgeschreven.",
        "Nothing stands here about the case itself or about others; only what was written down about you.",
    ),
    "nothing": ("Niets.", "Nothing."),
    "yes": ("ja", "yes"),
    "from_to": ("{first} tot en met {last}", "{first} to {last}"),
    "page_end": ("Einde van het overzicht.", "End of the overview."),
}
"""Fixed sentences and headings."""

SEALED: Table = {
    "contact_details": ("Hoe u te bereiken bent", "How to reach you"),
    "contact_preference": ("Hoe u bereikt wilt worden", "How you want to be reached"),
    "story": ("Uw verhaal", "Your story"),
    "exact_place": ("Waar het precies was", "Where exactly it was"),
    "exact_time": ("Wanneer het precies was", "When exactly it was"),
    "own_reference": ("Hun eigen nummer voor u", "Their own number for you"),
    "free_text": ("Aantekening", "Note"),
    "unknown": ("Iets anders", "Something else"),
}

MOTIVES: Table = {"her_request": ("u vroeg erom", "you asked for it")}
"""Why a copy was made, for the reasons that are usual; another stands there as its code."""

FORM: Table = {
    "name": ("naam", "name"),
    "phone": ("telefoon", "telephone"),
    "telephone": ("telefoon", "telephone"),
    "email": ("e-mail", "e-mail"),
    "address": ("adres", "address"),
    "postcode": ("postcode", "postcode"),
    "city": ("plaats", "town"),
    "language": ("taal", "language"),
}
"""Usual names of what partners fill in; another stands there as the partner called it."""

FACTS: Table = {
    "record_kind": ("Soort", "Kind"),
    "identity": ("Hoe u bekend bent", "How you are known"),
    "reporter": ("Wie het vertelde", "Who told it"),
    "target": ("Tegen wie of wat", "Against whom or what"),
    "channel": ("Hoe het binnenkwam", "How it came in"),
    "natures": ("Wat er gebeurde", "What happened"),
    "grounds": ("Waarom, vermoedelijk", "Why, presumably"),
    "origin": ("Hoe het begon", "How it began"),
    "occurrence": ("Wanneer", "When"),
    "place": ("Waar", "Where"),
    "residence": ("Waar u woont", "Where you live"),
    "relation": ("Wie het deed, vermoedelijk", "Who did it, presumably"),
    "acute": ("Er was haast bij", "It was urgent"),
    "high_profile": ("Kwam in de openbaarheid", "Came into the open"),
    "checks": ("Wat is nagevraagd", "What was checked"),
    "severity": ("Hoe ernstig", "How serious"),
    "police_record": ("Hoe het is geregistreerd", "How it was registered"),
}

REFERRAL_STATES: Table = {
    "proposed": ("nog niet gestuurd", "not sent yet"),
    "held": ("wacht", "waits"),
    "released": ("op weg", "on its way"),
    "delivered": ("aangekomen", "arrived"),
    "accepted": ("aangenomen", "taken up"),
    "declined": ("niet aangenomen", "not taken up"),
    "completed": ("afgerond", "completed"),
    "revoked": ("gestopt", "stopped"),
    "exhausted": ("niemand nam het aan", "nobody took it up"),
}

ACTION_STATES: Table = {
    "done": ("gedaan", "done"),
    "open": ("nog niet gedaan", "not done yet"),
    "late": ("nog niet gedaan, en de dag is voorbij", "not done yet, and the day has passed"),
}

CLOCK_STATES: Table = {
    "running": ("loopt nog", "still running"),
    "suspended": ("staat stil", "stands still"),
    "stopped": ("gedaan", "done"),
    "breached": ("te laat", "too late"),
    "corrected": ("op tijd gedaan, later opgeschreven", "done in time, written down later"),
}

CLOCKS: Table = {
    "made": ("Contact met u", "Contact with you"),
    "attempted": ("Proberen u te bereiken", "Trying to reach you"),
    "notice": ("Een bericht aan u", "Word to you"),
    "word": ("Dat u weer iets hoort", "That you hear something again"),
    "answered": ("Antwoord op de vraag om te helpen", "An answer to the question to help"),
    "ended": ("Klaar zijn met helpen", "Having helped"),
    "done": ("Doen wat is afgesproken", "Doing what was agreed"),
    "advised": ("Advies van een collega", "Advice from a colleague"),
    "agreed": ("Afspreken wat er gebeurt", "Agreeing what is done"),
    "appointed": ("Een dag voor uw verklaring", "A day for your statement"),
    "settled": ("Hoe het met uw verklaring afliep", "How it ended with your statement"),
    "handed_in": ("Doorgeven wat u niet goed vond", "Passing on what you were not content with"),
    "aftercare": ("Vragen hoe het nu gaat", "Asking how it goes now"),
    "evaluated": ("Terugkijken op hoe het ging", "Looking back on how it went"),
    "news": ("Nieuws van een partner", "News from a partner"),
}
"""What a clock waits for, by what stops it. Its own name is the file's, for whoever works with it."""
NOT_WITH_HER: Table = {
    "made": ("Contact met wie het vertelde of met anderen", "Contact with who told it or with others"),
    "attempted": ("Proberen anderen te bereiken", "Trying to reach others"),
    "notice": ("Een bericht aan wie het vertelde of aan anderen", "Word to who told it or to others"),
    "word": ("Dat wie het vertelde weer iets hoort", "That who told it hears something again"),
}

SUBJECTS: Table = {
    "victim": ("iemand anders die het overkwam", "somebody else whom it happened to"),
    "reporter": ("wie het vertelde", "who told it"),
    "bystander": ("een omstander", "a bystander"),
    "witness": ("een getuige", "a witness"),
    "professional": ("een medewerker", "a professional"),
    "representative": ("een vertegenwoordiger", "a representative"),
    "household": ("iemand van een huishouden", "somebody of a household"),
    "neighbour": ("een buur", "a neighbour"),
    "organisation": ("een organisatie", "an organisation"),
    "accused": ("iemand van de andere kant", "somebody on the other side"),
    "third_party": ("iemand anders", "somebody else"),
    "other": ("iemand anders", "somebody else"),
}
