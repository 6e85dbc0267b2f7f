"""What a rehearsal of a chain says, Dutch and English side by side. Data only."""

from schakel.her_words import Table

ABOUT: Table = {
    "consultation": ("{}", "{}"),
    "held_on": ("gehouden op {}", "held on {}"),
    "present": ("aanwezig: {}", "present: {}"),
    "cases": ("besproken: {}", "discussed: {}"),
    "items": ("onderwerpen: {}", "subjects: {}"),
    "settled": ("afgedaan: {}", "settled: {}"),
    "agreed_by": ("daarmee stemden in: {}", "agreed by: {}"),
    "parties": ("tussen {}", "between {}"),
    "purposes": ("voor {}", "for {}"),
    "valid_from": ("vanaf {}", "from {}"),
    "valid_until": ("tot en met {}", "until the end of {}"),
    "ended_on": ("laatste dag: {}", "last day: {}"),
    "answer_by": ("antwoord uiterlijk {}", "answer by {}"),
    "decided_on": ("besloten op {}", "decided on {}"),
}
"""Fields of what is told of a chain whose words alone do not say what is meant."""

CONCLUDED: Table = {
    "rhythm.due": ("Aan de beurt: {of} ({rhythm}), van {due_at}.", "Due: {of} ({rhythm}), of {due_at}."),
    "rhythm.due later": (
        "Aan de beurt: {of} ({rhythm}), van {due_at}; gaat uit op {deliver_on}.",
        "Due: {of} ({rhythm}), of {due_at}; goes out on {deliver_on}.",
    ),
    "rhythm.due review": (
        "De afspraak '{of}' moet worden bekeken.",
        "The agreement '{of}' is to be reviewed.",
    ),
    "rhythm.due end": ("De afspraak '{of}' loopt af op {end}.", "The agreement '{of}' ends on {end}."),
    "rhythm.due event": ("Op komst: {of}, vanaf {deliver_on}.", "Ahead: {of}, from {deliver_on}."),
    "rhythm.missed": (
        "Niet gehaald: {of} ({rhythm}), {held} van {wanted} keer, van {first_day} tot en met {last_day}.",
        "Not kept: {of} ({rhythm}), {held} of {wanted} times, from {first_day} until the end of {last_day}.",
    ),
    "rhythm.missed places": (
        "Niet gehaald: {of} ({rhythm}), van {first_day} tot en met {last_day}. Niet besproken in: {missing}.",
        "Not kept: {of} ({rhythm}), from {first_day} until the end of {last_day}. Not discussed in: {missing}.",
    ),
    "trend.unanswered": (
        "Geen antwoord van {silent} op een signaal.",
        "No answer from {silent} to a signal.",
    ),
}
"""What is concluded of a chain, by type of event and by what it is about."""

FIXED: Table = {
    "since": ("De keten houdt dit bestand sinds {day}.", "The chain keeps this file since {day}."),
    "operator": ("Wie de backbone draait", "Whoever runs the backbone"),
    "hears": ("Bericht aan {who}.", "Told to {who}."),
    "nobody_hears": ("Niemand hoort dat.", "Nobody is told."),
    "in_case": (" (zaak {case})", " (case {case})"),
    "not_here": ("(Dit gaat deze keten niet aan.)", "(This does not concern this chain.)"),
    "no_effect": ("(Dit heeft geen gevolg.)", "(This has no effect.)"),
    "agenda": ("Agenda van {title}{for_}:", "Agenda of {title}{for_}:"),
    "list": ("{title}{for_}:", "{title}{for_}:"),
    "for": (", voor {reader}", ", for {reader}"),
    "may_not": ("MAG DIT NIET ZIEN ({code}).", "MAY NOT SEE THIS ({code})."),
    "no_cases": ("Er staat geen zaak op.", "No case stands on it."),
    "not_yet": ("Nog niet bij iedereen bekend: {cases}.", "Not yet known to all: {cases}."),
    "subject": ("Onderwerp dat terugkomt: {title}, {last}.", "Subject that comes back: {title}, {last}."),
    "discussed": ("laatst besproken op {day}", "last discussed on {day}"),
    "never_discussed": ("nog nooit besproken", "never discussed yet"),
    "year": ("Maatregelen in {year}:", "Measures in {year}:"),
    "no_measures": ("Over dit jaar is er geen verslag.", "There is no report on this year."),
    "nothing_on_it": ("er mocht niets op staan", "nothing was to stand on it"),
    "not_on_it": ("dit staat er niet op: {what}", "this does not stand on it: {what}"),
    "on_it": ("dit staat erop en mag niet: {what}", "this stands on it and may not: {what}"),
    "and": (" en ", " and "),
}

PARTS: Table = {
    "carried_out": ("uitgevoerd", "carried out"),
    "next_year": ("gaat volgend jaar door", "goes on next year"),
    "additional": ("erbij gekomen", "additional"),
    "dropped": ("vervallen", "dropped"),
    "unknown": ("niemand schreef op hoe het staat", "nobody wrote down how it stands"),
}
"""How measures stand."""

WHY: Table = {
    "heading": ("Wat tot het einde niet werd gezegd, en waarom", "What was not said up to the end, and why"),
    "nothing": ("Alles uit het bestand werd gezegd.", "Everything in the file was said."),
    "no_parts": (
        "Dit bestand heeft geen ritme en geen afspraak met een dag: er is niets dat vanzelf wordt gezegd.",
        "This file has no rhythm and no agreement with a day: nothing is said by itself.",
    ),
    "rhythm": ("Ritme '{id}'", "Rhythm '{id}'"),
    "agreement": ("Afspraak '{id}'", "Agreement '{id}'"),
    "measured": (
        "dit wordt alleen gemeten: er gaat geen bericht over uit",
        "this is only measured: nobody is told of it",
    ),
    "people_write": (
        "van een overzicht wordt alleen gezegd dat het er is, en dat met `every`",
        "of an overview is only said that it is due, and that with `every`",
    ),
    "kept": (
        "van {first} tot en met {last} is het gehaald: {held} van {wanted} keer",
        "from {first} until the end of {last} it was kept: {held} of {wanted} times",
    ),
    "not_over": (
        "de termijn tot en met {last} is nog niet voorbij",
        "the term until the end of {last} is not over yet",
    ),
    "not_due": ("de eerste keer is {at}", "the first time is {at}"),
    "before": (
        "de termijn begon voordat de keten dit bestand hield",
        "the term began before the chain kept this file",
    ),
    "no_term": ("er is geen termijn meer na het begin", "there is no term any more behind the beginning"),
    "no_days": ("het bestand noemt er geen dagen van", "the file names no days of it"),
    "no_reminder": (
        "het bestand noemt geen herziening, en geen waarschuwing voor het einde",
        "the file names no review, and no warning before the end",
    ),
    "over": ("alle dagen liggen voor het begin", "all of its days lie before the beginning"),
}
"""Why a part of a scheme said nothing in a play."""
