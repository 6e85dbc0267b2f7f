"""What organisations do together with what people told, for her own picture: who looks at it, who meet, what is written down. Pure.

A meeting that nobody promised has no frequency here: only that it is there.
"""

from collections.abc import Iterator

from backbone.authoring import her_words as words
from backbone.authoring.boxes import PLAIN, TOLD, YES, Card, Lane
from backbone.authoring.her_voice import Voice, capital
from backbone.protocols.consultations import Consultation
from backbone.protocols.model import Protocol
from backbone.protocols.overviews import Of, Overview
from backbone.protocols.rhythms import Rhythm
from schakel.events.vocab import ClockKind, Role
from schakel.her_words import in_language


def together(protocol: Protocol, voice: Voice) -> Iterator[Lane]:
    say, here = voice.say, protocol.cooperation
    yield Lane(say["levels"], tuple(_looked_at(protocol, voice)))
    yield Lane(say["meet"], tuple(_meeting(one, protocol, voice) for one in here.consultations))
    yield Lane(say["listed"], tuple(_overview(one, protocol, voice) for one in here.overviews))
    yield Lane(say["plans"], tuple(_plans(protocol, voice)))


def _looked_at(protocol: Protocol, voice: Voice) -> Iterator[Card]:
    scheme, say = protocol.scheme, voice.say
    lines = []
    weighed = (*scheme.levels, *scheme.categories)
    if weighed:
        by = {role for one in weighed for role in one.set_by}
        lines.append(say["set_by"].format(who=voice.names(role for role in Role if role in by)))
        lines.append(say["kinds"].format(count=len(weighed)))
    if count := sum(len(one.lines) for one in scheme.checklists) + len(scheme.stages):
        lines.append(say["checked"].format(count=count))
    if scheme.deliberation:
        lines.append(say["first_look"])
    if scheme.reserved:
        lines.append(say["reserved"].format(who=voice.names(role for one in scheme.reserved for role in one.by)))
    if scheme.speaking:
        lines.append(say["speaks"].format(who=voice.names(scheme.speaking.spokesperson)))
    if lines:
        yield Card("", tuple(lines))


def _meeting(meeting: Consultation, protocol: Protocol, voice: Voice) -> Card:
    say, cases = voice.say, meeting.cases
    mark, says = TOLD, say["meet_nameless"]
    if cases is None:
        mark, says = PLAIN, say["meet_nothing"]
    elif cases.consent:
        mark, says = YES, say["meet_yes"]
    return Card("", (capital(voice.names(meeting.members)) + ".", *_often(meeting.id, protocol, voice)), "", mark, says)


def _overview(overview: Overview, protocol: Protocol, voice: Voice) -> Card:
    said = {Of.CASES: "of_cases", Of.NUMBERS: "of_numbers", Of.MEASURES: "of_measures", Of.REPORT: "of_report"}
    lines = (voice.say["for_whom"].format(who=voice.names(overview.readers)), *_often(overview.id, protocol, voice))
    return Card("", lines, "", TOLD, voice.say[said[overview.of]])


def _often(name: str, protocol: Protocol, voice: Voice) -> Iterator[str]:
    for rhythm in protocol.cooperation.rhythms:
        if rhythm.of == name and rhythm.promise is ClockKind.PROMISED:
            yield from _rhythm(rhythm, voice)


def _rhythm(rhythm: Rhythm, voice: Voice) -> Iterator[str]:
    if rhythm.at_least is not None and rhythm.each is not None:
        each = in_language(words.PERIODS, voice.language)[rhythm.each]
        yield voice.say["at_least"].format(count=rhythm.at_least, each=each)
    elif rhythm.every is not None:
        yield voice.say["every"].format(limit=voice.every(rhythm.every))


def _plans(protocol: Protocol, voice: Voice) -> Iterator[Card]:
    here, say = protocol.cooperation, voice.say
    lines = [say["measures"].format(count=len(one.measures)) for one in here.registers]
    lines += [say["signed"].format(who=voice.names(one.parties)) for one in here.agreements]
    lines += [say["tried"].format(who=voice.names(one.parties)) for one in here.pilots]
    lines += [say["words"].format(count=len(one.records) + len(one.natures)) for one in here.definitions]
    if here.network:
        lines.append(say["wanted"].format(who=voice.names(here.network.wants)))
    if lines:
        yield Card("", tuple(dict.fromkeys(lines)))
