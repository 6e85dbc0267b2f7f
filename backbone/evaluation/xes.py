"""XES 1.0, the event log format of IEEE 1849: one trace a case. Written as it goes, so that a year takes no memory."""

from datetime import UTC, datetime
from typing import TextIO
from xml.sax.saxutils import quoteattr

from backbone.evaluation.eventlog import EventLog, LogCase, LogEvent

_NAMESPACE = "http://www.xes-standard.org/"
_EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def write_xes(log: EventLog, out: TextIO) -> None:
    """The whole log as UTF-8 text. Every event is complete when it is logged: `lifecycle:transition` says so."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f'<log xes.version="1.0" xes.features="" xmlns={quoteattr(_NAMESPACE)}>\n')
    for name, prefix, uri in _EXTENSIONS:
        out.write(f"  <extension name={quoteattr(name)} prefix={quoteattr(prefix)} uri={quoteattr(uri)}/>\n")
    out.write('  <global scope="trace">\n' + _string("concept:name", "-", 4) + "  </global>\n")
    out.write('  <global scope="event">\n' + _string("concept:name", "-", 4) + _date("time:timestamp", _NEVER, 4))
    out.write(_string("lifecycle:transition", "complete", 4) + "  </global>\n")
    out.write('  <classifier name="Activity" keys="concept:name"/>\n')
    out.write(_string("concept:name", f"{log.chain} {log.period}", 2))
    out.write(_string("schakel:rule", log.rule, 2) + _date("schakel:until", log.until, 2))
    for case in log.cases:
        _trace(case, out)
    out.write("</log>\n")


def _trace(case: LogCase, out: TextIO) -> None:
    out.write("  <trace>\n" + _string("concept:name", case.id, 4))
    out.write(_string("schakel:protocols", " ".join(case.protocols), 4) + _string("schakel:told", case.level, 4))
    for event in case.events:
        out.write("    <event>\n" + _event(event) + "    </event>\n")
    out.write("  </trace>\n")


def _event(event: LogEvent) -> str:
    parts = [
        _string("concept:name", event.activity, 6),
        _date("time:timestamp", event.at, 6),
        _string("lifecycle:transition", "complete", 6),
    ]
    if event.by:
        parts.append(_string("org:resource", event.by, 6))
    for key, value in (("schakel:step", event.step), ("schakel:about", event.about), ("schakel:to", event.to)):
        if value:
            parts.append(_string(key, value, 6))
    if event.took_place:
        parts.append(_date("schakel:took_place", event.took_place, 6))
    return "".join(parts)


def _string(key: str, value: str, indent: int) -> str:
    return f"{' ' * indent}<string key={quoteattr(key)} value={quoteattr(value)}/>\n"


def _date(key: str, value: datetime, indent: int) -> str:
    return f"{' ' * indent}<date key={quoteattr(key)} value={quoteattr(moment(value))}/>\n"


def moment(value: datetime) -> str:
    """In UTC, to the millisecond, as xs:dateTime."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds")
