"""What crosses: the elements of each share, and whether their form fits the kind of value and the level."""

from collections.abc import Iterator

from easement.agreement.forms import Form, FormKind
from easement.agreement.model import Level as How
from easement.agreement.model import Mode, Share
from easement.agreement.rules import sources
from easement.agreement.rules.case import Case, Described, near
from easement.agreement.rules.rule import Found, Level, rule
from easement.base.located import Path_
from easement.meaning.expression import Type
from easement.meaning.model import Element, Key

LEAST_K, RELEASE_K = 5, 10
"""Smallest groups: between partners, and where data may go beyond them. The regulator fixes no number."""


def _fields(case: Case, *levels: How) -> Iterator[tuple[Path_, Element, Form]]:
    """The fields of the shares of these levels whose element is known."""
    for _, share, standard, path in case.described:
        for name, form in share.fields.items() if share.level in levels else ():
            if name in standard.elements:
                yield (*path, "fields", name), standard.elements[name], form


@rule(
    "fields.standard-unknown",
    Level.MUST,
    "Each share's standard is known",
    why="without the standard nobody can say what the fields mean or how sensitive they are",
    source=sources.CODE_DATA,
)
def standard_unknown(case: Case) -> Iterator[Found]:
    for id_, share in case.terms.shares.items():
        if share.standard not in case.standards:
            mend = near(share.standard, case.standards, look_up="easement standard list")
            yield Found(("shares", id_, "standard"), f"`{share.standard}` is not a known standard", mend)


@rule(
    "fields.standard-retired",
    Level.SHOULD,
    "No share rests on a standard that was retired",
    why="whoever maps to it next will use what took its place, and the two sides no longer mean the same",
    source=sources.CODE_DATA,
)
def standard_retired(case: Case) -> Iterator[Found]:
    for _, _, standard, path in case.described:
        if standard.retired is not None and standard.is_retired(case.today):
            yield Found((*path, "standard"), f"`{standard.ref}` is {standard.retired.told}", standard.retired.remedy)


@rule(
    "fields.element-unknown",
    Level.MUST,
    "Each field is an element of the standard",
    why="a field that the standard does not have cannot be given by anyone",
    source=sources.CODE_DATA,
)
def element_unknown(case: Case) -> Iterator[Found]:
    for _, share, standard, path in case.described:
        for name in share.fields:
            if name not in standard.elements:
                mend = near(name, standard.elements, look_up=f"easement standard show {standard.ref}")
                text = f"`{name}` is not an element of {standard.ref}"
                yield Found((*path, "fields", name), text, mend)


@rule(
    "fields.form-does-not-fit",
    Level.MUST,
    "Each form fits the kind of value",
    why="a number has no postcode district, and text no year",
    source=sources.OWN_WHOLE,
)
def form_does_not_fit(case: Case) -> Iterator[Found]:
    for path, element, form in _fields(case, *How):
        if not form.takes(element.type):
            text = f"`{form.written}` cannot be done to `{element.name}`, which holds {element.type}"
            fitting = [kind for kind in FormKind if Form(kind).takes(element.type)]
            yield Found(path, text, f"use one of {', '.join(fitting)}")


@rule(
    "fields.pseudonymised-names",
    Level.MUST,
    "Nothing that names a person crosses plainly in a pseudonymised share",
    why="with a name or number beside it, a pseudonym hides nobody",
    source=sources.ANONYMISATION,
)
def pseudonymised_names(case: Case) -> Iterator[Found]:
    for path, element, form in _fields(case, How.PSEUDONYMISED):
        if element.identifies and form.kind not in (FormKind.PSEUDONYM, FormKind.PRESENT):
            yield Found(path, f"`{element.name}` names the person", "use `pseudonym` or `present`, or leave it out")


@rule(
    "fields.pseudonymised-singles-out",
    Level.SHOULD,
    "What singles people out is coarsened in a pseudonymised share",
    why="a full date of birth and postcode together are nearly a name",
    source=sources.ANONYMISATION,
)
def pseudonymised_singles_out(case: Case) -> Iterator[Found]:
    for path, element, form in _fields(case, How.PSEUDONYMISED):
        if element.key in (Key.DATE_OF_BIRTH, Key.POSTCODE) and form.kind is FormKind.PLAIN:
            weaker = "year" if element.type is Type.DATE else "outward"
            yield Found(path, f"`{element.name}` plainly given helps to single people out", f"use `{weaker}`")


@rule(
    "fields.anonymised-names",
    Level.MUST,
    "No identifier and no pseudonym crosses in an anonymised share",
    why="a value that follows one person, named or not, is not anonymous",
    source=sources.ANONYMISATION,
)
def anonymised_names(case: Case) -> Iterator[Found]:
    for path, element, form in _fields(case, How.ANONYMISED):
        if form.kind is FormKind.PSEUDONYM or (element.identifies and form.kind is not FormKind.PRESENT):
            text = f"`{element.name}` as {form.written} follows one person"
            yield Found(path, text, "leave it out, or call the share pseudonymised")


@rule(
    "fields.nameless-by-name",
    Level.MUST,
    "Records without names are not asked for by name or by list",
    why="whoever names a person and gets one record back knows whose pseudonym, or whose record, it is",
    source=sources.ANONYMISATION,
)
def nameless_by_name(case: Case) -> Iterator[Found]:
    for id_, share in case.terms.shares.items():
        by_name = [mode.value for mode in share.modes if mode.value in ("lookup", "match")]
        if share.level.nameless and by_name:
            text = f"`{id_}` is of level {share.level} and may be asked for by {' and '.join(by_name)}"
            yield Found(("shares", id_, "modes"), text, "keep `bulk`, or set the level to `identifiable`")
        if share.level.nameless and share.subjects == "matched":
            text = f"`{id_}` is of level {share.level}, and only people on a list are covered"
            yield Found(("shares", id_, "subjects"), text, "set `subjects: all`, or the level to `identifiable`")


@rule(
    "fields.k-too-small",
    Level.MUST,
    "The smallest group of an anonymised share is at least 5",
    why="in a group smaller than that, those who know a little learn the rest",
    source=sources.OWN_K,
)
def k_too_small(case: Case) -> Iterator[Found]:
    for id_, share in case.terms.shares.items():
        if share.k is not None and share.k < LEAST_K:
            yield Found(("shares", id_, "k"), f"groups of {share.k} are too small", f"set `k: {RELEASE_K}`")


@rule(
    "fields.k-small",
    Level.SHOULD,
    "The smallest group of an anonymised share is at least 10",
    why="groups of 5 serve between partners who are bound not to look; beyond them, 10 is the custom",
    source=sources.OWN_K,
)
def k_small(case: Case) -> Iterator[Found]:
    for id_, share in case.terms.shares.items():
        if share.k is not None and LEAST_K <= share.k < RELEASE_K:
            text = f"groups of {share.k} serve only where the recipient keeps the data to itself"
            yield Found(("shares", id_, "k"), text, f"set `k: {RELEASE_K}` if anything is to be published")


@rule(
    "fields.aggregate-has-fields",
    Level.MUST,
    "An aggregate share gives no records",
    why="what is agreed to be counts must not carry fields of single people; `fields:` may say a dimension's form",
    source=sources.MINIMISATION,
)
def aggregate_has_fields(case: Case) -> Iterator[Found]:
    for id_, share in case.terms.shares.items():
        dimensions = share.aggregate.dimensions if share.aggregate else ()
        beyond = [name for name in share.fields if name not in dimensions]
        if share.level is How.AGGREGATE and beyond:
            text = f"`{id_}` is of level aggregate but names fields that nothing is counted by: {', '.join(beyond)}"
            mend = "keep only the dimensions' forms under `fields:`, or choose another level"
            yield Found(("shares", id_, "fields"), text, mend)


@rule(
    "fields.plain-where-less-would-do",
    Level.SHOULD,
    "Dates and amounts are coarsened where less would do",
    why="a band or a month usually answers the question, and tells less of the person",
    source=sources.MINIMISATION,
)
def plain_where_less_would_do(case: Case) -> Iterator[Found]:
    for path, element, form in _fields(case, How.IDENTIFIABLE, How.PSEUDONYMISED, How.ANONYMISED):
        weaker = {Type.DATE: "`month` or `year`", Type.NUMBER: "`{band: […]}`"}.get(element.type)
        if weaker and element.key is None and form.kind is FormKind.PLAIN:
            yield Found(path, f"`{element.name}` is given plainly", f"use {weaker}, unless the exact value is needed")


@rule(
    "fields.whole-standard",
    Level.SHOULD,
    "A share takes only the elements it needs",
    why="taking every element there is shows that nobody asked which are necessary",
    source=sources.MINIMISATION,
)
def whole_standard(case: Case) -> Iterator[Found]:
    for id_, share, standard, path in case.described:
        if len(standard.elements) > 1 and set(standard.elements) <= set(share.fields):
            text = f"`{id_}` takes every element of {standard.ref}"
            yield Found((*path, "fields"), text, "keep the elements that the purpose needs")


@rule(
    "fields.no-matching-key",
    Level.MUST,
    "A share that looks people up has something to find them by",
    why="a person is found by an identifier, or by family name and date of birth together",
    source=sources.ACCURACY,
)
def no_matching_key(case: Case) -> Iterator[Found]:
    for described in case.described:
        if _looks_up(described.share) and not _can_find(described):
            text = f"{described.standard.ref} has nothing to find a person by"
            mend = "use a standard with an identifier, or set `subjects: all` and only the modes bulk and aggregate"
            yield Found((*described.path, "modes"), text, mend)


def _looks_up(share: Share) -> bool:
    return share.subjects == "matched" or bool({Mode.LOOKUP, Mode.MATCH} & set(share.modes))


def _can_find(described: Described) -> bool:
    by_name = all(described.standard.keyed(key) for key in (Key.FAMILY_NAME, Key.DATE_OF_BIRTH))
    return by_name or bool(described.standard.keyed(Key.IDENTIFIER))


@rule(
    "fields.everyone",
    Level.SHOULD,
    "A bulk share says which people it is about",
    why="all records of all people in bulk is the widest share there is and needs the best of reasons",
    source=sources.MINIMISATION,
)
def everyone(case: Case) -> Iterator[Found]:
    for id_, share in case.asked(Mode.BULK):
        if share.subjects == "all" and share.rows is None:
            text = f"`{id_}` gives every record of everyone in bulk"
            yield Found(("shares", id_), text, "set `subjects: matched`, or add a condition as `rows:`")


@rule(
    "fields.bulk-unlimited",
    Level.SHOULD,
    "A bulk share has a limit",
    why="a stolen key should not empty the store in one night",
    source=sources.SECURITY,
)
def bulk_unlimited(case: Case) -> Iterator[Found]:
    for id_, share in case.asked(Mode.BULK):
        if share.limits.records_per_day is None and share.limits.records_per_request is None:
            text = f"`{id_}` may be taken in bulk without limit"
            yield Found(("shares", id_), text, "add `limits: {records_per_day: …}`")
