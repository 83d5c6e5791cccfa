"""The assessment as a page to print: the outcome, what remains, every statement with its source, and the answers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from easement.agreement.paper import Block, Item, Part, Text, fact, facts, row, table
from easement.agreement.render import Sheet, sheet_html, sheet_markdown
from easement.assessment.answers import Answers
from easement.assessment.asked import asked, options
from easement.assessment.facts import Facts
from easement.assessment.questions import Kind, Question, parts
from easement.assessment.result import Cited, Outcome, Result, Section, Standing, Statement
from easement.assessment.scale import Scale
from easement.base.words import day, many
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = ["Written", "as_html", "as_markdown", "sheet", "told_answer"]

_STANDING = {
    Standing.HOLDS: "Holds",
    Standing.TO_DO: "To do first",
    Standing.UNCLEAR: "Not clear",
    Standing.AGAINST: "Stands in the way",
}


@dataclass(frozen=True)
class Written:
    """What a page of an assessment is made of; `mark` says which one it is, on every page."""

    title: str
    mark: str
    answers: Answers
    result: Result
    scale: Scale


def as_html(written: Written, catalogue: Catalogue, standards: Mapping[str, Standard]) -> str:
    """The assessment as one self-contained page of HTML."""
    return sheet_html(sheet(written, catalogue, standards))


def as_markdown(written: Written, catalogue: Catalogue, standards: Mapping[str, Standard]) -> str:
    """The assessment as Markdown."""
    return sheet_markdown(sheet(written, catalogue, standards))


def sheet(written: Written, catalogue: Catalogue, standards: Mapping[str, Standard]) -> Sheet:
    """The parts of the page."""
    result = written.result
    facts_ = Facts(written.answers, catalogue, result.on, standards)
    return Sheet(
        "Can we share this? An assessment",
        written.title,
        written.mark,
        (
            Part("What is the answer?", tuple(_outcome(result))),
            Part("What was found?", (), tuple(_sections(result))),
            _sides(written.scale),
            *_fields(written.scale),
            Part("Which law was looked at?", tuple(_narrowed(result, catalogue))),
            Part("What was answered?", tuple(_answered(facts_))),
        ),
    )


def _outcome(result: Result) -> Iterator[Block]:
    yield Text(result.outcome.words)
    if result.outcome is Outcome.UNCLEAR:
        yield Text("Nothing on this page guesses. What is open is for a person who knows the law, with this page.")
    yield facts(
        fact("What stands in the way", *(_mended(each) for each in result.against)) if result.against else None,
        fact("What is not clear", *(_mended(each) for each in result.unresolved)) if result.unresolved else None,
        fact("What remains to be done", *(_mended(each) for each in result.to_do)) if result.to_do else None,
        fact("On the day", day(result.on)),
        fact("The law as at", f"{day(result.as_at)}. This is not legal advice."),
    )


def _mended(each: Statement) -> Item:
    if each.standing is Standing.TO_DO:
        return Item(_sentence(each.mend), note=_sentence(each.text))
    lawful = "What would make it lawful" if each.standing is Standing.AGAINST else "What to do"
    return Item(_sentence(each.text), note=f"{lawful}: {each.mend}.")


def _sections(result: Result) -> Iterator[Part]:
    for section in Section:
        if statements := result.of(section):
            rows = tuple(
                row(_STANDING[each.standing], Item(_sentence(each.text), note=_note(each)), _source(each.source))
                for each in statements
            )
            headings = ("How it stands", "What was found", "On what, and how well that was checked")
            yield Part(section.heading, (table(f"Findings on {section}", headings, rows),))


def _note(each: Statement) -> str:
    return _sentence(each.mend) if each.mend else ""


def _source(source: Cited) -> Item:
    named = f"{source.check.words}" + (f": {'; '.join(source.sources)}" if source.sources else "")
    return Item(source.citation, note=named)


def _sides(scale: Scale) -> Part:
    risks = tuple(
        row(each.title, each.harm, "; ".join(each.measures), f"{each.level}, then {each.left}") for each in scale.risks
    )
    usual = (fact("What is usually at stake", scale.stake),) if scale.stake else ()
    blocks: list[Block] = [
        facts(
            fact("What happens to people if it is not shared", scale.not_sharing or "Not said."),
            *usual,
            fact("Who gains, and what", scale.benefits or "Not said."),
            fact("What could go wrong for people if it is shared", scale.sharing or "Not said."),
            fact("Why less would not do", scale.necessity or "Not said."),
            fact("What weaker share may do", *(_sentence(each.text) for each in scale.suggestions))
            if scale.suggestions
            else None,
        )
    ]
    if risks:
        headings = ("Risk", "What it does to people", "What lowers it", "How high")
        blocks.append(table("What such sharing usually risks", headings, risks))
    return Part("What weighs on each side?", tuple(blocks))


def _fields(scale: Scale) -> Iterator[Part]:
    if scale.fields:
        rows = tuple(
            row(
                Item(each.element.replace("_", " "), each.element),
                each.why or "No reason is given.",
                each.form,
                Item(each.weaker, note=_sentence(each.because)) if each.weaker else None,
            )
            for each in scale.fields
        )
        headings = ("Field", "Why this field?", "How it would cross", "A weaker form that may do")
        yield Part("Why each field?", (table("Fields", headings, rows),))


def _narrowed(result: Result, catalogue: Catalogue) -> Iterator[Block]:
    first, *steps = result.narrowed
    yield Text(f"The catalogue knows {many(len(first.powers), 'power')} in force. Each answer left fewer.")
    rows = tuple(row(step.question.replace("_", " "), f"{many(len(step.powers), 'power')} left") for step in steps)
    if rows:
        yield table("How the answers narrowed the law", ("After the answer on", "Left"), rows)
    left = [catalogue.power(id_) for id_ in result.narrowed[-1].powers] if steps else []
    if 0 < len(left) <= 12:
        yield facts(fact("What is left", *(Item(power.citation, power.id, power.plain) for power in left)))


def _answered(facts_: Facts) -> Iterator[Block]:
    for part in parts():
        rows = tuple(
            fact(question.ask, *told)
            for question in asked(facts_)
            if question.part == part.id and (told := told_answer(question, facts_))
        )
        if rows:
            yield Text(part.title)
            yield facts(*rows)


def told_answer(question: Question, facts_: Facts) -> tuple[Item, ...]:
    """An answer in words, as a page shows it; empty where the question was not answered."""
    value = getattr(facts_.answers, question.id)
    if value is None:
        return ()
    labels = dict(options(question, facts_))
    if question.kind is Kind.YES_NO:
        return (Item("Yes" if value else "No"),)
    if isinstance(value, Mapping):
        return tuple(Item(words, code) for code, words in value.items()) or (Item("None"),)
    if isinstance(value, str):
        return (Item(labels.get(value, value), value if value in labels else ""),)
    return tuple(Item(labels.get(code, code), code) for code in value) or (Item("None"),)


def _sentence(text: str) -> str:
    """A statement as a sentence of a page: its first letter large, printed quotes, a full stop at its end."""
    whole = re.sub(r"`([^`]*)`", r"“\1”", text[:1].upper() + text[1:])
    return whole if whole.endswith((".", "?", "!", "”")) else f"{whole}."
