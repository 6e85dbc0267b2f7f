"""The words of her own picture of a protocol, Dutch and English side by side. Data only; `hers` writes with them.

None of them says what kind of incident it was, or what kind of organisation somebody is.
"""

from backbone.protocols.rhythms import Each
from schakel.events.vocab import CloseReason, InformationTopic, PlaceType, Role
from schakel.her_words import Table

_BOARD = ("het bestuur van de gemeente", "the board of the municipality")
_CITY = ("de gemeente", "the municipality")
_ACTS = ("een dienst die kan ingrijpen", "a service that can step in")
_TRUST = ("een vertrouwenspersoon", "a person of trust")
HELP = ("een organisatie die helpt", "an organisation that helps")

RECEIVERS: Table = {
    **dict.fromkeys((Role.MAYOR, Role.ALDERMAN, Role.DISTRICT_CHAIR, Role.TRIANGLE), _BOARD),
    **dict.fromkeys((Role.MUNICIPALITY, Role.MUNICIPAL_DESK, Role.PROTOCOL_OFFICER, Role.SAFETY_ADVISER), _CITY),
    **dict.fromkeys(
        (
            Role.POLICE,
            Role.POLICE_CONTROL_ROOM,
            Role.ROZE_IN_BLAUW,
            Role.ECAD_P,
            Role.DISCRIMINATION_CONTACT,
            Role.PROSECUTOR,
        ),
        _ACTS,
    ),
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
    # what agreements are about that begin no case
    "about_work": ("Waar dit over gaat", "What this is about"),
    "work_line": (
        "Deze afspraken gaan over hoe organisaties samen werken. Ze beginnen geen zaak van u.",
        "These agreements are about how organisations work together. They begin no case of yours.",
    ),
    "not_held": (
        "De hele tekst van deze afspraken hebben wij niet. Hier staat alleen wat wij weten.",
        "We do not have the whole text of these agreements. Only what we know stands here.",
    ),
    "about_cases": ("Stap voor stap. U beslist mee.", "Step by step. You decide too."),
    "about_together": ("Wat organisaties samen doen.", "What organisations do together."),
    # the door
    "tell_line": ("U vertelt wat u wilt. Uw naam hoeft niet.", "You tell what you want. You need not give your name."),
    "doors": ("Dat kan bij: {who}.", "You can do so at: {who}."),
    "place": ("Dit geldt voor wat er gebeurde: {places}.", "This is for what happened: {places}."),
    # when somebody gets it
    "for": ("Voor: {purpose}.", "For: {purpose}."),
    "if_wanted": ("Als u daarom vraagt.", "If you ask for it."),
    "if_discussed": (
        "Pas nadat met u is besproken wat u verder wilt.",
        "Only after it was talked over with you what you want next.",
    ),
    "if_lives_elsewhere": ("Als u in een andere gemeente woont.", "If you live in another municipality."),
    "if_lives_here": ("Niet als u in een andere gemeente woont.", "Not if you live in another municipality."),
    "if_danger": ("Als er gevaar is.", "If there is danger."),
    "if_taken_up": ("Daarna: als {who} het oppakt.", "After that: if {who} takes it up."),
    "if_went_up": ("Als het naar {who} is gegaan.", "If it went to {who}."),
    "if_place": ("Als het gebeurde: {places}.", "If it happened: {places}."),
    "if_rented": ("Als u huurt.", "If you rent your home."),
    "if_no_talk": ("Als een gesprek met de andere kant niet kan.", "If a talk with the other side is not possible."),
    "not_always": ("Niet in elke zaak.", "Not in every case."),
    # when she hears
    "contact": ("Contact met u: {who}", "Contact with you: {who}"),
    "notice": ("Bericht aan u: {who}", "Word to you: {who}"),
    "where_told": ("waar u het vertelde", "where you told it"),
    "who_helps": ("wie u helpt", "whoever helps you"),
    "late": ("Is dat niet gebeurd? Dan hoort dit: {who}.", "Did that not happen? Then this one hears it: {who}."),
    # what partners do together
    "levels": ("Hoe er wordt gekeken", "How it is looked at"),
    "set_by": ("Hoe zwaar het is, zegt een mens: {who}.", "How serious it is, a person says: {who}."),
    "kinds": ("Er zijn {count} mogelijkheden.", "There are {count} possibilities."),
    "checked": (
        "Er zijn {count} vaste vragen, zodat niemand iets vergeet.",
        "There are {count} fixed questions, so that nobody forgets anything.",
    ),
    "first_look": (
        "Eerst kijken wat er is, dan pas besluiten.",
        "First looking at what there is, only then deciding.",
    ),
    "speaks": ("Naar buiten spreekt er één tegelijk: {who}.", "One at a time speaks to the outside: {who}."),
    "reserved": ("Niet iedereen mag alles vaststellen: {who}.", "Not everybody may decide everything: {who}."),
    "meet": ("Wie er samen over praten", "Who talk about it together"),
    "meet_nothing": ("Over losse zaken gaat het daar niet", "It is not about single cases there"),
    "meet_yes": (
        "Uw zaak alleen als u ja zegt tegen iedereen daar",
        "Your case only if you say yes to everybody there",
    ),
    "meet_nameless": (
        "Van een zaak alleen wat er gebeurde: geen naam, geen verhaal",
        "Of a case only what happened: no name, no story",
    ),
    "at_least": ("Minstens {count} keer {each}.", "At least {count} times {each}."),
    "every": ("Elke {limit}.", "Every {limit}."),
    "listed": ("Wat er wordt opgeschreven", "What is written down"),
    "for_whom": ("Voor: {who}.", "For: {who}."),
    "of_cases": ("Een regel per zaak, zonder uw naam", "One line for each case, without your name"),
    "of_numbers": ("Alleen aantallen; kleine aantallen blijven weg", "Only numbers; small numbers are left out"),
    "of_measures": ("Wat organisaties doen, nooit iets over u", "What organisations do, never anything about you"),
    "of_report": ("Een tekst van mensen, zonder namen", "A text by people, without names"),
    "plans": ("Wat organisaties hebben afgesproken", "What organisations agreed"),
    "measures": ("{count} dingen die worden gedaan.", "{count} things that are done."),
    "signed": ("Afgesproken door: {who}.", "Agreed by: {who}."),
    "tried": ("Proef met: {who}.", "A trial with: {who}."),
    "wanted": ("In elk gebied hoort er te zijn: {who}.", "Every area is to have: {who}."),
    "words": ("Zij gebruiken dezelfde {count} woorden.", "They use the same {count} words."),
    # the end
    "closes": ("Wie het afsluit: {who}.", "Who closes it: {who}."),
    "end_line": (
        "Het stopt als u genoeg hulp had, of geen hulp meer wilt.",
        "It ends when you had enough help, or want no more.",
    ),
    "after_line": (
        "Ongeveer {limit} later belt men u nog eens: {who}.",
        "About {limit} later you are called once more: {who}.",
    ),
    "after_no": ("Niet als u dat niet wilt.", "Not if you do not want that."),
    "after_promised": ("Dat is beloofd", "That is a promise"),
    "no_held": ("Zegt u nee, dan krijgt niemand iets.", "If you say no, nobody gets anything."),
    "no_stripped": ("Zegt u nee, dan gaat het door zonder uw naam.", "If you say no, it goes on without your name."),
    "no_both": (
        "Zegt u nee, dan krijgt niemand iets; of, waar dat erbij staat, alleen zonder uw naam.",
        "If you say no, nobody gets anything; or, where it says so, only without your name.",
    ),
    "title": ("Wat er gebeurt met wat u vertelt", "What happens with what you tell"),
    "description": ("De stappen, van boven naar beneden", "The steps, from top to bottom"),
    "tell": ("U vertelt wat er is gebeurd", "You tell what happened"),
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
    "told_line": (
        "Dat hoeft niet altijd. Dat alleen is geen reden om u te bellen.",
        "That is not always needed. By itself it is no reason to call you.",
    ),
    "nameless": ("Zonder uw naam", "Without your name"),
    "soon": ("Wanneer u iets hoort", "When you hear from us"),
    "within": ("Binnen {limit}. Dat is beloofd", "Within {limit}. That is a promise"),
    "aim": ("Binnen {limit}. Dat is wat wij willen", "Within {limit}. That is what we aim for"),
    "no_limit": ("Hier is geen tijd beloofd", "No time was promised here"),
    "measured": ("We houden wel bij hoe lang het duurt.", "We do keep track of how long it takes."),
    "end": ("Hoe het eindigt", "How it ends"),
    "again": ("U mag later altijd terugkomen.", "You may always come back later."),
    "after": ("Later", "Later"),
    "yours": ("U houdt de regie", "You stay in charge"),
    "stop": ("U mag elk ja weer intrekken.", "You may take back every yes."),
    "ask": ("U mag altijd vragen wie wat van u weet.", "You may always ask who knows what about you."),
    "public": (
        "Wilt u het zelf bekend maken? Dat kan helpen, en het kan u ook schaden. Vraag ons eerst om advies.",
        "Do you want to make it known yourself? It can help, and it can also harm you. Ask us for advice first.",
    ),
    "erase": ("U mag vragen om alles te wissen.", "You may ask to have everything erased."),
}

UNITS: Table = {
    "minuten": ("minuten", "minutes"), "minuut": ("minuut", "minute"), "h": ("uur", "hours"), "dagen": ("dagen", "days"),
    "dag": ("dag", "day"), "werkdagen": ("werkdagen", "working days"), "werkdag": ("werkdag", "working day"),
    "weken": ("weken", "weeks"), "week": ("week", "week"), "maanden": ("maanden", "months"), "maand": ("maand", "month"),
}  # fmt: skip

ENDS: Table = {
    CloseReason.ENOUGH_HELP: ("U had genoeg hulp.", "You had enough help."),
    CloseReason.NO_HELP_WANTED: ("U wilt geen hulp meer.", "You want no more help."),
    CloseReason.MEANS_EXHAUSTED_REFERRED_ON: (
        "Meer kan men hier niet doen, en u bent verder gewezen.",
        "No more can be done here, and you were shown the way on.",
    ),
    CloseReason.SUSPICION_REMOVED_AND_CONTENT: (
        "De andere kant heeft geantwoord, het is opgehelderd en u bent tevreden.",
        "The other side answered, it was cleared up and you are content.",
    ),
    CloseReason.ANONYMOUS: (
        "U gaf geen naam: dan is er niemand om te bellen.",
        "You gave no name: then there is nobody to call.",
    ),
    CloseReason.NO_CONTACT_POSSIBLE: ("Men kan u niet bereiken.", "You cannot be reached."),
    CloseReason.FOR_INFORMATION_ONLY: ("U wilde het alleen laten weten.", "You only wanted it to be known."),
    CloseReason.OTHER: ("Om een andere reden.", "For another reason."),
}
"""Why it ends, to her."""

PLACES: Table = {
    PlaceType.HOME: ("bij u thuis", "at your home"),
    PlaceType.STREET: ("op straat", "in the street"),
    PlaceType.ONLINE: ("op internet", "on the internet"),
    PlaceType.NIGHTLIFE: ("bij het uitgaan", "when going out"),
    PlaceType.PUBLIC_TRANSPORT: ("onderweg in bus, tram of trein", "on the way in a bus, tram or train"),
    PlaceType.SCHOOL: ("op school", "at school"),
    PlaceType.WORK: ("op het werk", "at work"),
    PlaceType.UNKNOWN: ("ergens anders", "somewhere else"),
}
"""Places that may be named; what happened at another has no words here."""

PERIODS: Table = {
    Each.YEAR: ("per jaar", "a year"),
    Each.HALF_YEAR: ("per half jaar", "every half year"),
    Each.QUARTER: ("per kwartaal", "a quarter"),
    Each.MONTH: ("per maand", "a month"),
}
