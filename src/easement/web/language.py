"""The words of the pages in another language: gettext, with English wherever a translation has no words."""

import gettext
from pathlib import Path

__all__ = ["LOCALES", "TRANSLATION", "_"]

LOCALES = Path(__file__).parent / "locale"
"""Where translations stand, one folder for each language: `cy/LC_MESSAGES/easement.mo`."""

LANGUAGE = "en"
"""The language that pages are written in."""

TRANSLATION = gettext.translation("easement", LOCALES, [LANGUAGE], fallback=True)
"""What templates and code translate with; templates write `_("…")` too."""


def _(text: str) -> str:
    """A sentence of the pages in the reader's language."""
    return TRANSLATION.gettext(text)
