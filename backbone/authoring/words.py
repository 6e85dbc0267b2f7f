"""The Dutch with which a protocol is explained: its roles, its facts as parts of a sentence, its sections. Data only.

The words of the closed lists are those of the glossary (`backbone.person.plain`); what stands here is what a sentence needs besides.
For professionals: nothing here is shown to the person herself, see `backbone.authoring.hers`.
"""

from collections.abc import Mapping

from schakel.events.vocab import Role

ROLES: Mapping[Role, str] = {
    Role.POLICE: "de politie",
    Role.POLICE_CONTROL_ROOM: "de meldkamer van de politie",
    Role.ROZE_IN_BLAUW: "Roze in Blauw van de politie",
    Role.ECAD_P: "ECAD-P van de politie",
    Role.DISCRIMINATION_CONTACT: "het regionaal aanspreekpunt discriminatiezaken",
    Role.MUNICIPALITY: "de gemeente",
    Role.MUNICIPAL_DESK: "het loket van de gemeente",
    Role.PROTOCOL_OFFICER: "de protocolfunctionaris van de gemeente",
    Role.SAFETY_ADVISER: "de adviseur veiligheid",
    Role.COORDINATOR: "de ketenregisseur",
    Role.AREA_MANAGER: "de gebiedsmanager",
    Role.DISTRICT_DIRECTOR: "de stadsdeelregisseur",
    Role.TOP_TEAM: "het top-10-team",
    Role.MAYOR: "de burgemeester",
    Role.ALDERMAN: "de wethouder",
    Role.DISTRICT_CHAIR: "de stadsdeelvoorzitter",
    Role.TRIANGLE: "de driehoek",
    Role.ANTI_DISCRIMINATION: "het meldpunt discriminatie",
    Role.VICTIM_SUPPORT: "Slachtofferhulp",
    Role.COC: "het COC",
    Role.COC_CONFIDANT: "de vertrouwenspersoon van het COC",
    Role.COC_SAFETY_COORDINATOR: "de veiligheidscoördinator van het COC",
    Role.PROSECUTOR: "het Openbaar Ministerie",
    Role.LECD: "het LECD",
    Role.REPORT_PLATFORM: "het meldplatform",
    Role.TRUSTED_FLAGGER: "Meld.Online Discriminatie",
    Role.MEDIATION: "buurtbemiddeling",
    Role.RESTORATIVE_MEDIATION: "herstelbemiddeling",
    Role.HOUSING: "de woningcorporatie",
    Role.DOMESTIC_VIOLENCE: "Veilig Thuis",
    Role.SEXUAL_VIOLENCE_CENTRE: "het Centrum Seksueel Geweld",
    Role.SOCIAL_WORK: "het maatschappelijk werk",
    Role.HEALTH_SERVICE: "de GGD",
    Role.YOUTH_WORK: "het jongerenwerk",
    Role.ASYLUM_RECEPTION: "het COA",
    Role.IMMIGRATION_SERVICE: "de IND",
    Role.HUMAN_RIGHTS_INSTITUTE: "het College voor de Rechten van de Mens",
    Role.SCHOOL: "de school",
    Role.EVALUATOR: "de evaluator",
    Role.OTHER: "een andere organisatie",
}

FACTS: Mapping[str, str] = {
    "record_kind": "het gaat om: {words}",
    "identity": "de persoon is: {words}",
    "reporter": "wie meldt, is: {words}",
    "target": "het was gericht tegen {words}",
    "channel": "de melding kwam binnen via: {words}",
    "door": "de melding kwam binnen bij {words}",
    "acute": "er is nu gevaar of onrust",
    "high_profile": "er is aandacht van media of publiek",
    "natures": "er was sprake van {words}",
    "grounds": "het vermoede motief is: {words}",
    "place_type": "de soort plaats is: {words}",
    "district": "het gebeurde in het stadsdeel {words}",
    "municipality": "het gebeurde in de gemeente {words}",
    "residence_elsewhere": "woont het slachtoffer in een andere gemeente? Antwoord: {words}",
    "suspicion": "is er een vermoeden van discriminatie of geweld? Antwoord: {words}",
    "label": "het label lhbtiqa+ is {words}",
    "history": "de zaak is ingelezen uit de tijd voor dit systeem",
    "minor": "is er een minderjarige bij betrokken? Antwoord: {words}",
    "domestic": "is de pleger van het huishouden of de familie? Antwoord: {words}",
    "honour": "is het eergerelateerd? Antwoord: {words}",
    "refugee": "is het slachtoffer vluchteling of statushouder? Antwoord: {words}",
    "tenure": "de woning is: {words}",
    "severity": "een organisatie noemt het {words}",
}
"""Each fact as what must hold; a flag says it without words."""

WHOLE: Mapping[str, Mapping[str, str]] = {
    "record_kind": {
        "report": "het is een melding",
        "lead": "het is een spoor, nog geen melding",
        "signal": "het is een signaal",
        "for_information": "het is alleen ter kennisname",
        "advice_request": "het is een adviesvraag",
    },
    "identity": {
        "one_way": "de melding is anoniem en er is geen weg terug",
        "anonymous_heard": "de persoon is anoniem, maar wel gehoord",
        "known_to_door": "alleen het eigen loket kent de persoon",
        "by_name": "de persoon is op naam bekend",
    },
    "residence_elsewhere": {
        "yes": "het slachtoffer woont in een andere gemeente",
        "no": "het slachtoffer woont in deze gemeente",
        "unknown": "het is niet bekend waar het slachtoffer woont",
        "": "nog niemand heeft gezegd waar het slachtoffer woont",
    },
    "suspicion": {
        "yes": "er is een vermoeden van discriminatie of geweld",
        "no": "het loket zegt: er is geen vermoeden van discriminatie of geweld",
        "unknown": "het is niet duidelijk of er een vermoeden is van discriminatie of geweld",
        "": "nog niemand heeft gezegd of er een vermoeden is van discriminatie of geweld",
    },
    "minor": {"yes": "er is een minderjarige bij betrokken", "no": "er is geen minderjarige bij betrokken"},
    "domestic": {
        "yes": "de pleger is van het huishouden of de familie",
        "no": "de pleger is niet van het huishouden of de familie",
    },
    "honour": {"yes": "het is eergerelateerd", "no": "het is niet eergerelateerd"},
    "refugee": {
        "yes": "het slachtoffer is vluchteling of statushouder",
        "no": "het slachtoffer is geen vluchteling of statushouder",
    },
    "tenure": {"rented": "het is een huurwoning", "owned": "het is een koopwoning"},
}
"""Words of a fact that make a sentence of their own; an empty key stands for what nobody has said."""

TARGETS: Mapping[str, str] = {
    "person": "een persoon",
    "household": "een huishouden",
    "organisation": "een organisatie",
    "venue": "een gelegenheid",
    "object": "een object",
    "unknown": "niet bekend wie of wat",
}

LABELS: Mapping[str, str] = {"given": "gegeven", "refused": "geweigerd", "none": "niet gegeven"}
NOT_SAID = "nog niet gezegd"

PURPOSES: Mapping[str, str] = {
    "referral": "om hulp te bieden",
    "information": "om de persoon te informeren",
    "consultation": "om te overleggen",
    "aftercare": "voor nazorg",
    "mediation": "om te bemiddelen",
    "complaint": "voor een aangifte",
    "inquiry": "om navraag te doen",
    "board_contact": "voor contact door het bestuur",
    "publication": "om iets openbaar te maken",
    "later_research": "voor later onderzoek",
    "victim_network": "voor een netwerk van slachtoffers",
    "other": "voor een ander doel",
}

BEFORE: Mapping[str, str] = {
    "consent": "voordat om toestemming wordt gevraagd",
    "label": "voordat het label wordt gegeven",
    "complaint": "voordat er aangifte wordt gedaan",
    "hearing_both_sides": "voordat de andere kant wordt gehoord",
}

STARTS: Mapping[str, str] = {
    "report.received": "De tijd loopt vanaf de melding.",
    "label.given": "De tijd loopt vanaf het moment dat het label is gegeven.",
    "referral.delivered": "De tijd loopt vanaf het moment dat de doorverwijzing '{step}' is bezorgd.",
    "referral.accepted": "De tijd loopt vanaf het moment dat de doorverwijzing '{step}' is aangenomen.",
}

SECTIONS: Mapping[str, str] = {
    "opens": "Wanneer dit protocol begint",
    "checks": "Wat er wordt gevraagd",
    "explain": "Wat er wordt uitgelegd",
    "steps": "Wie wat krijgt, en met wiens toestemming",
    "informs": "Wie hoort dat er iets is gebeurd",
    "clocks": "Welke tijd er loopt",
    "closing": "Hoe de zaak eindigt",
    "aftercare": "Nazorg",
    "consultations": "Overleg",
    "rhythms": "Wat steeds terugkomt",
    "doors": "Waar je kunt melden",
    "escalation": "Opschalen",
    "evaluations": "Terugkijken",
    "readings": "Hoe wij de tekst lezen",
}
"""The heading of each section of a protocol, in the order of the explanation. A section that is not here shows under its own name."""

FIELDS: Mapping[str, str] = {
    "text": "",
    "says": "Tekst",
    "members": "Wie meedoen",
    "asked_by": "Wie het vraagt",
    "chair": "Voorzitter",
    "order": "Volgorde",
    "channels": "Langs welke weg",
    "anonymous": "Anoniem",
    "every": "Hoe vaak",
    "by": "Door wie",
    "when": "Alleen als",
    "responsible": "Wie verantwoordelijk is",
    "roles": "Wie",
    "goal": "Doel",
    "target_group": "Voor wie",
    "purpose": "Doel",
    "limit": "Grens",
    "promise": "Soort grens",
    "title": "Titel",
}
"""What a field of a section without sentences of its own is called; another field shows under its own name."""

CHECK_LEVELS: Mapping[str, str] = {"error": "fout", "warning": "let op"}
