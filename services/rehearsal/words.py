"""What a rehearsal says, Dutch and English side by side. For professionals: it speaks of partners and roles. Data only."""

from schakel.her_words import Table

TOLD: Table = {
    "report.received": ("meldt", "reports"),
    "report.corrected": ("verbetert de melding", "corrects the report"),
    "report.linked": ("ziet verband met een andere zaak", "links another case"),
    "assessment.recorded": ("beantwoordt een vraag", "answers a question"),
    "label.given": ("geeft het label", "gives the label"),
    "label.withdrawn": ("neemt het label terug", "takes the label back"),
    "label.refused": ("meldt: de persoon wil het label niet", "says that the person does not want the label"),
    "level.set": ("zegt hoe ernstig het is", "says how serious it is"),
    "consent.asked": ("heeft toestemming gevraagd", "has asked for consent"),
    "consent.granted": ("meldt: de persoon zegt ja", "says that the person said yes"),
    "consent.refused": ("meldt: de persoon zegt nee", "says that the person said no"),
    "consent.withdrawn": ("meldt: de persoon trekt een ja in", "says that the person takes a yes back"),
    "basis.invoked": ("beroept zich op een andere grond", "invokes another basis"),
    "referral.requested": ("vraagt met de hand om een doorverwijzing", "asks for a referral by hand"),
    "referral.accepted": ("neemt de doorverwijzing aan", "accepts the referral"),
    "referral.declined": ("wijst de doorverwijzing af", "declines the referral"),
    "referral.completed": ("rondt de doorverwijzing af", "completes the referral"),
    "contact.made": ("heeft contact gehad", "has had contact"),
    "contact.attempted": ("heeft contact geprobeerd", "has tried to make contact"),
    "information.given": ("heeft iets uitgelegd", "has explained something"),
    "thread.closed": ("sluit het eigen deel", "closes its own part"),
    "close.requested": ("sluit de zaak", "closes the case"),
    "reopen.requested": ("vraagt de zaak te heropenen", "asks to reopen the case"),
    "erasure.requested": ("meldt: de persoon wil gewist worden", "says that the person wants to be forgotten"),
}
"""What a partner does by telling it. Another event shows under its own name."""

CONCLUDED: Table = {
    "case.opened": ("De zaak begint, onder {protocols}.", "The case begins, under {protocols}."),
    "protocol.attached": ("Ook {protocol} geldt nu.", "{protocol} holds now too."),
    "protocol.moved": ("De zaak gaat verder onder {after}.", "The case goes on under {after}."),
    "referral.proposed": (
        "Voorstel: naar {to}, {purpose}.",
        "Proposed: to {to}, for {purpose}.",
    ),
    "consent.needed": (
        "{ask} vraagt {of}: mag {recipient} dit hebben? Het gaat om: {scopes}.",
        "{ask} asks {of}: may {recipient} have this? It is about: {scopes}.",
    ),
    "consent.expired": ("Een ja is verlopen.", "A yes has expired."),
    "referral.held": ("Wacht: {to} krijgt niets. Reden: {reason}.", "Held: {to} gets nothing. Reason: {reason}."),
    "referral.released": (
        "Vrijgegeven voor {to}: {mode}, met {scopes}. Grond: {basis}.",
        "Released to {to}: {mode}, with {scopes}. Basis: {basis}.",
    ),
    "referral.delivered": ("Bezorgd bij {to}.", "Delivered to {to}."),
    "referral.revoked": ("Teruggetrokken bij {to}. Reden: {reason}.", "Revoked at {to}. Reason: {reason}."),
    "referral.exhausted": (
        "Niemand pakt de doorverwijzing op. {tell} hoort dat.",
        "Nobody takes the referral up. {tell} is told.",
    ),
    "party.informed": (
        "{to} hoort dat er iets is gebeurd, zonder persoonsgegevens.",
        "{to} is told that something happened, without personal data.",
    ),
    "clock.started": (
        "Klok '{clock}' loopt: uiterlijk {due_at}. {kind}. Aan zet: {responsible}.",
        "Clock '{clock}' runs: by {due_at} at the latest. {kind}. To act: {responsible}.",
    ),
    "clock.measures": (
        "Klok '{clock}' loopt en meet alleen: er is geen grens beloofd.",
        "Clock '{clock}' runs and only measures: no limit was promised.",
    ),
    "clock.stopped": ("Klok '{clock}' stopt, na {elapsed_s}.", "Clock '{clock}' stops, after {elapsed_s}."),
    "clock.suspended": (
        "Klok '{clock}' staat stil: hij geldt nu niet.",
        "Clock '{clock}' stands still: it does not hold now.",
    ),
    "clock.resumed": ("Klok '{clock}' loopt weer.", "Clock '{clock}' runs again."),
    "clock.reminded": ("Herinnering aan {to}: klok '{clock}'.", "Reminder to {to}: clock '{clock}'."),
    "clock.breached": ("Te laat: klok '{clock}'. {tell} hoort dat.", "Late: clock '{clock}'. {tell} is told."),
    "clock.corrected": (
        "Toch op tijd: klok '{clock}' is verbeterd.",
        "In time after all: clock '{clock}' is corrected.",
    ),
    "case.closed": ("De zaak is gesloten. Reden: {reason}.", "The case is closed. Reason: {reason}."),
    "case.reopened": ("De zaak is weer open.", "The case is open again."),
    "case.escalated": ("Opgeschaald naar {to}.", "Escalated to {to}."),
    "aftercare.due": ("Nazorg: het is tijd om te bellen.", "Aftercare: it is time to call."),
    "erasure.scheduled": ("Wissen kan vanaf {due_at}.", "Erasing can begin at {due_at}."),
    "subject.erased": ("Gewist.", "Erased."),
}
"""What the backbone concludes, by type of event. Another one shows under its own name with its fields."""

FIXED: Table = {
    "played": ("{protocol}, gespeeld in de keten {chain}", "{protocol}, played in the chain {chain}"),
    "time": ("de tijd gaat verder", "time passes"),
    "refused": ("GEWEIGERD ({code}): verwacht was {expected}", "REFUSED ({code}): expected was {expected}"),
    "nothing": ("Er volgt niets.", "Nothing follows."),
    "source": ("Waar dit staat: {source}", "Where it says so: {source}"),
    "failed": ("NIET ZOALS VERWACHT: {what}", "NOT AS EXPECTED: {what}"),
    "nothing_was": ("er mocht niets volgen", "nothing was to follow"),
    "refused:": ("het werd geweigerd ({what})", "it was refused ({what})"),
    "accepted:": ("het werd niet geweigerd ({what})", "it was not refused ({what})"),
    "never:": ("dit mocht niet volgen: {what}", "this was not to follow: {what}"),
    "wanted:": ("dit volgde niet: {what}", "this did not follow: {what}"),
    "open_clocks": ("Er lopen nog klokken: {clocks}.", "Clocks still run: {clocks}."),
    "waiting": ("Er wacht nog: {referrals}.", "Still waiting: {referrals}."),
    "good": ("Alles volgde zoals verwacht.", "All followed as expected."),
    "not_explained": ("Nog niet uitgelegd aan de persoon: {topics}.", "Not yet explained to the person: {topics}."),
    "nothing_to_answer": (
        "(Dit antwoordt op een doorverwijzing die hier niet is voorgesteld.)",
        "(This answers a referral that is not proposed here.)",
    ),
    "nobody": ("niemand", "nobody"),
    "the_person": ("de persoon", "the person"),
    "other_side": ("de andere kant", "the other side"),
    "promised": ("Beloofd", "Promised"),
    "our_choice": ("Onze eigen keuze", "Our own choice"),
    "measured": ("Gemeten", "Measured"),
    "against": ("- alleen in {old}, + alleen in {new}", "- only in {old}, + only in {new}"),
    "same": ("Geen verschil.", "No difference."),
}

PERIODS: Table = {"d": ("dagen", "days"), "h": ("uur", "hours"), "m": ("minuten", "minutes")}
DAYS = (tuple(["ma", "di", "wo", "do", "vr", "za", "zo"]), tuple(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]))
