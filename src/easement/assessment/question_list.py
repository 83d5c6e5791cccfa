"""The questions for whoever writes an answers file: each with its kind, and every code that may be answered. Pure."""

from collections.abc import Mapping
from typing import Any

from easement.assessment.asked import possible
from easement.assessment.questions import Kind, Question
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = ["FEW", "as_data", "as_words"]

FEW = 15
"""More codes than this are counted, where every question is listed."""

FREE: Mapping[str, str] = {
    Kind.LINE: "a few words",
    Kind.TEXT: "words of your own",
    Kind.CHOICE: "a code that earlier answers lead to",
    Kind.CHOICES: "codes that earlier answers lead to, as a list: [one, two]",
    Kind.REASONS: "words of your own for each code, as `code: words`",
    Kind.FORMS: "a form for each field, as `field: form`",
}
"""What is answered where no codes can be listed."""


def as_data(question: Question, catalogue: Catalogue, standards: Mapping[str, Standard]) -> dict[str, Any]:
    """A question as `--json` prints it; its options are the codes that may be answered whatever else is."""
    options = possible(question, catalogue, standards)
    return {
        "id": question.id,
        "part": question.part,
        "ask": question.ask,
        "help": question.help,
        "kind": question.kind.value,
        "needed": question.needed,
        "when": question.when,
        "options": [{"code": code, "label": label} for code, label in options],
        "options_from": question.options_from,
        "source": question.source(catalogue).as_dict(),
    }


def as_words(data: Mapping[str, Any], *, every: bool = True) -> str:
    """The same for a terminal; without `every`, a list of more than `FEW` codes is only counted."""
    when = f", if {data['when']}" if data["when"] else ""
    head = f"{data['id']} ({data['kind']}{'' if data['needed'] else ', may be left out'}{when})\n  {data['ask']}"
    rows = [(option["code"], option["label"]) for option in data["options"]]
    if len(rows) > FEW and not every:
        return f"{head}\n    one of {len(rows)} codes: easement assess questions {data['id']}"
    width = max((len(code) for code, _ in rows), default=0)
    lines = [f"{code:{width}}  {label}" for code, label in rows] or [FREE[data["kind"]]]
    return "\n".join([head, *(f"    {line}" for line in lines)])
