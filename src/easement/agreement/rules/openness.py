"""What the public and the person are told, and whether the file is finished at all."""

import re
from collections.abc import Iterator
from typing import Any

from easement.agreement.rules import sources
from easement.agreement.rules.case import Case
from easement.agreement.rules.rule import Found, Level, rule
from easement.base.located import Path_

PLACEHOLDER = re.compile(r"<fill in[^>]*>|\bfill[-_]in\b")
"""How templates mark what a person has yet to write."""

PLACEHOLDER_PARTIES = frozenset({"provider", "recipient"})
"""The ids that stand in templates until the parties are named."""

LONG_SENTENCE = 30
"""Words in a sentence beyond which few people follow it."""

_JARGON = re.compile(
    r"\b(Article \d+|UK GDPR|pursuant|data subjects?|controllers?|gateway|pseudonym\w*)\b", re.IGNORECASE
)


@rule(
    "file.left-to-fill",
    Level.MUST,
    "Nothing from the template is left to fill in",
    why="what is signed must be what was meant, not what a template suggested",
    source=sources.OWN_WHOLE,
)
def left_to_fill(case: Case) -> Iterator[Found]:
    for path, text in _texts(case.file.document.data):
        if found := PLACEHOLDER.search(text):
            mend = found.group().strip("<>") if found.group().startswith("<") else "put your own in its place"
            name = next(step for step in reversed(path) if isinstance(step, str))
            yield Found(path, f"`{name}` is not filled in", mend)
    for party in sorted(PLACEHOLDER_PARTIES & case.terms.parties.keys()):
        text = f"`{party}` is a template's word, not a party's id"
        yield Found(("parties", party), text, "put the organisation's own id in its place everywhere")


def _texts(data: Any, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Every key and every text of the file, with its path."""
    if isinstance(data, str):
        yield path, data
    if isinstance(data, dict):
        yield from (((*path, key), key) for key in data)
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from _texts(value, (*path, key))


@rule(
    "file.summary-missing",
    Level.SHOULD,
    "There is a summary",
    why="a busy reader should learn from one sentence what the agreement does",
    source=sources.CODE_PURPOSE,
)
def summary_missing(case: Case) -> Iterator[Found]:
    if case.terms.summary is None:
        yield Found((), "there is no summary", "add `summary:` with one sentence")


@rule(
    "openness.missing",
    Level.MUST,
    "It is said what the public is told",
    why="people must be told, or there must be a reason why not",
    source=sources.TRANSPARENCY,
)
def missing(case: Case) -> Iterator[Found]:
    if case.terms.transparency is None:
        mend = "add `transparency: {public: true, in_plain_words: …}`"
        yield Found((), "nothing is said of what the public is told", mend)


@rule(
    "openness.plain-words-missing",
    Level.MUST,
    "A public agreement says in plain words what is shared",
    why="a register that only lawyers can read tells nobody",
    source=sources.TRANSPARENCY,
)
def plain_words_missing(case: Case) -> Iterator[Found]:
    told = case.terms.transparency
    if told is not None and told.public and told.in_plain_words is None:
        mend = "add `in_plain_words:`, as you would tell a neighbour"
        yield Found(("transparency",), "it is not said in plain words what is shared and why", mend)


@rule(
    "openness.words-not-plain",
    Level.SHOULD,
    "The plain words are plain",
    why="most people read as they did at school; the law's words and long sentences lose them",
    source=sources.TRANSPARENCY,
)
def words_not_plain(case: Case) -> Iterator[Found]:
    words = case.terms.transparency.in_plain_words if case.terms.transparency else None
    if words is None:
        return
    path = ("transparency", "in_plain_words")
    if found := _JARGON.search(words):
        yield Found(path, f"“{found.group()}” is not a plain word", "say it without the law's words")
    if max(len(sentence.split()) for sentence in re.split(r"[.!?]", words)) > LONG_SENTENCE:
        yield Found(path, f"it has a sentence of more than {LONG_SENTENCE} words", "make two sentences of it")


@rule(
    "openness.reason-missing",
    Level.MUST,
    "An agreement that is not public gives the reason",
    why="secrecy is the exception, and an exception is justified",
    source=sources.TRANSPARENCY,
)
def reason_missing(case: Case) -> Iterator[Found]:
    told = case.terms.transparency
    if told is not None and not told.public and told.reason_not_public is None:
        mend = "add `reason_not_public:`, with the exemption relied on"
        yield Found(("transparency",), "no reason is given for keeping it off the register", mend)


@rule(
    "openness.notice-missing",
    Level.SHOULD,
    "The privacy notice is pointed to",
    why="who receives data about people must tell them, at the latest within a month",
    source=sources.TRANSPARENCY,
)
def notice_missing(case: Case) -> Iterator[Found]:
    if case.terms.transparency is not None and case.terms.transparency.notice is None:
        yield Found(("transparency",), "no privacy notice is named", "add `notice:` with its address")
