"""The words of what a person can hold in her hands, Dutch and English side by side. Data only; `schakel.her_copy` writes with them.

Every sentence and every word of the lists that may stand in a copy stands here once, so that a word that is missing in one language is
seen at once. None of them says what kind of incident it was or what kind of organisation somebody is.
"""

from collections.abc import Mapping
from typing import Literal

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
Table = Mapping[str, tuple[str, str]]
"""A word or sentence by its name: (Dutch, English)."""

_DUTCH_MONTHS = "januari februari maart april mei juni juli augustus september oktober november december"
_ENGLISH_MONTHS = "January February March April May June July August September October November December"
MONTHS = (tuple(_DUTCH_MONTHS.split()), tuple(_ENGLISH_MONTHS.split()))


def in_language(table: Table, language: Language) -> dict[str, str]:
    """One language of a table."""
    column = LANGUAGES.index(language)
    return {name: said[column] for name, said in table.items()}


LINES: Table = {
    "title": ("Wie weet wat van u", "Who knows what about you"),
    "case": ("Nummer {case}. Bijgewerkt tot en met {at}.", "Number {case}. Complete up to {at}."),
    "knows": ("Wie iets van u weet", "Who knows something about you"),
    "agreed": ("Waar u ja tegen zei", "What you said yes to"),
    "other": ("Wat zonder uw ja is gebeurd, en waarom", "What happened without your yes, and why"),
    "noes": ("Waar u nee tegen zei", "What you said no to"),
    "asked": ("Wat u gevraagd is", "What you were asked"),
    "other_side": ("Wat aan de ander is gevraagd", "What the other person was asked"),
    "waits": ("Wat wacht", "What is waiting"),
    "nothing": ("Niets.", "Nothing."),
    "door": (
        "{partner}: wat u daar zelf vertelde, sinds {since}.",
        "{partner}: what you told there yourself, since {since}.",
    ),
    "referral": (
        "{partner}: {scopes}; {named}; sinds {since}, {ground}.",
        "{partner}: {scopes}; {named}; since {since}, {ground}.",
    ),
    "opening": (
        "{partner}: keek in {scopes}; sinds {since}, {ground}.",
        "{partner}: looked into {scopes}; since {since}, {ground}.",
    ),
    "information": (
        "{partner}: dat er iets is gebeurd, zonder wie u bent; sinds {since}.",
        "{partner}: that something happened, not who you are; since {since}.",
    ),
    "contact": (
        "{partner}: sprak met u, het eerst op {since}; hoe u te bereiken bent kwam niet langs deze weg.",
        "{partner}: spoke with you, first on {since}; how to reach you did not come this way.",
    ),
    "named": ("met uw naam", "with your name"),
    "nameless": ("zonder uw naam", "without your name"),
    "ground": ("{basis} ({purpose})", "{basis} ({purpose})"),
    "stopped": ("Moest stoppen op {until}.", "Had to stop on {until}."),
    "read": ("Opgehaald op {at}: {scopes}.", "Fetched on {at}: {scopes}."),
    "read_often": (
        "Opgehaald: {count} keer, de eerste keer op {first}, de laatste keer op {last}.",
        "Fetched {count} times, the first time on {first}, the last time on {last}.",
    ),
    "yes": (
        "{at}: {recipient} mag {scopes} hebben, voor {purpose}. {giver}, {way}; opgeschreven door {by}.",
        "{at}: {recipient} may have {scopes}, for {purpose}. {giver}, {way}; written down by {by}.",
    ),
    "may_look": (
        "{at}: {recipient} mag kijken in {scopes}, voor {purpose}, op grond van {basis}; reden: {motive}.",
        "{at}: {recipient} may look into {scopes}, for {purpose}, on the ground of {basis}; reason: {motive}.",
    ),
    "basis": (
        "{at}: {recipient} kreeg {scopes}, voor {purpose}, op grond van {basis}; reden: {motive}; gemeld door {by}.",
        "{at}: {recipient} got {scopes}, for {purpose}, on the ground of {basis}; reason: {motive}; told by {by}.",
    ),
    "wording": ("Tekst die u kreeg: {wording}.", "The text you were given: {wording}."),
    "until": ("Geldt tot {until}.", "Holds until {until}."),
    "ended": ("Geldt niet meer.", "No longer holds."),
    "left": ("Nu nog: {scopes}.", "What is left: {scopes}."),
    "beneficiary": ("Opgeschreven door wie het zelf wilde hebben.", "Written down by the one that wanted to have it."),
    "no": (
        "{at}: {recipient} krijgt {scopes} niet, voor {purpose}.",
        "{at}: {recipient} does not get {scopes}, for {purpose}.",
    ),
    "not_at_all": ("{at}: {recipient} krijgt niets, voor {purpose}.", "{at}: {recipient} gets nothing, for {purpose}."),
    "no_more": (
        "{at}: {recipient} krijgt niets meer, voor {purpose}.",
        "{at}: {recipient} gets nothing any more, for {purpose}.",
    ),
    "nobody_any_more": (
        "{at}: niemand krijgt nog iets, voor {purpose}.",
        "{at}: nobody gets anything any more, for {purpose}.",
    ),
    "everything": ("wat dan ook", "anything"),
    "question": (
        "{at}: {by} vroeg of {recipient} iets mag weten, voor {purpose}. {answer}",
        "{at}: {by} asked whether {recipient} may know something, for {purpose}. {answer}",
    ),
    "other_asked": (
        "{at}: ook de ander is gevraagd, voor {purpose} bij {recipient}; opgeschreven door {by}. Wat die zei, staat hier niet.",
        "{at}: the other person was asked too, for {purpose} with {recipient}; written down by {by}. What they said is not in here.",
    ),
    "answered": ("U hebt geantwoord.", "You have answered."),
    "unanswered": ("U hebt nog niet geantwoord.", "You have not answered yet."),
    "waiting": ("{recipient}, voor {purpose}: {reason}.", "{recipient}, for {purpose}: {reason}."),
    "missing": ("Nodig is nog: {scopes}.", "Still needed: {scopes}."),
    "forgotten": ("Wissen", "Being erased"),
    "forgotten_asked": (
        "{at}: {by} gaf door dat u gewist wilt worden. Sindsdien wordt niets meer van u gelezen of verstuurd.",
        "{at}: {by} passed on that you want to be erased. Since then nothing of yours is read or sent.",
    ),
    "forgotten_second": (
        "Het wacht op een tweede bevestiging dat u het zelf bent die dit vraagt.",
        "It waits for a second confirmation that it is you who asks this.",
    ),
    "forgotten_on": (
        "Tot {at} kunt u zich bedenken; daarna wordt het gedaan.",
        "Until {at} you may change your mind; then it is done.",
    ),
    "forgotten_kept": (
        "Wat van de wet bewaard moet blijven, blijft tot {until}; tot dan wordt niet gewist.",
        "What the law has to be kept stays until {until}; nothing is erased before.",
    ),
    "forgotten_done": (
        "U bent hier gewist: wat van u was vergrendeld, kan niemand meer openen.",
        "You have been erased here: what of yours was locked away can be opened by nobody any more.",
    ),
    "links": ("Andere nummers die over u gaan", "Other numbers that are about you"),
    "linked": (
        "Nummer {case}: volgens {by} gaat het daar ook over u; opgeschreven op {at}.",
        "Number {case}: {by} says that it is about you too; written down on {at}.",
    ),
    "linked_otherwise": (
        "Nummer {case}: heeft hiermee te maken volgens {by}; opgeschreven op {at}. Dat hoeft niet over u te gaan.",
        "Number {case}: has to do with this, says {by}; written down on {at}. It need not be about you.",
    ),
    "apart": (
        "Elk nummer staat op zichzelf: wat u bij het ene laat wissen of intrekt, verandert niets bij het andere. "
        "Wilt u dat ook, zeg het dan bij elk nummer.",
        "Each number stands by itself: what you have erased or take back in one changes nothing in the other. "
        "If you want that too, say so for each number.",
    ),
    "somebody": ("iemand", "somebody"),
    "unknown": ("onbekend", "unknown"),
    "rights": (
        "U mag elk ja weer intrekken, bij wie u het gaf; dat geldt zodra het is opgeschreven. Bij direct gevaar: bel 112.",
        "You may take back every yes, where you gave it; it counts as soon as it is written down. In danger now? Call 112.",
    ),
}
SCOPES: Table = {
    "case_facts": ("wat er is gebeurd", "what happened"),
    "contact_details": ("uw contactgegevens", "your contact details"),
    "story": ("uw verhaal", "your story"),
    "label": ("het kenmerk bij uw zaak", "the mark on your case"),
    "contact_preference": ("hoe u bereikt wilt worden", "how you want to be reached"),
}
PURPOSES: Table = {
    "referral": ("hulp", "help"),
    "information": ("informatie aan u", "information to you"),
    "consultation": ("overleg over uw zaak", "talking about your case"),
    "aftercare": ("nazorg", "aftercare"),
    "mediation": ("een gesprek met de andere kant", "a talk with the other side"),
    "complaint": ("een volgende formele stap", "a next formal step"),
    "inquiry": ("navraag", "an inquiry"),
    "board_contact": ("een gesprek met het bestuur", "a talk with the board"),
    "publication": ("bekendmaken van wat er gebeurde", "making public what happened"),
    "later_research": ("later onderzoek", "later research"),
    "victim_network": ("een groep mensen die meedenkt", "a group of people who think along"),
    "audit": ("controle op het werk van de organisaties", "checking how the organisations worked"),
    "other": ("iets anders", "something else"),
}
BASES: Table = {
    "consent": ("omdat u ja zei", "because you said yes"),
    "vital_interest": ("direct gevaar", "danger to life"),
    "legal_duty": ("een plicht uit de wet", "a duty by law"),
    "agreement": ("een afspraak tussen organisaties", "an agreement between organisations"),
    "scheme": ("omdat het altijd wordt doorgegeven", "because it is always passed on"),
}
GIVERS: Table = {
    "victim": ("U zei het zelf", "You said so yourself"),
    "representative": ("Uw vertegenwoordiger zei het", "Your representative said so"),
    "professional": ("Een medewerker gaf door dat u het zei", "A professional passed on that you said so"),
}
WAYS: Table = {
    "spoken": ("mondeling", "spoken"),
    "written": ("schriftelijk", "in writing"),
    "self_service": ("zelf ingevuld", "filled in by yourself"),
}
REASONS: Table = {
    "not_asked": ("het is u nog niet gevraagd", "you have not been asked yet"),
    "no_answer": ("u hebt nog niet geantwoord", "you have not answered yet"),
    "refused": ("u zei nee", "you said no"),
    "withdrawn": ("u trok uw ja in", "you took your yes back"),
    "too_narrow": ("wat mag, is nog niet genoeg", "what is allowed is not enough yet"),
    "provisional": ("iemand anders moet uw ja nog bevestigen", "somebody else still has to confirm your yes"),
    "other_side": ("het kan alleen als u beiden wilt", "only when both of you want it"),
    "erasure_requested": ("u vroeg om gewist te worden", "you asked to be erased"),
    "erased": ("u bent gewist", "you have been erased"),
    "ended": ("de tijd is voorbij", "its time is over"),
    "not_allowed": ("een regel laat dit nu niet toe", "a rule does not allow this now"),
}
