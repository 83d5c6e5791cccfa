"""How dates are written in tables: formats as people say them, `dd/mm/yyyy`, held to a closed list of parts."""

import re
from collections.abc import Iterable

__all__ = ["DateFormatError", "strptime_formats"]

_PARTS = {"yyyy": "%Y", "month": "%B", "mon": "%b", "mm": "%m", "dd": "%d"}
_PART = re.compile(r"yyyy|month|mon|mm|dd|[-/. ,]")


class DateFormatError(ValueError):
    """A format that is none, or a list of formats under which one text could be two days."""


def strptime_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """Each format as `strptime` writes it; raises `DateFormatError` with a second line that says how to mend it."""
    read = {shape: _strptime(shape) for shape in formats}
    swapped: dict[str, str] = {}
    for shape, pattern in read.items():
        alike = re.sub("%[dm]", "%#", pattern)
        if alike in swapped:
            raise DateFormatError(
                f"`{shape}` and `{swapped[alike]}` read one text as two days\n"
                "keep one; where a table holds both, split it before it is mapped"
            )
        swapped[alike] = shape
    return tuple(read.values())


def _strptime(shape: str) -> str:
    parts = _PART.findall(shape.lower())
    if "".join(parts) != shape.lower():
        hint = "write the year with four digits: `yyyy`" if re.search(r"(?<!y)yy(?!y)", shape.lower()) else (
            "write it of `yyyy`, `mm`, `mon`, `month`, `dd` and `/ - . ,` or spaces, as in `dd/mm/yyyy`"
        )  # fmt: skip
        raise DateFormatError(f"`{shape}` is not a way to write a date\n{hint}")
    months = [part for part in parts if part in ("mm", "mon", "month")]
    if parts.count("yyyy") != 1 or parts.count("dd") != 1 or len(months) != 1:
        raise DateFormatError(f"`{shape}` lacks a day, month or year, or has one twice\nwrite it as in `dd/mm/yyyy`")
    return "".join(_PARTS.get(part, part) for part in parts)
