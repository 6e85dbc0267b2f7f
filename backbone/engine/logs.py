"""Structured logs on standard error: one line an event, for a person (console) or a machine (JSON).

Never a payload, a name or a text that somebody typed: places, counts and the classes of errors. Libraries that log by
`logging` come out in the same form, from WARNING on.
"""

import logging
import os
import sys
import threading
import traceback
from types import TracebackType

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from backbone.settings import Settings

_NOTED = "schakel_concerning"
_CHATTY = ("faust", "mode", "kafka", "alembic", "aiohttp", "asyncio", "sqlalchemy", "backbone.engine.faust_driver")


def configure(settings: Settings) -> None:
    """Set up logging for this process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _say_who(settings.replica),
    ]
    if settings.log_format == "json":
        last: Processor = structlog.processors.JSONRenderer()
    else:
        last = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _without_texts],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    threading.excepthook = _broken_thread
    # What it says of a broker that is away, it says ten times a second; the engine says it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def concerning(error: Exception, **what: object) -> None:
    """Note on `error` what was being worked on, for whoever reads the log: ids and positions, nothing that somebody wrote."""
    noted = error.__dict__.setdefault(_NOTED, {})
    for name, value in what.items():
        noted.setdefault(name, value)  # the first to note it stood nearest


def concerned(error: BaseException) -> dict[str, object]:
    """What was noted on it."""
    return dict(error.__dict__.get(_NOTED, {}))


def where_from(error: BaseException) -> list[str]:
    """An error as its class and the places it passed, newest last; without its text, which may quote what somebody wrote.

    With SCHAKEL_DEBUG=1 (invented data only) the whole of it goes to standard error.
    """
    if os.environ.get("SCHAKEL_DEBUG") == "1":
        traceback.print_exception(error)
    return [type(error).__qualname__, *_places(error.__traceback__)]


def _broken_thread(broken: threading.ExceptHookArgs) -> None:
    """Faust's threads end by an exception when the broker is away at the end; Python would print it, text and all."""
    if broken.exc_value is not None:
        structlog.get_logger(__name__).warning("a thread ended by itself", error=where_from(broken.exc_value))


def _places(trace: TracebackType | None) -> list[str]:
    return [
        f"{frame.name} ({frame.filename.rpartition('/')[2]}:{frame.lineno})" for frame in traceback.extract_tb(trace)
    ]


def _say_who(replica: str) -> Processor:
    def add(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        if replica:
            event.setdefault("replica", replica)
        return event

    return add


def _without_texts(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A library's exception: keep where it was, not what it said."""
    record = event.get("_record")
    if record is not None and record.exc_info and record.exc_info[1] is not None:
        event["error"] = where_from(record.exc_info[1])
        record.exc_info = record.exc_text = None
    event.pop("exc_info", None)
    return event
