"""Asking the assessment's questions on a terminal, one by one; each answer shows how many powers are left."""

from collections.abc import Mapping
from typing import Any

import click

from easement.assessment.answers import Answers, answers_of
from easement.assessment.asked import Options, asked, options
from easement.assessment.facts import Facts
from easement.assessment.narrow import narrow
from easement.assessment.questions import Kind, Question, parts
from easement.base.errors import BadFile
from easement.base.words import many
from easement.cli.present import say
from easement.law.catalogue import catalogue
from easement.ledger.service import utc_now
from easement.meaning.model import Standard

__all__ = ["ask_all"]

LISTED = 15
"""More options than this are searched by words, not listed."""


def ask_all(standards: Mapping[str, Standard]) -> Answers:
    """Ask every question that the answers so far call for; `?` explains one, an empty line leaves one out."""
    say("Answer what you know. `?` explains a question; an empty line leaves it for later.\n")
    given: dict[str, Any] = {}
    done: set[str] = set()
    while question := _next(given, done, standards):
        done.add(question.id)
        facts = Facts(answers_of(given), catalogue(), utc_now().date(), standards)
        answer = _ask(question, facts)
        if answer is not None:
            _take(question, answer, given)
    return answers_of(given)


def _next(given: dict[str, Any], done: set[str], standards: Mapping[str, Standard]) -> Question | None:
    facts = Facts(answers_of(given), catalogue(), utc_now().date(), standards)
    return next((each for each in asked(facts) if each.id not in done), None)


def _take(question: Question, answer: Any, given: dict[str, Any]) -> None:
    """Take an answer in, and say how many powers are left; an answer that cannot be is told and left out."""
    before = narrow(answers_of(given), catalogue(), utc_now().date())[-1]
    try:
        after = narrow(answers_of(given | {question.id: answer}), catalogue(), utc_now().date())[-1]
    except BadFile as error:
        say(str(error), fg="red")
        return
    given[question.id] = answer
    if after.powers != before.powers:
        say(f"   {many(len(after.powers), 'power')} left", fg="cyan")


def _ask(question: Question, facts: Facts) -> Any:
    heading = next(part.title for part in parts() if part.id == question.part)
    say(f"\n{heading}", dim=True)
    say(question.ask, bold=True)
    choices = options(question, facts)
    if question.kind in (Kind.REASONS, Kind.FORMS):
        said = {code: words for code, label in choices if (words := _line(f"  {label}", question, facts))}
        return said or None
    if question.kind in (Kind.LINE, Kind.TEXT):
        return _line("", question, facts) or None
    if question.kind is Kind.YES_NO:
        return {"y": True, "yes": True, "n": False, "no": False}.get(_line("yes or no", question, facts).lower())
    return _choose(question, choices, facts)


def _line(prompt: str, question: Question, facts: Facts) -> str:
    while True:
        said = str(click.prompt(prompt or ">", default="", show_default=False, err=True)).strip()
        if said != "?":
            return said
        source = question.source(facts.catalogue)
        say(f"{question.help}\n({source.citation}; {source.check.words})", dim=True)


def _choose(question: Question, choices: Options, facts: Facts) -> Any:
    """One option, or several apart by commas; `none` is an answer where several may be chosen."""
    several = question.kind is Kind.CHOICES
    shown = choices if len(choices) <= LISTED else ()
    while True:
        for number, (_code, label) in enumerate(shown, 1):
            say(f"  {number}. {label}")
        how = "numbers apart by commas, or none" if several else "a number"
        said = _line(how if shown else "a word of its name", question, facts)
        if not said:
            return None
        if several and said.lower() == "none":
            return []
        picked = _picked(said, shown, choices)
        if picked and (several or len(picked) == 1):
            return picked if several else picked[0]
        shown = _matching(said, choices) or shown
        if not shown:
            say("nothing is called so; try another word", fg="yellow")


def _picked(said: str, shown: Options, choices: Options) -> list[str]:
    """The codes that numbers or codes name; nothing where one of them names none."""
    codes = {code for code, _ in choices}
    found = []
    for word in (part.strip() for part in said.split(",")):
        if word.isdigit() and 0 < int(word) <= len(shown):
            found.append(shown[int(word) - 1][0])
        elif word in codes:
            found.append(word)
        else:
            return []
    return list(dict.fromkeys(found))


def _matching(said: str, choices: Options) -> Options:
    wanted = said.casefold().split()
    return tuple(each for each in choices if all(word in f"{each[0]} {each[1]}".casefold() for word in wanted))
