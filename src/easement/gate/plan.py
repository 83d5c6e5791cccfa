"""The plan: the one query that a decision permits, over the standard's elements, with every value already in its form.

A plan holds no row and no key: names come from the standard and the mapping as quoted identifiers, the agreement's
condition from its parsed expression, and everything the asker or the provider's keys bring is bound as a parameter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlglot import exp

from easement.agreement.forms import FormKind
from easement.agreement.model import Aggregate, Level, Matching, Mode, Share
from easement.base.canonical import sha256_hex
from easement.base.errors import UsageError
from easement.gate.keys import PseudonymKey
from easement.gate.match import SETTLED, SETTLED_ROWS, Settled, linking, settled_rows
from easement.gate.model import Decision
from easement.gate.protect import protect, tokenised
from easement.gate.reviewing import Reviewing
from easement.gate.token_columns import token_columns, told_apart_by
from easement.linkage.assign import Policy, assigned
from easement.linkage.encode import EncodingKey, encoding_steps
from easement.linkage.encoded import Likeness, matching
from easement.linkage.encoded_list import list_rows
from easement.linkage.link import prepared
from easement.linkage.model import LinkModel
from easement.linkage.standardise import NICKNAMES, nicknames, person_columns, standardised
from easement.linkage.through import Through
from easement.meaning.compile import to_sql
from easement.meaning.expression import Expression, Type, names, parse, typed
from easement.meaning.identifiers import Kind
from easement.meaning.model import Element, Key, Standard
from easement.meaning.normalise import normalise

__all__ = [
    "LIST_REFERENCE",
    "TAKEN",
    "WHO",
    "Linkage",
    "Plan",
    "Table",
    "Third",
    "check_known",
    "given",
    "listed_people",
    "match_tables",
    "plan",
    "records_query",
    "rests_on",
    "subject_of",
    "third",
    "third_rows",
    "third_tables",
    "whom",
]

LIST_REFERENCE = "your_reference"
"""The column that carries the recipient's own record key back to it in a match."""

SHUFFLED = " order by random()"
"""Records without names cross in no order: in the table's own, they would join line by line with another answer."""

WHO, TAKEN = "easement_who", "easement_taken"
"""Columns that never leave: who each record is about, and in a lookup whether the share covers it."""

OWN, THEIRS = "easement_own", "easement_theirs"
"""In a match, each side's own key for a record: named so that no element of a standard is called the same."""


@dataclass(frozen=True, slots=True)
class Table:
    """A dataset as a plan sees it: where its rows stand, and each element as an expression over its columns.

    `filled` are the elements that it has; the others are null. `reference` is its own key for a record.
    """

    relation: str
    elements: Mapping[str, exp.Expr]
    filled: frozenset[str]
    standard: Standard
    reference: exp.Expr | None = None


@dataclass(frozen=True, slots=True)
class Linkage:
    """By which model a match goes, with which thresholds, the tables that are made of its scores, and what ties."""

    model: LinkModel
    policy: Policy
    steps: tuple[tuple[str, str], ...]
    through: tuple[Through, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Tables to make first (`steps`: name and query), then the query whose rows may leave, with bound parameters.

    `everyone` counts the records before groups smaller than the agreement's `k` are left out; empty where none are.
    `settled` are the parameters of the step of that name; `lasting` says that both sides of a match name their records
    by keys of their own, `reviewers` how many must say the same of a pair in doubt, and `review` how else people look
    at it. Where a match goes by a model, `linkage` is scored once the steps are made, and makes tables of its own.
    `covered` says of a row of `held`, as SQL, whether the share covers it.
    `bound` are the parameters of steps that need the key of encodings. `links` is the query of what is kept of each
    record that a match gives, to correct it later.
    """

    sql: str
    columns: tuple[str, ...]
    steps: tuple[tuple[str, str], ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    everyone: str = ""
    settled: Mapping[str, Any] = field(default_factory=dict, repr=False)
    lasting: bool = True
    linkage: Linkage | None = None
    reviewers: int = 1
    review: Reviewing = field(default_factory=Reviewing)
    bound: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    covered: str = "true"
    links: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the text of the query and its steps, and of the models' digests; parameters are not in it."""
        linkage = self.linkage
        steps = (*self.steps, *(linkage.steps if linkage else ()))
        models = (
            (linkage.model, *(each for tie in linkage.through for each in (tie.held, tie.listed))) if linkage else ()
        )
        digests = (each.digest for each in models)
        return sha256_hex("\n".join((*(query for _, query in steps), *digests, self.sql)).encode())


@dataclass(frozen=True, slots=True)
class Third:
    """A further dataset that ties records of a match: its table and name, and its models with the provider's and the
    list."""

    table: Table
    held: LinkModel
    listed: LinkModel
    register: str = ""


def plan(
    decision: Decision,
    share: Share,
    table: Table,
    *,
    key: PseudonymKey,
    today: date,
    person: Mapping[str, str] | None = None,
    listed: Table | None = None,
    binary: bool = False,
    settled: Sequence[Settled] = (),
    model: LinkModel | None = None,
    thirds: Sequence[Third] = (),
    encoded: tuple[str, EncodingKey] | None = None,
) -> Plan:
    """The query for an allowed decision; `listed` is the recipient's list, `binary` asks for pseudonyms as bytes.

    `model` is the one by which the share says that people are matched, where it says so, and `thirds` what ties their
    records; `encoded` is a list of encodings, as the source's relation and the key they were made by.

    `settled` is what people decided of pairs that earlier matches held; it counts where both sides name their records
    by keys of their own, for the numbers of rows move.
    Raises `UsageError` where only people on a list are covered and no list is there.
    """
    planner = _Planner(decision, share, table, key, today, binary)
    if decision.mode is Mode.LOOKUP:
        return planner.lookup(person or {})
    if decision.mode is Mode.AGGREGATE:
        return planner.aggregate()
    if listed is not None:
        return planner.match(listed, settled, model, thirds)
    if encoded is not None:
        return planner.match_encoded(*encoded, settled)
    if decision.mode is Mode.MATCH or share.subjects == "matched":
        remedy = "send the list with its mapping"
        raise UsageError("only people on the recipient's list are covered, and there is no list", remedy=remedy)
    return planner.bulk()


@dataclass(frozen=True, slots=True)
class _Planner:
    decision: Decision
    share: Share
    table: Table
    key: PseudonymKey
    today: date
    binary: bool

    def bulk(self) -> Plan:
        if self.decision.level is not Level.ANONYMISED:
            shuffled = SHUFFLED if self.decision.level is Level.PSEUDONYMISED else ""
            return self._plan(self._select(self._forms(), self._held(), self._rows()) + shuffled)
        held = self._held(*self._subject())
        rows = self._select([*self._forms(), f'{_sql(self._who())} as "{WHO}"'], held, self._rows())
        return self._plan(self._grouped(rows), everyone=f"select count(*) from {held} where {self._rows()}")

    def lookup(self, person: Mapping[str, str]) -> Plan:
        check_known(person, self.table)
        named = [_equal(self.table.standard.elements[name]) for name in person]
        columns = [
            *self._forms(),
            f'{_sql(self._who(exactly=True))} as "{WHO}"',
            f'coalesce({self._rows()}, false) as "{TAKEN}"',
        ]
        sql = self._select(columns, self._held(*person), " and ".join(named))
        bound = {f"person_{name}": given(self.table.standard.elements[name], v) for name, v in person.items()}
        return self._plan(sql, parameters=bound)

    def match(
        self, listed: Table, settled: Sequence[Settled], model: LinkModel | None, thirds: Sequence[Third]
    ) -> Plan:  # fmt: skip
        keyed = listed.reference is not None and self.table.reference is not None
        judged = settled if keyed else ()
        how = self.share.match
        by_model = how is not None and how.method == "model"
        linkage = _linkage(how, model, thirds, settled=bool(judged)) if how is not None and by_model else None
        tables = match_tables(self.table, listed, *self._needed(*self._told_by(), *(how.groups if how else ())))
        ties = third_tables(self.table, listed, [each.table for each in thirds])
        steps = (*tables, *((*prepared(), *ties) if linkage else linking(settled=bool(judged))))
        facts: dict[str, Any] = {"lasting": keyed, "linkage": linkage, "reviewers": how.reviewers if how else 1}
        return replace(self._matched(steps), settled=settled_rows(judged) if judged else {}, **facts)

    def match_encoded(self, relation: str, key: EncodingKey, settled: Sequence[Settled]) -> Plan:
        """The provider's people are encoded as the list was; nobody can look at a pair in doubt, so none is kept.

        What was decided of pairs counts all the same: a wrong link that was broken stays so.
        """
        judged = settled if self.table.reference is not None else ()
        encoding = encoding_steps("held_people", key, "held_encoded")
        how = self.share.match
        likeness = Likeness(how.disclose, how.hold) if how is not None else Likeness()
        steps = (
            ("held", _held_people(self.table, key.made.identifier, *self._needed(*self._told_by()))),
            (NICKNAMES, nicknames()),
            ("held_people", standardised("held", "held_row")),
            *((step.name, step.query) for step in encoding),
            ("listed_encoded", list_rows(relation)),
            ("listed", f"select row as listed_row, reference as {THEIRS} from listed_encoded"),
            *(((SETTLED, SETTLED_ROWS),) if judged else ()),
            *matching(key.made.hardening, likeness, settled=bool(judged)),
        )
        bound = {step.name: step.bound for step in encoding if step.bound}
        facts: dict[str, Any] = {"lasting": self.table.reference is not None, "bound": bound}
        return replace(self._matched(steps), settled=settled_rows(judged) if judged else {}, **facts)

    def _matched(self, steps: tuple[tuple[str, str], ...]) -> Plan:
        forms = [f'{THEIRS} as "{LIST_REFERENCE}"', *self._forms()]
        source = (
            "(select held_row, listed_row from linked) join held using (held_row)"
            f" join (select listed_row, {THEIRS} from listed) using (listed_row)"
        )
        ordered = f"{self._select(forms, source, self._rows())} order by listed_row"
        made = replace(self._plan(ordered, steps=steps, first=LIST_REFERENCE), covered=self._rows())
        return replace(made, links=self._links(source, THEIRS))

    def _links(self, source: str, reference: str) -> str:
        own = OWN if self.table.reference is not None else None
        columns = token_columns(self.table.standard, self.table.filled, reference=reference, own=own)
        return self._select(list(columns), source, self._rows())

    def _told_by(self) -> tuple[str, ...]:
        return told_apart_by(self.table.standard, self.table.filled)

    def aggregate(self) -> Plan:
        counted = self.share.aggregate or Aggregate()
        dimensions = self._forms()
        sums = [f'sum({_name(e)}) as "sum of {e}"' for e in counted.summed]
        columns = [*dimensions, f"count(distinct {_sql(self._who())}) as easement_people", *sums]
        places = ", ".join(str(n + 1) for n in range(len(dimensions)))
        grouped = f" group by {places} order by {places}" if dimensions else ""
        held = self._held(*counted.summed, *self._subject())
        return self._plan(self._select(columns, held, self._rows()) + grouped)

    def _plan(self, sql: str, *, parameters: Mapping[str, Any] | None = None, steps: tuple[tuple[str, str], ...] = (),
              first: str = "", everyone: str = "") -> Plan:  # fmt: skip
        keyed = {"pseudonym_inner": self.key.inner, "pseudonym_outer": self.key.outer}
        used = {name: value for name, value in keyed.items() if f"${name}" in sql}
        columns = (*((first,) if first else ()), *self.decision.fields)
        return Plan(sql, columns, steps, used | dict(parameters or {}), everyone)

    def _condition(self) -> Expression | None:
        return typed(parse(self.share.rows), self.table.standard.types) if self.share.rows else None

    def _rows(self) -> str:
        condition = self._condition()
        if condition is None:
            return "true"
        named = {name: exp.column(name, quoted=True) for name in names(condition)}
        return _sql(to_sql(condition, named, today=self.today))

    def _needed(self, *more: str) -> tuple[str, ...]:
        condition = self._condition()
        wanted = {*self.decision.fields, *(names(condition) if condition else ()), *more}
        if self._shifts() or self.decision.mode is Mode.LOOKUP:
            wanted |= set(self._subject())
        return tuple(name for name in self.table.elements if name in wanted)

    def _shifts(self) -> bool:
        """Whether a date is shifted, by a number of days that follows the person."""
        return any(form.kind is FormKind.SHIFT for form in self.decision.fields.values())

    def _held(self, *more: str) -> str:
        """The elements that the query needs and no others, as a table under their own names."""
        needed = self._needed(*more)
        columns = ", ".join(f'{_sql(self.table.elements[name])} as "{name}"' for name in needed)
        return f"(select {columns or '1 as easement_row'} from {self.table.relation}) as held"

    def _forms(self) -> list[str]:
        subject = self._who() if self._shifts() else exp.convert("")
        shown = []
        for name, form in self.decision.fields.items():
            element = self.table.standard.elements[name]
            value = exp.column(name, quoted=True)
            shown.append(f'{_sql(protect(form, value, element, subject=subject, binary=self.binary))} as "{name}"')
        return shown

    def _select(self, columns: list[str], source: str, condition: str) -> str:
        where = "" if condition == "true" else f" where {condition}"
        return f"select {', '.join(columns)} from {source}{where}"

    def _grouped(self, rows: str) -> str:
        """For the level `anonymised`: only records whose values at least `k` people have, however many records each."""
        alike = ", ".join(f'"{name}"' for name in self.decision.fields)
        people = f'count(distinct "{WHO}") over (partition by {alike})'
        return f"select {alike} from ({rows}) qualify {people} >= {self.share.k}{SHUFFLED}"

    def _subject(self) -> tuple[str, ...]:
        return subject_of(self.table)

    def _who(self, *, exactly: bool = False) -> exp.Expr:
        return whom(self.table, exactly=exactly)


def _linkage(how: Matching, model: LinkModel | None, thirds: Sequence[Third], *, settled: bool) -> Linkage:
    """What scores a match by a model; raises `UsageError` where none is given."""
    if model is None:
        remedy = "train one and sign it: easement link train"
        raise UsageError("the agreement says that people are matched by a model, and there is none", remedy=remedy)
    policy = Policy(how.disclose, how.hold)
    decided = ((SETTLED, SETTLED_ROWS),) if settled else ()
    through = tuple(Through(third(place), each.held, each.listed, each.register) for place, each in enumerate(thirds))
    return Linkage(model, policy, (*decided, *assigned(policy, settled=settled, chained=bool(through))), through)


def match_tables(held: Table, listed: Table, *needed: str) -> tuple[tuple[str, str], ...]:
    """The tables that a match stands on, as name and query: either side's rows, own keys and what is compared.

    `needed` are elements of `held` that are kept beside.
    """
    shared = _shared_identifier(held, listed)
    return (("held", _held_people(held, shared, *needed)), ("listed", listed_people(listed, shared)))


def third(place: int) -> str:
    """The name of the standardised table of a third register, by its place from 0."""
    return f"third_people_{place}"


def third_rows(place: int) -> str:
    """The name of the table of a third register's rows and own keys, by its place from 0."""
    return f"third_{place}"


def third_tables(held: Table, listed: Table, others: Sequence[Table]) -> Iterator[tuple[str, str]]:
    """The tables of further registers that may tie records of the two, as name and query: rows, then `third(place)`.

    They are compared by the number that the two share, where they share one.
    """
    shared = _shared_identifier(held, listed)
    for place, each in enumerate(others):
        yield third_rows(place), listed_people(each, shared)
        yield third(place), standardised(third_rows(place), "listed_row")


def _held_people(held: Table, identifier: Kind | None, *needed: str) -> str:
    people = ", ".join(_sql(each) for each in person_columns(held.elements, held.standard, identifier=identifier))
    columns = "".join(f', {_sql(held.elements[name])} as "{name}"' for name in needed)
    return (
        f"select row_number() over () as held_row, {_reference(held)} as {OWN}, {people}{columns} from {held.relation}"
    )


def listed_people(listed: Table, identifier: Kind | None) -> str:
    """The query of a list's rows, own keys and what is compared, with the number of that kind of identifier."""
    people = ", ".join(_sql(each) for each in person_columns(listed.elements, listed.standard, identifier=identifier))
    return (
        f"select row_number() over () as listed_row, {_reference(listed)} as {THEIRS}, {people} from {listed.relation}"
    )


def rests_on(decision: Decision, share: Share, table: Table, person: Mapping[str, str]) -> frozenset[str]:
    """The elements that an answer rests on: what crosses or is added up, the condition, and how people are found."""
    found = frozenset({*decision.fields, *(share.aggregate or Aggregate()).summed, *person})
    if share.rows:
        found |= names(parse(share.rows))
    return found | frozenset(subject_of(table)) if decision.mode is Mode.MATCH else found


def subject_of(table: Table) -> tuple[str, ...]:
    """The elements that say whom a record is about: an identifier, names, birth and place, and its own key."""
    standard, filled = table.standard, table.filled
    keys = (Key.FAMILY_NAME, Key.GIVEN_NAME, Key.DATE_OF_BIRTH, Key.POSTCODE)
    numbers = [e.name for e in standard.keyed(Key.IDENTIFIER) if e.name in filled][:1]
    named = [e.name for key in keys for e in standard.keyed(key)[:1] if e.name in filled]
    return (*numbers, *named, *(name for name in standard.record_key if name in filled))


def whom(table: Table, *, exactly: bool = False) -> exp.Expr:
    """Whom a record is about, as one text: its number, else its names together, else the record itself.

    `exactly` tells people of one name and birthday apart by where they live. To count, one who moved is one.
    """
    elements = [table.standard.elements[name] for name in subject_of(table)]
    if not exactly and any(e.key is Key.DATE_OF_BIRTH for e in elements):
        elements = [e for e in elements if e.key is not Key.POSTCODE]
    groups = [
        [e for e in elements if e.key is Key.IDENTIFIER],
        [e for e in elements if e.key not in (Key.IDENTIFIER, None)],
        [e for e in elements if e.key is None],
    ]
    texts = [_together(group) for group in groups if group]
    return exp.func("coalesce", *texts, exp.convert(""), copy=False) if texts else exp.convert("")


def check_known(person: Mapping[str, str], table: Table) -> None:
    """Raise `UsageError` where a person is named by an element that the provider's table does not have."""
    if lacking := [name for name in person if name not in table.filled]:
        what = f"the provider's table has no `{', '.join(lacking)}`, so nobody could be found by it"
        raise UsageError(what, remedy=f"name the person by what it has: {', '.join(subject_of(table))}")


def records_query(table: Table) -> str:
    """Every record of a table, for an index: each element it has as `v0` …, as its token `t0` …, and whom it is about.

    `easement_who` tells people apart exactly, `easement_subject` is whom a shift of days follows.
    """
    held = [name for name in table.elements if name in table.filled]
    inner = ", ".join(f'{_sql(table.elements[name])} as "{name}"' for name in held)
    shown = [f'"{name}" as v{place}' for place, name in enumerate(held)]
    tokens = [
        f"cast({_sql(_comparable(table.standard.elements[name]))} as varchar) as t{place}"
        for place, name in enumerate(held)
    ]
    about = [f"{_sql(whom(table, exactly=True))} as {WHO}", f"{_sql(whom(table))} as easement_subject"]
    return f"select {', '.join([*shown, *tokens, *about])} from (select {inner} from {table.relation}) as held"


def _together(elements: Sequence[Element]) -> exp.Expr:
    parts = [exp.func("coalesce", _comparable(element), exp.convert(""), copy=False) for element in elements]
    joined = exp.Anonymous(this="concat_ws", expressions=[exp.convert("\x1f"), *parts])  # no part is null
    return exp.func("nullif", joined, exp.convert("\x1f" * (len(parts) - 1)), copy=False)


def _comparable(element: Element) -> exp.Expr:
    return tokenised(exp.column(element.name, quoted=True), element)


def _equal(element: Element) -> str:
    return f"{_sql(_comparable(element))} = $person_{element.name}"


def given(element: Element, value: str) -> str:
    """What the asker said of the person, in the same normal form as the table's values."""
    value = value.encode(errors="replace").decode()  # an argument of broken bytes is nobody's name
    if element.type not in (Type.TEXT, Type.CODE):
        return value.strip()
    return str(normalise(element.identifier or element.key or Key.IDENTIFIER, value) or "")


def _shared_identifier(held: Table, listed: Table) -> Kind | None:
    ours = [e.identifier for e in held.standard.keyed(Key.IDENTIFIER) if e.name in held.filled]
    theirs = {e.identifier for e in listed.standard.keyed(Key.IDENTIFIER) if e.name in listed.filled}
    return next((kind for kind in ours if kind is not None and kind in theirs), None)


def _reference(table: Table) -> str:
    """A table's own key for a record, or the number of its row."""
    return _sql(table.reference) if table.reference else "cast(row_number() over () as varchar)"


def _name(element: str) -> str:
    return _sql(exp.column(element, quoted=True))


def _sql(expression: exp.Expr) -> str:
    return expression.sql(dialect="duckdb")
