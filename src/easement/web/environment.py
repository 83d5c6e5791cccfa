"""How templates become pages: escaped, translatable, and never with a name that its view does not have."""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import segno
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader, UndefinedError
from markupsafe import Markup, escape

from easement.agreement.paper import Facts, Text
from easement.agreement.words import named
from easement.base.moments import instant_text
from easement.base.words import MONTHS, day, listed, many, number
from easement.web.language import TRANSLATION
from easement.web.times import moment
from easement.web.views.page import Chrome, View, Wrong

__all__ = ["environment", "render"]


class _Missing(ChainableUndefined):
    """What a template asks for and is not there: usual in the front-end.s macros, an error in a view of ours."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        if is_dataclass(self._undefined_obj):
            raise UndefinedError(f"`{type(self._undefined_obj).__name__}` has no `{self._undefined_name}`")


def environment() -> Environment:
    """The environment of all pages."""
    ours = PackageLoader("easement.web", "templates")
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    made = Environment(
        loader=ChoiceLoader([ours, components]),
        autoescape=True,
        undefined=_Missing,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(TRANSLATION, newstyle=True)  # type: ignore[attr-defined]  # the extension's own
    made.filters |= {
        "day": day,
        "grouped": _grouped,
        "label": _label,
        "listed": listed,
        "moment": _moment,
        "named": named,
        "number": number,
        "qr_code": _qr_code,
        "sentence": _sentence,
        "spoken": _spoken,
    }
    made.tests |= {"facts_block": _is(Facts), "text_block": _is(Text)}
    made.globals |= {"many": many, "wrong": _wrong}
    return made


def _sentence(text: Any) -> Any:
    """The same with its first letter large, and the marks of code as quotation marks."""
    said = _CODE.sub("“\\1”", text)
    return said[:1].upper() + said[1:]


_CODE = re.compile("`([^`]*)`")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_SHORT = {word: word.upper() for word in ("chi", "dob", "nhs", "uln", "upn", "uprn", "urn", "usrn")}


def _grouped(secret: str) -> str:
    """A secret in groups of four, as people copy it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _qr_code(text: str) -> Markup:
    """A picture that a phone's camera reads, as SVG that needs neither a script nor a style of its own."""
    made = segno.make(text, error="m", micro=False)
    return Markup(made.svg_inline(border=4, omitsize=True, svgclass="easement-qr", lineclass=None, light="#fff"))  # noqa: S704 - only squares stand in it


def _label(name: str) -> str:
    """An element's name as people write it: `nhs_number` is `NHS number`."""
    return str(_sentence(" ".join(_SHORT.get(word, word) for word in named(name).split())))


def _spoken(text: str) -> str:
    """A day or a month in words; anything else as it is."""
    try:
        if _DAY.fullmatch(text):
            return day(date.fromisoformat(text))
        if found := _MONTH.fullmatch(text):
            return f"{MONTHS[int(found[2]) - 1]} {found[1]}"
    except ValueError:
        return text
    return text


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


def _wrong(errors: Sequence[Wrong], field: str) -> dict[str, str] | None:
    """The error of one field as the front-end's macros take it."""
    return next(({"text": error.text} for error in errors if error.field == field), None)


def _moment(instant: Any) -> Markup:
    """A moment on a UK clock, with the exact one for machines."""
    stamp = instant_text(instant)
    return Markup('<time datetime="{}">{}</time>').format(stamp, escape(moment(instant)))


def render(templates: Environment, view: View, chrome: Chrome) -> str:
    """The page of a view."""
    given = {field.name: getattr(view, field.name) for field in fields(view)}
    return templates.get_template(view.template).render(given, chrome=chrome)
