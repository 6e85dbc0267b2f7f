"""One row of a list as a report: its readable facts, the personal parts to seal, and the id it will always have.

Everything wrong with a row is found at once. Pure: no file, no clock, no Kafka.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from backbone.lists.cells import Row, key, text
from backbone.lists.found import Found, When
from backbone.lists.identity import ImportKey
from backbone.lists.mapping import ListSource, Moment, SealedParts, TextSource
from backbone.lists.mapping import Mapping as ListMapping
from backbone.lists.moments import instant, read_date, read_time
from backbone.lists.problems import CellFault, RowError
from backbone.lists.values import YES, Reader, shown
from schakel.events.base import SealedField
from schakel.events.consent import ConsentTerms
from schakel.events.report import PresumedMotive, ReportReceived
from schakel.events.vocab import Ground, SubGround
from schakel.wrong_values import expected_of

Parts = Mapping[str, Mapping[SealedField, object]]
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_EVENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EXACT_UP_TO = 2**53


@dataclass(frozen=True, slots=True)
class Ready:
    """A row that can be sent. `parts`: subject -> sealed field -> what is sealed."""

    row: int
    event_id: str
    event: ReportReceived
    parts: Parts = field(repr=False)
    mark: str
    """Changes when anything that would be sent changes."""
    mark_otherwise: str
    """What `mark` would be from before the backbone, or not: the other of the two."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that the mapping says is no report."""

    row: int
    because: str


Converted = Ready | Skipped | tuple[RowError, ...]


class Converter:
    """Converts the rows of one list. `now`: rows reported later than this are errors. `history`: from before the backbone."""

    def __init__(self, mapping: ListMapping, import_key: ImportKey, *, now: datetime, history: bool = False) -> None:
        self._mapping = mapping
        self._key = import_key
        self._now = now
        self._history = history
        self._zone = ZoneInfo(mapping.time_zone)
        self._missing = {key(word) for word in mapping.file.missing}
        report = mapping.report
        self._single = {
            name: Reader(name, source, mapping)
            for name in type(report).model_fields
            if (source := getattr(report, name)) is not None and hasattr(source, "constant")
        }
        self._natures = [(source, Reader("natures", source, mapping)) for source in report.natures]
        self._grounds = [(source, Reader("grounds", source, mapping)) for source in report.grounds]
        self._informed = [(source, Reader("informed", source, mapping)) for source in report.informed]
        self._checks = {check: Reader("checks", source, mapping) for check, source in report.checks.items()}
        self._severity = {scale: Reader("severity", source, mapping) for scale, source in report.severity.items()}
        self._consents = [(terms, Reader("consents", terms.given, mapping)) for terms in report.consents]

    def convert(self, row: Row) -> Converted:
        """The report in a row; or that it is to be skipped; or everything that is wrong with it."""
        if row.fault is not None:
            return (row.fault,)
        for skip in self._mapping.skip:
            if key(text(row.cell(skip.column))) in {key(value) for value in skip.values}:
                return Skipped(row.number, skip.because)
        attempt = _Attempt(row, self)
        try:
            ready = attempt.report()
        except Exception as error:  # a fault of ours; its text may hold a cell, and must not reach a traceback or a log
            fault = type(error).__name__
        else:
            return ready if ready and not attempt.errors else tuple(attempt.errors)
        remedy = "report this with the mapping; nothing of this row was sent"
        return (RowError(row.number, "row.unforeseen", "a row that can be converted", remedy, found=fault),)


class _Attempt:
    """The conversion of one row; collects its errors."""

    def __init__(self, row: Row, converter: Converter) -> None:
        self.row = row
        self.errors: list[RowError] = []
        self._by = converter
        self._mapping = converter._mapping

    def report(self) -> Ready | None:
        """The report, or None when `errors` says what keeps it from being one."""
        by, report = self._by, self._mapping.report
        identity = self._identity()
        reported, occurred, last = (
            self._moment("reported_at", report.reported_at),
            self._moment("occurred", report.occurred),
            self._last_day(),
        )
        found = Found(
            {name: self._word(name, reader) for name, reader in by._single.items()},
            self._list("natures", by._natures),
            self._grounds(),
            self._list("informed", by._informed),
            {check: self._word(f"checks.{check}", reader) for check, reader in by._checks.items()},
            {scale: self._word(f"severity.{scale}", reader) for scale, reader in by._severity.items()},
            [terms for terms, reader in by._consents if self._word("consents", reader) == YES],
            occurred,
            last,
        )
        self._check_required(found)
        self._check_order(reported, occurred, last)
        reported_at = self._reported_at(reported)
        if self.errors or reported_at is None:
            return None
        event = self._event(found, reported_at)
        if event is None:
            return None
        parts = self._parts(occurred)
        # Fields left at their default do not count, so that a field added to the catalogue later changes no mark.
        other = event.model_copy(update={"history": not event.history})
        mark, otherwise = (
            by._key.mark([told.model_dump(mode="json", exclude_defaults=True), parts]) for told in (event, other)
        )
        event_id = identity[0] if self._mapping.identity.event_ids else by._key.event_id(identity)
        return Ready(self.row.number, event_id, event, parts, mark, otherwise)

    def _event(self, found: Found, reported_at: datetime) -> ReportReceived | None:
        consents = [ConsentTerms.model_validate(terms.model_dump(exclude={"given"})) for terms in found.consents]
        told = {
            "reported_at": reported_at,
            "facts": found.facts(),
            "consents": consents,
            "informed": found.informed,
            "label": found.single.get("label"),
            "history": self._by._history,
        }
        try:
            return ReportReceived.model_validate(told)
        except ValidationError as error:  # a rule of the catalogue that mappings do not know
            first = error.errors(include_url=False, include_input=False)[0]
            self._wrong(
                "row.invalid", ".".join(map(str, first["loc"])), expected_of(first), "correct the row or the mapping"
            )
            return None

    def _identity(self) -> list[str]:
        found = []
        for column in self._mapping.identity.columns:
            cell = self.row.cell(column)
            words = " ".join(text(cell).split())
            found.append(words)
            if not words or key(words) in self._by._missing:
                remedy = "fill it in: without it a row cannot be known again"
                self._cell("cell.identity", column, "identity", "a filled cell", remedy, words)
            elif _SHORTENED.fullmatch(words) or (isinstance(cell, float) and abs(cell) >= _EXACT_UP_TO):
                remedy = "format the column as text and export again: several rows may have become the same"
                self._cell("cell.shortened", column, "identity", "the number in full", remedy, words)
            elif self._mapping.identity.event_ids and not _EVENT_ID.fullmatch(words):
                remedy = (
                    "give the event id with which the report was told, or drop `event_ids` from the mapping's identity"
                )
                self._cell("cell.identity", column, "identity", "a UUID in small letters", remedy, words)
        return found

    def _word(self, field: str, reader: Reader) -> str | None:
        try:
            return reader.word(self.row)
        except CellFault as fault:
            self.errors.append(fault.at(self.row.number, field))
            return None

    def _list(self, field: str, readers: Sequence[tuple[ListSource, Reader]]) -> list[str]:
        found: list[str] = []
        for source, reader in readers:
            if _counts(source, len(found)):
                try:
                    found += [word for word in reader.words(self.row) if word not in found]
                except CellFault as fault:
                    self.errors.append(fault.at(self.row.number, field))
        return found

    def _grounds(self) -> list[PresumedMotive]:
        found: dict[str, PresumedMotive] = {}
        for source, reader in self._by._grounds:
            for word in self._list("grounds", [(source, reader)]) if _counts(source, len(found)) else ():
                ground, _, sub = word.partition("/")
                motive = PresumedMotive(
                    ground=Ground(ground), sub_ground=SubGround(sub or SubGround.NONE), basis=source.basis
                )
                found.setdefault(word, motive)
        return list(found.values())

    def _moment(self, field: str, moment: Moment | None) -> When | None:
        """The day and time in the columns of `moment`; None when the day is not filled in or wrong."""
        if moment is None or not self._filled(moment.date):
            return None
        mapping = self._mapping
        cell = self.row.cell(moment.date)
        read = read_date(cell, mapping.dates)
        if read is None:
            expected = f"a date from 1970 on, written as {' or '.join(mapping.dates)}"
            self._cell(
                "cell.date", moment.date, field, expected, "correct the cell, or add its format to `dates:`", text(cell)
            )
            return None
        at = read.at
        if moment.time and self._filled(moment.time):
            cell = self.row.cell(moment.time)
            at = read_time(cell, mapping.times)
            if at is None:
                expected = f"a time, written as {' or '.join(mapping.times)}"
                remedy = "correct the cell, or add its format to `times:`"
                self._cell("cell.time", moment.time, field, expected, remedy, text(cell))
        if at is not None and moment.unknown_times and self._is_unknown(moment, at):
            at = None
        if at is None and moment.default_time:
            at = time.fromisoformat(moment.default_time)
        return When(read.day, at)

    def _is_unknown(self, moment: Moment, at: time) -> bool:
        known = (read_time(words, self._mapping.times) for words in moment.unknown_times)
        return at.replace(tzinfo=None) in set(known)

    def _last_day(self) -> date | None:
        occurred = self._mapping.report.occurred
        if occurred is None or occurred.last_date is None:
            return None
        last = self._moment("occurred.last_date", Moment(date=occurred.last_date))
        return last.day if last else None

    def _reported_at(self, reported: When | None) -> datetime | None:
        moment = self._mapping.report.reported_at
        if reported is None:
            if not self._filled(moment.date):
                self._cell("cell.required", moment.date, "reported_at", "a date", "fill it in: clocks start here", "")
            return None
        if reported.at is None:
            column = moment.time or moment.date
            remedy = "fill it in, or let the mapping name a `default_time`"
            self._cell("cell.required", column, "reported_at", "a time of day", remedy, "")
            return None
        at = instant(reported.day, reported.at, self._by._zone)
        if at > self._by._now:
            self._cell(
                "cell.future",
                moment.date,
                "reported_at",
                "a moment in the past",
                "correct the date",
                text(self.row.cell(moment.date)),
            )
        return at

    def _check_order(self, reported: When | None, occurred: When | None, last: date | None) -> None:
        if occurred is None:
            return
        column = self._mapping.report.occurred.date if self._mapping.report.occurred else ""
        remedy = "correct the dates; are day and month in the right order?"
        found = text(self.row.cell(column))
        if reported and occurred.day > reported.day:
            self._cell("row.order", column, "occurred", "a day not after the report", remedy, found)
        if last and last < occurred.day:
            self._cell("row.order", column, "occurred", "a period whose end is not before its start", remedy, found)

    def _check_required(self, found: Found) -> None:
        faulty = {error.field for error in self.errors}
        for name in self._mapping.required:
            if not found.has(name) and name not in faulty:
                self._wrong("row.required", name, "at least one value", "fill in one of its columns")
        if not found.single.get("identity") and "identity" not in faulty:
            self._wrong("row.required", "identity", "how the person is known", "fill in its column, or map `missing:`")

    def _parts(self, occurred: When | None) -> dict[str, dict[SealedField, object]]:
        found = {subject: dict(self._sealed(parts, occurred)) for subject, parts in self._mapping.sealed.items()}
        return {subject: parts for subject, parts in found.items() if parts}

    def _sealed(self, parts: SealedParts, occurred: When | None) -> Iterator[tuple[SealedField, object]]:
        for name in type(parts).model_fields:
            source = getattr(parts, name)
            value: object = None
            if isinstance(source, TextSource):
                value = self._text(source)
            elif name == SealedField.CONTACT_DETAILS:
                value = {member: words for member, part in source.items() if (words := self._text(part))}
            elif source == "occurred" and occurred and occurred.at:
                value = instant(occurred.day, occurred.at, self._by._zone).astimezone(self._by._zone).isoformat()
            if value:
                yield SealedField(name), value

    def _text(self, source: TextSource) -> str:
        return source.join.join(text(self.row.cell(column)) for column in source.all_columns if self._filled(column))

    def _filled(self, column: str) -> bool:
        words = text(self.row.cell(column))
        return bool(words) and key(words) not in self._by._missing

    def _cell(self, code: str, column: str, field: str, expected: str, remedy: str, found: str) -> None:
        says = shown(found, column in self._mapping.not_personal)
        self.errors.append(RowError(self.row.number, code, expected, remedy, column, field, says))

    def _wrong(self, code: str, field: str, expected: str, remedy: str) -> None:
        self.errors.append(RowError(self.row.number, code, expected, remedy, field=field, found="nothing"))


def _counts(source: ListSource, found: int) -> bool:
    return source.only_below is None or found < source.only_below
