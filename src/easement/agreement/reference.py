"""The reference pages that are made from the code: every key of the agreement file, and every rule of completeness."""

from collections.abc import Iterator
from typing import Any

from easement.agreement.rules import RULES, THEMES
from easement.agreement.schema import agreement_schema

__all__ = ["checks_page", "keys_filled", "keys_tables"]

KEYS = "<!-- keys: from here on, this page is made from the code -->\n"
"""Where the tables of keys begin on the page of the agreement file; they end with the page."""

_SECTIONS = {
    "Agreement": "The whole file",
    "Party": "`parties`",
    "Joining": "`joining`",
    "Purpose": "`purpose`",
    "Law": "`law`",
    "PartyLaw": "`law.PARTY`",
    "Condition": "`law.special_category` and `law.criminal_offence`",
    "Confidentiality": "`law.confidentiality`",
    "Dpia": "`law.dpia`",
    "Share": "`shares.NAME`",
    "Aggregate": "`shares.NAME.aggregate`",
    "SmallNumbers": "`shares.NAME.aggregate.small_numbers`",
    "Matching": "`shares.NAME.match`",
    "Limits": "`shares.NAME.limits`",
    "People": "`people.PARTY`",
    "Duties": "`duties`",
    "Term": "`term`",
    "Transparency": "`transparency`",
    "Emergency": "`emergency`",
}
"""The parts of the file in the order of the page, by the name of their type."""

_HEAD = """\
# Every check

`easement agreement check FILE` holds an agreement against these rules. Nothing is signed while a `must` stands; a
`should` is for people to judge. Each rule is a few lines of code under `src/easement/agreement/rules/`, fit to be
audited by a lawyer. Checked says how well the source was read when the rule was written: *verified* in the source,
*partly* read, or from *knowledge* and still to be read. Where a finding rests on an entry of the law catalogue, it
cites that entry instead. None of this is legal advice.

This page is made from the code.
"""


def checks_page() -> str:
    """The page of every rule with its code, level, title, reason and source, in Markdown."""
    return "\n".join([_HEAD, *_rules(), ""])


def _rules() -> Iterator[str]:
    for theme in THEMES:
        yield f"## {(theme.__doc__ or '').strip().splitlines()[0]}\n"
        yield "| code | level | rule | why | source | checked |\n| --- | --- | --- | --- | --- | --- |"
        for rule in RULES.values():
            if rule.body.__module__ == theme.__name__:
                cells = (f"`{rule.code}`", rule.level, rule.title, rule.why, *rule.source)
                yield f"| {' | '.join(cells)} |"
        yield ""


def keys_tables() -> str:
    """A table for each part of the agreement file: key, whether it is needed, what may stand there, what it is for."""
    schema = agreement_schema()
    types = schema["$defs"] | {"Agreement": schema}
    return "\n".join(line for name, title in _SECTIONS.items() for line in _table(title, types[name], types))


def keys_filled(page: str) -> str:
    """The page of the agreement file with its tables of keys current; they stand at its end, after `KEYS`."""
    return page.partition(KEYS)[0] + KEYS + "\n" + keys_tables()


def _table(title: str, part: dict[str, Any], types: dict[str, Any]) -> Iterator[str]:
    yield f"### {title}\n"
    yield "| key | needed | what stands there | what it is for |\n| --- | --- | --- | --- |"
    for key, value in part["properties"].items():
        purpose = value.get("description") or types[value["$ref"].rsplit("/", 1)[1]]["description"]
        yield f"| `{key}` | {_needed(key, value, part)} | {_kind(value)} | {purpose} |"
    yield ""


def _needed(key: str, value: dict[str, Any], part: dict[str, Any]) -> str:
    """Whether a key must stand, or what its absence means."""
    if key in part.get("required", ()):
        return "yes"
    default = value.get("default")
    return f"else `{default}`" if isinstance(default, str | int | float) else ""


def _kind(value: dict[str, Any]) -> str:
    """What may stand at a key, in words."""
    if "anyOf" in value or "oneOf" in value:
        kinds = [_kind(each) for each in value.get("anyOf") or value["oneOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in value:
        return ", ".join(f"`{each}`" for each in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    if "$ref" in value:
        return _NAMED.get(value["$ref"].rsplit("/", 1)[1], "a section of its own")
    if value.get("type") == "array":
        return f"a list: {_kind(value['items'])}"
    if value.get("type") == "object":
        return "names and their sections"
    return _format(value)


def _format(value: dict[str, Any]) -> str:
    if "examples" in value:
        return "a duration, such as " + " or ".join(f"`{each}`" for each in value["examples"])
    if value.get("format") == "date":
        return "a date, such as `2026-09-01`"
    return _PATTERNS.get(
        value.get("pattern", ""),
        {"boolean": "`true` or `false`", "integer": "a whole number", "number": "a number"}.get(value["type"], "text"),
    )


_NAMED = {
    "Level": "`identifiable`, `pseudonymised`, `anonymised`, `aggregate`",
    "Mode": "`lookup`, `match`, `bulk`, `aggregate`",
}

_PATTERNS = {
    "^[a-z][a-z0-9-]{0,62}$": "an id: small letters, digits and `-`",
    "^[a-z][A-Za-z0-9_-]{0,62}$": "a code of the law catalogue",
    "^[a-z][a-z0-9_]{0,62}$": "an element of the standard",
    "^[a-z][a-z0-9-]{0,62}/[1-9][0-9]{0,3}$": "a standard, such as `benefit-award/1`",
    r"^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$": "a version, such as `1.0.0`",
}
