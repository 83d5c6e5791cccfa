"""What a running node writes to its log: one line for each event, without a person in it.

Only the keys of `KEYS` are ever written, and only values that look like what the key is for; anything else is replaced
by `LEFT_OUT`. So a name, a number, a postcode or a token cannot get into a log through a call that nobody thought of.
"""

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog

__all__ = ["KEYS", "LEFT_OUT", "log", "place", "set_up"]

_logger: list[Any] = [structlog.get_logger("easement")]
"""The logger as it was set up last; binding one anew for each line costs as much as the rest of it."""

LEFT_OUT = "[left out]"
"""What stands for a value that does not fit its key."""

_WORDS = re.compile(r"[a-z][a-z ,-]{0,119}")
_CODE = re.compile(r"[a-z][a-z0-9.-]{0,99}")
_ROUTE = re.compile(r"/?[a-z0-9_/{}.:-]{0,160}")
_PLACE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,160}(:\d{1,6})?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z")
_METHOD = re.compile(r"[A-Z]{3,7}")
_ADDRESS = re.compile(r"https?://[a-z0-9.:\[\]-]{1,120}")


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


KEYS: Mapping[str, Callable[[Any], bool]] = {
    "address": _matches(_ADDRESS),
    "agreement": _matches(_CODE),
    "count": _is_number,
    "entry": _is_number,
    "error": _matches(_PLACE),
    "event": _matches(_WORDS),
    "kind": _matches(_CODE),
    "level": _matches(_CODE),
    "method": _matches(_METHOD),
    "milliseconds": _is_number,
    "organisation": _matches(_CODE),
    "peer": _matches(_CODE),
    "place": _matches(_PLACE),
    "request": _matches(_UUID),
    "route": _matches(_ROUTE),
    "status": _is_number,
    "task": _matches(_CODE),
    "time": _matches(_TIME),
    "worker": _is_number,
}
"""Every key that a line may have, and what its values look like. `agreement` is an id that the node knows."""


def _only_what_may_be_told(_: Any, __: str, told: MutableMapping[str, Any]) -> Mapping[str, Any]:
    kept = {key: value for key, value in told.items() if key in KEYS and value is not None}
    return {key: value if KEYS[key](value) else LEFT_OUT for key, value in kept.items()}


def log(event: str, *, level: str = "info", **facts: Any) -> None:
    """Write one line: what happened, in plain words that are always the same, and facts under keys of `KEYS`."""
    getattr(_logger[-1], level)(event, **facts)


def place(error: BaseException) -> dict[str, str]:
    """An error as logs tell it: its kind and where in our code it was raised, never its text."""
    found, frame = "unknown", error.__traceback__
    while frame is not None:
        name = str(frame.tb_frame.f_globals.get("__name__"))
        found = f"{name}:{frame.tb_lineno}" if name.startswith("easement") or found == "unknown" else found
        frame = frame.tb_next
    return {"error": type(error).__name__, "place": found}


class _OfLibraries(logging.Handler):
    """Tells that a library warned, and where; its words may hold anything, so they are not passed on."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        where = f"{record.name}.{record.funcName}:{record.lineno}"
        log("a library warned", level="warning", place=where, error=kind)


def set_up(stream: TextIO | None = None, *, human: bool | None = None) -> None:
    """Write events to `stream` (stderr): as JSON lines, or readable ones where a person watches."""
    out = stream or sys.stderr
    readable = out.isatty() if human is None else human
    shown: Any = structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _only_what_may_be_told,
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    _logger[:] = [structlog.get_logger("easement").bind()]
    root = logging.getLogger()
    root.handlers = [_OfLibraries(logging.WARNING)]
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).setLevel(logging.WARNING)
        logging.getLogger(name).propagate = name != "uvicorn.access"
