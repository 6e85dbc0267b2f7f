"""What a real month has too: a drill, messages sent twice, and messages that must be refused, each with the code it must get. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from backbone.demo.acts import STEP, Act, Garbage
from backbone.demo.dice import Dice
from backbone.demo.setting import ZONE
from schakel.events import Told, vocab
from schakel.events.base import SealedField
from schakel.events.contact import ComplaintTaken, ContactMade
from schakel.events.report import Occurrence, Place, ReportFacts, ReportReceived
from schakel.events.vocab import Channel, Identity, Nature, PlaceType

DRILL = "drill"
RESENT = 4


def drill(dice: Dice, start: datetime) -> Iterator[Act]:
    """One exercise: real receipts and clocks, and a mark that it is none of the real ones."""
    reported = start + timedelta(days=1, hours=10)
    facts = ReportFacts(
        identity=Identity.BY_NAME,
        channel=Channel.TELEPHONE,
        natures=(Nature.INTIMIDATION,),
        occurrence=Occurrence(first_day=reported.date(), last_day=reported.date()),
        place=Place(municipality="groningen", district="centrum", place_type=PlaceType.STREET),
    )
    report_id = dice.event_id(DRILL)
    parts = {SealedField.STORY: "Dit verhaal is bedacht: dit is een oefening."}
    event = ReportReceived(reported_at=reported, facts=facts)
    yield Act(reported + timedelta(minutes=10), "gemeente-groningen", report_id, report_id, event, parts, drill=True)
    made = reported + timedelta(hours=5)
    contact = ContactMade(whom=vocab.Person.VICTIM, at=made, channel=Channel.TELEPHONE)
    contact_id = dice.event_id(DRILL, "contact")
    yield Act(made + timedelta(minutes=5), "gemeente-groningen", report_id, contact_id, contact, drill=True)


def resubmissions(dice: Dice, reports: Sequence[Act]) -> Iterator[Act]:
    """A system that is not sure whether its message arrived sends it again, with the same id."""
    for report in dice.rolls("resent").sample(list(reports), min(RESENT, len(reports))):
        yield replace(report, at=report.at + STEP + dice.hours(0, 30, report.id, "resent"), again=True)


def refusals(dice: Dice, reports: Sequence[Act]) -> Iterator[Act]:
    """Each of these is somebody's honest mistake; none may enter the ledger."""
    by_police = [report for report in reports if report.partner == "politie-amsterdam"]
    by_coc = [report for report in reports if report.partner == "coc-amsterdam"]
    rolls = dice.rolls("refusals")
    if by_police:
        one = rolls.choice(by_police)
        yield _wrong(dice, one, "changed", _changed(one), "id.already_used", event_id=one.id)
        one = rolls.choice(by_police)
        yield _wrong(dice, one, "tomorrow", _tomorrow(one), "time.in_the_future", opens=True)
        one = rolls.choice(by_police)
        yield _wrong(dice, one, "utrecht", _in(one, "utrecht", None), "chain.unknown", opens=True)
        one = rolls.choice(by_police)
        yield _wrong(dice, one, "district", _in(one, "amsterdam", "atlantis"), "place.unknown_district", opens=True)
        one = rolls.choice(by_police)
        made = ContactMade(whom=vocab.Person.VICTIM, at=one.at, channel=Channel.TELEPHONE)
        yield _wrong(dice, one, "not theirs", made, "case.not_yours", partner="om-amsterdam")
    if by_coc:
        one = rolls.choice(by_coc)
        yield _wrong(dice, one, "no right", ComplaintTaken(taken_on=one.at.astimezone(ZONE).date()), "right.missing")


def garbage(dice: Dice, start: datetime) -> tuple[Garbage, ...]:
    """What a broken system sends: no event at all."""
    noise = dice.rolls("garbage").randbytes(64)
    event_id = dice.event_id("garbage")
    return (
        Garbage(start + timedelta(days=3, hours=11), "rita", noise, "header.missing"),
        Garbage(
            start + timedelta(days=3, hours=13),
            "rita",
            b"\x00\x00\x00\xff\xff" + noise,
            "value.unknown_schema",
            event_id,
        ),
    )


def _wrong(
    dice: Dice,
    report: Act,
    what: str,
    event: Told,
    code: str,
    *,
    partner: str | None = None,
    event_id: str | None = None,
    opens: bool = False,
) -> Act:
    at = report.at + STEP + dice.hours(1, 20, "refusals", what)
    own_id = event_id or dice.event_id("refusals", what)
    return Act(at, partner or report.partner, own_id if opens else report.report, own_id, event, expect=code)


def _event(report: Act) -> ReportReceived:
    assert isinstance(report.event, ReportReceived)
    return report.event


def _changed(report: Act) -> ReportReceived:
    """Corrected in one's own system, and sent again as if it were the same."""
    event = _event(report)
    return event.model_copy(update={"facts": event.facts.model_copy(update={"relation": vocab.Relation.PROFESSIONAL})})


def _tomorrow(report: Act) -> ReportReceived:
    """A clock that runs days ahead."""
    return _event(report).model_copy(update={"reported_at": report.at + timedelta(days=3)})


def _in(report: Act, municipality: str, district: str | None) -> ReportReceived:
    event = _event(report)
    place = event.facts.place.model_copy(update={"municipality": municipality, "district": district})
    return event.model_copy(update={"facts": event.facts.model_copy(update={"place": place})})
