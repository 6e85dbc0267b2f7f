"""What the tests of lists share: the example list, and a backbone made of a dictionary."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from backbone.lists.checks import columns, load_mapping
from backbone.lists.convert import Converted, Converter, Parts, Ready
from backbone.lists.identity import ImportKey
from backbone.lists.mapping import Mapping
from backbone.lists.rows import RowList, open_list
from backbone.lists.sending import NoAnswer
from schakel.events.report import ReportReceived
from schakel.messages import Receipt, ReceiptStatus, Refusal

EXAMPLES = Path(__file__).parents[2] / "examples" / "mappings"
LIST = EXAMPLES / "meldpunt.csv"
MAPPING = EXAMPLES / "meldpunt.yaml"
KEY = ImportKey(bytes(32), "meldpunt")
NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


def example() -> Mapping:
    return load_mapping(MAPPING)


def opened(path: Path, mapping: Mapping | None = None) -> RowList:
    mapping = mapping or example()
    return open_list(path, mapping.file, columns(mapping))


def converted(
    path: Path, mapping: Mapping | None = None, *, key: ImportKey = KEY, now: datetime = NOW
) -> list[Converted]:
    mapping = mapping or example()
    converter = Converter(mapping, key, now=now)
    return [converter.convert(row) for row in opened(path, mapping)]


def ready(path: Path, mapping: Mapping | None = None) -> list[Ready]:
    found = converted(path, mapping)
    assert all(isinstance(row, Ready) for row in found), found
    return [row for row in found if isinstance(row, Ready)]


def edited(tmp_path: Path, *changes: tuple[str, str], source: Path = LIST) -> Path:
    """A copy of a file with each (old, new) replaced; every old text must occur."""
    words = source.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in words, old
        words = words.replace(old, new)
    path = tmp_path / source.name
    path.write_text(words, encoding="utf-8")
    return path


@dataclass
class FakeBackbone:
    """Answers like intake: the first content under an id is accepted, the same again gets the old receipt, other content is refused."""

    refuses: Callable[[ReportReceived], bool] = lambda event: False
    answers: Callable[[int], bool] = lambda number: True
    """Whether the n-th report that is sent (from 1) gets an answer."""
    receipts: dict[str, Receipt] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    events: dict[str, ReportReceived] = field(default_factory=dict)
    under_way: int = 0
    most_under_way: int = 0

    def send(self, event_id: str, event: ReportReceived, parts: Parts) -> "FakePending":
        self.sent.append(event_id)
        self.events[event_id] = event
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        number, content = len(self.sent), event.model_dump_json()
        if not self.answers(number):
            return FakePending(self, None)
        old = self.receipts.get(event_id)
        if self.contents.get(event_id, content) != content:
            return FakePending(self, _refused(event_id, number, "id.already_used"))
        if old is not None:
            return FakePending(self, old)
        if self.refuses(event):
            return FakePending(self, _refused(event_id, number, "place.unknown_district"))
        receipt = Receipt(
            about=event_id,
            status=ReceiptStatus.ACCEPTED,
            case=f"00000000-0000-4000-8000-{number:012d}",
            in_offset=number,
        )
        self.receipts[event_id] = receipt
        self.contents[event_id] = content
        return FakePending(self, receipt)


@dataclass
class FakePending:
    backbone: FakeBackbone
    outcome: Receipt | None

    def answer(self, timeout_s: float) -> Receipt:
        self.backbone.under_way -= 1
        if self.outcome is None:
            raise NoAnswer(f"no receipt within {timeout_s:g} s")
        return self.outcome


def _refused(event_id: str, number: int, code: str) -> Receipt:
    refusal = Refusal(code=code, field="facts", expected="something else", remedy="correct it")
    return Receipt(about=event_id, status=ReceiptStatus.REFUSED, refusal=refusal, in_offset=number)


def numbers(lines: Sequence[str]) -> list[int]:
    """The row numbers in an errors file, header left out."""
    return [int(line.split(",", 1)[0]) for line in lines[1:]]
