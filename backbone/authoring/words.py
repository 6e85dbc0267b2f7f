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
    Role.AUDITOR: "de toezichthouder",
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
    "danger": "is iemand nu in gevaar, of verkracht? Antwoord: {words}",
    "unsafe": "het is ernstig onveilig: acuut, of iemand is nu in gevaar",
    "origin": "zo ontstond het: {words}",
    "refugee": "is het slachtoffer vluchteling of statushouder? Antwoord: {words}",
    "tenure": "de woning is: {words}",
    "severity": "een organisatie noemt het {words}",
    "wishes": "de persoon wil in contact komen met {words}",
    "hearing": "hoor en wederhoor: {words}",
    "reported_on": "er is gemeld {words}",
    "occurred_on": "het gebeurde {words}",
    "relation": "wie het deed, was voor het slachtoffer vermoedelijk: {words}",
    "category": "de zaak heet: {words}",
    "accepted": "de zaak is opgepakt door {words}",
    "escalated_to": "de zaak is opgeschaald naar {words}",
    "actions": "er is afgesproken: {words}",
    "needs": "de persoon vraagt om: {words}",
    "complaint": "de aangifte is: {words}",
    "spoken_at_door": "het loket heeft met het slachtoffer gesproken",
    "vulnerability": "is het slachtoffer kwetsbaar, zegt politie of OM? Antwoord: {words}",
    "earlier_reports": "zijn er eerdere meldingen door of tegen betrokkenen? Antwoord: {words}",
    "confused_offender": "is de pleger een verward persoon? Antwoord: {words}",
    "punishable": "is het strafbaar? Antwoord: {words}",
    "answered": "een eigen vraag van dit protocol is beantwoord: {words}",
    "suspected": "heeft iemand nog een vermoeden van discriminatie of geweld? Antwoord: {words}",
    "talk_ruled_out": "een gesprek met de andere kant is gevraagd en mag niet, want: {words}",
    "listed": "de politie vond het met een zoekvraag, en het is: {words}",
    "series": "aantal meldingen dat bij elkaar hoort: {words}",
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
    "minor": {
        "yes": "er is een minderjarige bij betrokken",
        "no": "er is geen minderjarige bij betrokken",
        "unknown": "het is niet bekend of er een minderjarige bij betrokken is",
        "": "nog niemand heeft gezegd of er een minderjarige bij betrokken is",
    },
    "domestic": {
        "yes": "de pleger is van het huishouden of de familie",
        "no": "de pleger is niet van het huishouden of de familie",
        "unknown": "het is niet bekend of de pleger van het huishouden of de familie is",
        "": "nog niemand heeft gezegd of de pleger van het huishouden of de familie is",
    },
    "honour": {
        "yes": "het is eergerelateerd",
        "no": "het is niet eergerelateerd",
        "unknown": "het is niet bekend of het eergerelateerd is",
        "": "nog niemand heeft gezegd of het eergerelateerd is",
    },
    "danger": {
        "yes": "iemand is nu in gevaar, of verkracht",
        "no": "niemand is nu in gevaar of verkracht",
        "unknown": "het is niet bekend of iemand nu in gevaar is, of verkracht",
        "": "nog niemand heeft gezegd of iemand nu in gevaar is, of verkracht",
    },
    "earlier_reports": {
        "yes": "er zijn eerdere meldingen door of tegen betrokkenen",
        "no": "er zijn geen eerdere meldingen door of tegen betrokkenen",
    },
    "confused_offender": {"yes": "de pleger is een verward persoon", "no": "de pleger is geen verward persoon"},
    "punishable": {"yes": "iemand noemt het strafbaar", "no": "niemand noemt het strafbaar"},
    "refugee": {
        "yes": "het slachtoffer is vluchteling of statushouder",
        "no": "het slachtoffer is geen vluchteling of statushouder",
        "unknown": "het is niet bekend of het slachtoffer vluchteling of statushouder is",
        "": "nog niemand heeft gezegd of het slachtoffer vluchteling of statushouder is",
    },
    "vulnerability": {
        "yes": "politie of OM noemt het slachtoffer kwetsbaar",
        "no": "politie of OM noemt het slachtoffer niet kwetsbaar",
        "unknown": "politie of OM weet niet of het slachtoffer kwetsbaar is",
        "": "politie en OM hebben nog niet gezegd of het slachtoffer kwetsbaar is",
    },
    "tenure": {"rented": "het is een huurwoning", "owned": "het is een koopwoning"},
}
"""Words of a fact that make a sentence of their own; an empty key stands for what nobody has said."""

OWN: Mapping[str, Mapping[str, str]] = {
    "hearing": {
        "agreed": "de melder vindt het goed",
        "to_discuss": "de volgende stap moet nog worden besproken",
        "discussed": "de volgende stap is besproken",
        "ended": "klaar: het vermoeden is weg en de melder is tevreden",
    },
    "complaint": {"appointed": "afgesproken", "taken": "opgenomen", "settled": "afgehandeld"},
    "listed": {
        "matched": "nog niet bekeken",
        "relevant": "relevant",
        "not_relevant": "niet relevant",
        "unsure": "niet zeker",
    },
    "talk_ruled_out": {
        "suspicion": "er is nog een vermoeden van discriminatie",
        "violence": "er is geweld, bedreiging of intimidatie",
        "lock_down": "het is eergerelateerd of huiselijk",
    },
    "series": {"alone": "alleen deze", "two": "twee", "several": "meer dan twee"},
}
"""Words of a fact that are in no list of the glossary."""

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
    "audit": "voor toezicht",
    "other": "voor een ander doel",
}

BEFORE: Mapping[str, str] = {
    "consent": "voordat om toestemming wordt gevraagd",
    "label": "voordat het label wordt gegeven",
    "complaint": "voordat er aangifte wordt gedaan",
    "hearing_both_sides": "voordat de andere kant wordt gehoord",
}

AFTER: Mapping[str, str] = {
    "complaint_settled": "nadat de aangifte is afgehandeld",
}

PROMISES: Mapping[str, str] = {
    "measured": "alleen gemeten: er is geen termijn, en niemand is te laat",
    "promised": "beloofd: de bron noemt deze termijn",
    "our_choice": "onze eigen keuze: geen bron noemt deze termijn",
}

STARTS: Mapping[str, str] = {
    "report.received": "De tijd loopt vanaf de melding.",
    "occurrence": "De tijd loopt vanaf de laatste dag waarop het gebeurde.",
    "label.given": "De tijd loopt vanaf het moment dat het label is gegeven.",
    "level.set": "De tijd loopt vanaf het moment dat iemand zegt hoe zwaar de zaak is.",
    "referral.delivered": "De tijd loopt vanaf het moment dat {step} is bezorgd.",
    "referral.accepted": "De tijd loopt vanaf het moment dat {step} is aangenomen.",
    "action.agreed": "De tijd loopt vanaf het moment dat een actie is afgesproken.",
    "advice.requested": "De tijd loopt vanaf het moment dat om advies is gevraagd.",
    "complaint.wished": "De tijd loopt vanaf het moment dat de persoon zegt aangifte te willen doen, of contact met de politie wil.",
    "complaint.taken": "De tijd loopt vanaf het moment dat de aangifte is opgenomen.",
    "complaint.settled": "De tijd loopt vanaf het moment dat de aangifte is afgehandeld.",
    "needs.recorded": "De tijd loopt vanaf het moment dat de persoon zegt wat nodig is.",
    "treatment.complaint": "De tijd loopt vanaf het moment dat de persoon klaagt over hoe een partner met haar omging.",
    "case.closed": "De tijd loopt vanaf het sluiten van de zaak.",
    "last_word": "De tijd loopt vanaf het laatste bericht aan de persoon.",
    "last_news": "De tijd loopt vanaf het laatste nieuws van een partner in de zaak.",
}
"""What starts a clock, every word of `ClockStart`."""

BEGINS: Mapping[str, str] = {
    "report.received": "De melding is binnen",
    "occurrence": "De laatste dag waarop het gebeurde",
    "label.given": "Het label is gegeven",
    "level.set": "Iemand zegt hoe zwaar de zaak is",
    "referral.delivered": "Een doorverwijzing is bezorgd",
    "referral.accepted": "Een doorverwijzing is aangenomen",
    "action.agreed": "Er is een actie afgesproken",
    "advice.requested": "Er is om advies gevraagd",
    "complaint.wished": "De persoon wil aangifte doen, of contact met de politie",
    "complaint.taken": "De aangifte is opgenomen",
    "complaint.settled": "De aangifte is afgehandeld",
    "needs.recorded": "De persoon zegt wat nodig is",
    "treatment.complaint": "De persoon klaagt over hoe een partner met haar omging",
    "case.closed": "De zaak is gesloten",
    "last_word": "Het laatste bericht aan de persoon",
    "last_news": "Het laatste nieuws van een partner in de zaak",
}
"""The same as the title of what a clock starts from in a picture."""

STOPS: Mapping[str, str] = {
    "made": "De klok stopt als {by} contact heeft gehad met {whom}. Een poging telt niet.",
    "attempted": "De klok stopt als {by} heeft geprobeerd {whom} te bereiken. Een poging telt.",
    "notice": "De klok stopt als {by} iets heeft laten weten aan {whom}. Dat is nog geen gesprek.",
    "word": "De klok stopt bij het volgende bericht van {by} aan {whom}.",
    "answered": "De klok stopt als de doorverwijzing is aangenomen of afgewezen.",
    "ended": "De klok stopt als de ontvanger klaar is, of het eigen deel heeft gesloten.",
    "done": "De klok stopt als de actie is gedaan.",
    "advised": "De klok stopt als het advies is gegeven.",
    "agreed": "De klok stopt als een actie is afgesproken.",
    "appointed": "De klok stopt als er een dag is afgesproken voor de aangifte, of als die is opgenomen.",
    "handed_in": "De klok stopt als de klacht is ingediend.",
    "settled": "De klok stopt als de aangifte is afgehandeld.",
    "aftercare": "De klok stopt als er een antwoord is over nazorg. Dat het niet gewenst is, is ook een antwoord.",
    "evaluated": "De klok stopt als er is teruggekeken op de zaak.",
    "news": "De klok stopt als een partner iets nieuws vertelt in de zaak.",
}
"""What stops a clock, every word of `StopOn`."""

CLOCKS: Mapping[str, str] = {
    "made": "Contact met {whom}",
    "attempted": "Poging tot contact met {whom}",
    "notice": "Bericht aan {whom}",
    "word": "Het volgende bericht aan {whom}",
    "answered": "Antwoord op de doorverwijzing",
    "ended": "De ontvanger is klaar",
    "done": "De actie is gedaan",
    "advised": "Het advies is er",
    "agreed": "Een actie is afgesproken",
    "appointed": "Er is een dag voor de aangifte",
    "handed_in": "De klacht is ingediend",
    "settled": "De aangifte is afgehandeld",
    "aftercare": "Nazorg besproken",
    "evaluated": "Teruggekeken op de zaak",
    "news": "Nieuws van een partner",
}
"""The same as the title of a clock in a picture."""

SECTIONS: Mapping[str, str] = {
    "opens": "Wanneer dit protocol begint",
    "checks": "Wat er wordt gevraagd",
    "explain": "Wat er wordt uitgelegd",
    "steps": "Wie wat krijgt, en met wiens toestemming",
    "informs": "Wie hoort dat er iets is gebeurd",
    "clocks": "Welke tijd er loopt",
    "closing": "Hoe de zaak eindigt",
    "ladder": "Wie het hoort als het te laat blijft",
    "aftercare": "Nazorg",
    "variants": "Wat in sommige stadsdelen anders is",
    "desk": "Het werk aan het loket",
    "scheme": "Wat bij deze aanpak hoort",
    "cooperation": "Wat partners samen doen",
    "consultations": "Overleg",
    "rhythms": "Wat steeds terugkomt",
    "doors": "Waar je kunt melden",
    "escalation": "Opschalen",
    "evaluations": "Terugkijken",
    "readings": "Hoe wij de tekst lezen",
}
"""The heading of each section of a protocol, in the order of the explanation. A section that is not here shows under its own name."""

CHECK_LEVELS: Mapping[str, str] = {"error": "fout", "warning": "let op"}
