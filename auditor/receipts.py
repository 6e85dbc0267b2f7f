"""Has each told event its receipt, and each receipt its event?

A receipt stands on the partner's own `out` topic and names the place of the event in the ledger. Those topics keep thirty days. An export
of a whole ledger holds them; the bundle of a case or a period its own receipts of them, and says where each topic begins.
"""

from collections import defaultdict

from auditor.events import Event, Schemas, Unread
from auditor.formats import Bundle
from auditor.report import Report

_OUT = "schakel.out."


class Receipts:
    """What partners were answered, held beside what the ledger says that they told."""

    def __init__(self, bundle: Bundle, schemas: Schemas, report: Report) -> None:
        self.report, self.kind = report, bundle.kind
        self.accepted: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
        """By (partner, event id): the places that its receipts name."""
        self.where: dict[tuple[str, str], str] = {}
        self.heads: set[str] = set()
        """The signed heads that partners were given with their receipts."""
        self.cut: set[str] = set()
        """Partners whose older receipts are gone."""
        self.told: dict[tuple[str, str], list[Event]] = defaultdict(list)
        self.shown: set[str] = set()
        """Partners whose topics a bundle of a case or a period was made from."""
        for listed in bundle.manifest.get("topics", ()):
            partner = str(listed["topic"]).removeprefix(_OUT)
            self.shown.add(partner)
            if int(listed["start"]) > 0:  # also where nothing is left on it
                self.cut.add(partner)
        for name in sorted(bundle.files.names):
            if name.startswith(f"topics/{_OUT}"):
                self._read(bundle, name.removeprefix("topics/").rpartition("/")[0], schemas)

    def _read(self, bundle: Bundle, topic: str, schemas: Schemas) -> None:
        partner, first = topic.removeprefix(_OUT), True
        for record in bundle.records(0, topic):
            if first and record.offset and self.kind == "ledger":
                self.cut.add(partner)
            first = False
            try:
                message = schemas.read(record)
            except Unread as why:
                self.report.cannot_tell(
                    "receipts", "unread", f"{topic}/{record.offset}", f"a message that cannot be read: {why}"
                )
                continue
            if message.type != "message.receipt":
                continue
            self.report.counts["receipts"] += 1
            self.heads |= {message["head"]} if message.get("head") else set()
            if message["status"] == "accepted":
                at, key = message["position"] or {}, (partner, str(message["about"]))
                self.accepted[key].add((at.get("partition", -1), at.get("offset", -1)))
                self.where[key] = f"{topic}/{record.offset}"

    def expect(self, event: Event) -> None:
        """An event that a partner told. What intake tells in another case on its word names a cause, and has no receipt of its own."""
        told_here = event.author and event.source.startswith("urn:nld:oin:") and not event.cause
        if told_here:
            self.told[event.author, event.id].append(event)

    def close(self, shown: dict[int, range]) -> None:
        """Compare, once all logs have been read. shown: by partition, from where to where the bundle shows what was told."""
        newest: dict[int, int] = {}
        for key, events in self.told.items():
            if key in self.accepted:
                # What was published twice stands there twice. What was told between the two may not have been answered yet: also
                # where the first lies before the period, so that its receipt alone says so.
                partition = events[0].partition
                answered = [events[0].offset, *(offset for part, offset in self.accepted[key] if part == partition)]
                newest[partition] = max(newest.get(partition, -1), min(answered))
        for key, events in self.told.items():
            if key not in self.accepted:
                self._without(key[0], events[0], events[0].offset < newest.get(events[0].partition, -1))
        for key, places in self.accepted.items():
            there = {(event.partition, event.offset) for event in self.told.get(key, ())}
            where = {self._outside(shown.get(partition, range(0)), offset) for partition, offset in places - there}
            if None in where:
                says = "a receipt names a place in the ledger at which its event does not stand"
                self.report.wrong("receipts", "no_event", self.where[key], says)
            elif "behind_the_end" in where:
                says = "a receipt names a place behind the end of the log or the period: it came meanwhile, or the log was cut off"
                self.report.cannot_tell("receipts", "behind_the_end", self.where[key], says)
            elif where:
                says = "a receipt names a place before the period: what it answers was told there, and stands in the period once more"
                self.report.cannot_tell("receipts", "before_the_begin", self.where[key], says)

    def _outside(self, shown: range, offset: int) -> str | None:
        if offset >= shown.stop:
            return "behind_the_end"
        return "before_the_begin" if 0 <= offset < shown.start else None

    def _without(self, partner: str, event: Event, older: bool) -> None:
        if self.kind != "ledger" and partner not in self.shown:
            says = f"this bundle holds nothing of the topic of {partner}: its receipts are in an export of the whole ledger"
            self.report.cannot_tell("receipts", "no_topics", "", says)
        elif partner in self.cut:
            says = f"no receipt is left on the topic of {partner}: its older messages are gone, or there never was one"
            self.report.cannot_tell("receipts", "too_old", event.place, says)
        elif older:
            says = f"{partner} told it and has no receipt, though later messages were answered"
            self.report.wrong("receipts", "no_receipt", event.place, says)
        else:
            self.report.cannot_tell("receipts", "on_its_way", event.place, "its receipt is on its way, or missing")
