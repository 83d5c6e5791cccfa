"""The words of the pages in another language: gettext, with English wherever a translation has no words."""

import gettext
from pathlib import Path

__all__ = ["LOCALES", "TRANSLATION", "say"]

LOCALES = Path(__file__).parent / "locale"
"""Where translations stand, one folder for each language: `cy/LC_MESSAGES/easement.mo`."""

LANGUAGE = "en"
"""The language that pages are written in."""

TRANSLATION = gettext.translation("easement", LOCALES, [LANGUAGE], fallback=True)
"""What templates translate with, as `_("…")`, and code as `say("…")`."""


def say(text: str) -> str:
    """A sentence of the pages in the reader's language."""
    return TRANSLATION.gettext(text)
