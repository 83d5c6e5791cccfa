"""An agreement as a Cedar policy set, for Cedar's own tools to read, prove and enforce (cedarpolicy.com, Cedar 4).

One `permit` for each share, and one `forbid` for each clause that limits it, annotated with the clause's path. The
policies are written from the terms alone and share no code with the gate, so that they are a second opinion on it.

Cedar skips a `forbid` that raises an error. `SCHEMA` therefore gives every value a type, policies and requests must be
validated against it, and an answer that holds any error must be taken as a refusal.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import UTC, date, datetime
from typing import Any, Protocol
from urllib.parse import quote

from easement.agreement.model import Agreement, Level, Mode, Share
from easement.agreement.read import AgreementFile
from easement.meaning.model import Key, Standard

__all__ = ["SCHEMA", "Asked", "Known", "as_entities", "as_request", "cedar", "context"]

SCHEMA = """\
// An organisation that may receive, a role in it that asks, and a share that an agreement lets cross.
entity Organisation;
entity Role in [Organisation];
entity Share;

action disclose appliesTo {
    principal: Role,
    resource: Share,
    context: {
        day: Long,                  // the UTC day of the request, counted from 1970-01-01
        review_due?: Long,          // the last day before a review is overdue, counted likewise
        signed: Set<String>,        // the parties that have signed
        suspended: Bool,
        superseded: Bool,           // a newer version, signed by all and begun, has taken its place
        complete: Bool,             // the agreement passes every check it must
        purpose: String,
        mode: String,               // lookup, match, bulk or aggregate
        fields: Set<String>,        // the elements asked for; empty asks for all that is agreed
        named_by: Set<String>,      // the elements by which a person is named
        blank: Bool,                // one of those elements was left empty
        listed: Bool,               // the recipient's own list came with the request
        training: Set<String>,      // the training that the asker has passed
        records_today: Long,        // the records of this share that have crossed today
        objected: Bool,             // an objection of the person stands
        consented: Bool,            // a consent of the person is held
    }
};
"""
"""The types of everything that the policies read, in Cedar's schema language."""


class Asked(Protocol):
    """What a request says; `easement.gate.model.Request` is one."""

    @property
    def share(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def fields(self) -> tuple[str, ...]: ...
    @property
    def person(self) -> Mapping[str, str]: ...
    @property
    def listed(self) -> bool: ...


class Known(Protocol):
    """What is known of the world; `easement.gate.model.Facts` is one."""

    @property
    def now(self) -> datetime: ...
    @property
    def signed(self) -> frozenset[str]: ...
    @property
    def suspended(self) -> str | None: ...
    @property
    def superseded(self) -> str | None: ...
    @property
    def gaps(self) -> tuple[str, ...]: ...
    @property
    def training(self) -> frozenset[str]: ...
    @property
    def records_today(self) -> int: ...
    @property
    def objected(self) -> bool: ...
    @property
    def consented(self) -> bool: ...


_EPOCH = date(1970, 1, 1).toordinal()


def context(request: Asked, facts: Known, *, review_due: date | None = None) -> dict[str, Any]:
    """A request and what is known as the context that the policies read; `facts.now` must know its zone."""
    found: dict[str, Any] = {
        "day": facts.now.astimezone(UTC).date().toordinal() - _EPOCH,
        "signed": sorted(facts.signed),
        "suspended": facts.suspended is not None,
        "superseded": facts.superseded is not None,
        "complete": not facts.gaps,
        "purpose": request.purpose,
        "mode": request.mode.value,
        "fields": sorted(request.fields),
        "named_by": sorted(request.person),
        "blank": not all(value.strip() for value in request.person.values()),
        "listed": request.listed,
        "training": sorted(facts.training),
        "records_today": facts.records_today,
        "objected": facts.objected,
        "consented": facts.consented,
    }
    return found if review_due is None else {**found, "review_due": review_due.toordinal() - _EPOCH}


def as_request(request: Asked, facts: Known, *, review_due: date | None = None) -> dict[str, Any]:
    """A request as Cedar takes it: who asks for what, and the context."""
    return {
        "principal": {"type": "Role", "id": _role(request.recipient, request.role)},
        "action": {"type": "Action", "id": "disclose"},
        "resource": {"type": "Share", "id": request.share},
        "context": context(request, facts, review_due=review_due),
    }


def as_entities(requests: Iterable[Asked]) -> list[dict[str, Any]]:
    """The roles that ask, each in its organisation, as Cedar's JSON entities."""
    roles = sorted({(request.recipient, request.role) for request in requests})
    return [
        {
            "uid": {"type": "Role", "id": _role(organisation, role)},
            "attrs": {},
            "parents": [{"type": "Organisation", "id": organisation}],
        }
        for organisation, role in roles
    ]


def _role(organisation: str, role: str) -> str:
    """One name for each pair, whatever a request holds: no other pair can come to be called `northtown/analyst`."""
    return f"{quote(organisation, safe='')}/{quote(role, safe='')}"


def cedar(file: AgreementFile, standards: Mapping[str, Standard]) -> str:
    """The policies of an agreement; `standards` holds every standard that its shares name, by reference."""
    terms = file.terms
    head = (
        f"// {terms.id}, version {terms.version}\n// Digest {file.digest}\n"
        "// Validate policies and requests against the schema, and take any error as a refusal."
    )
    shares = (policy for id_, share in terms.shares.items() for policy in _share(terms, id_, share, standards))
    return "\n\n".join([head, *_standing(terms), *_purpose(terms), *_people(terms), *shares]) + "\n"


def _policy(clause: str, scope: str, test: str, *, effect: str = "forbid", suffix: str = "") -> str:
    return f'@id("{clause}{suffix}")\n@clause("{clause}")\n{effect} ({scope})\n{test};'


_ANY = 'principal, action == Action::"disclose", resource'


def _forbid(clause: str, test: str, *, scope: str = _ANY, suffix: str = "") -> str:
    return _policy(clause, scope, test, suffix=suffix)


def _set(names: Iterable[str]) -> str:
    quoted = (f'"{name}"' for name in sorted(names))
    return f"[{', '.join(quoted)}]"


def _day(value: date) -> int:
    return value.toordinal() - _EPOCH


def _standing(terms: Agreement) -> Iterator[str]:
    yield _forbid("parties", f"unless {{ context.signed.containsAll({_set(terms.parties)}) }}")
    yield _forbid("term.starts", f"when {{ context.day < {_day(terms.term.starts)} }}")
    yield _forbid("term.ends", f"when {{ context.day > {_day(terms.term.ends)} }}")
    yield _forbid("term.review_every", "when { context has review_due && context.day > context.review_due }")
    yield _forbid("term", "when { context.suspended }")
    yield _forbid("version", "when { context.superseded }")
    yield _forbid("law", "unless { context.complete }")
    if any(relied.basis.startswith("art6_1_a") for relied in terms.law.parties.values()):
        yield _forbid("law", "unless { context.consented }", suffix=".consent")


def _purpose(terms: Agreement) -> Iterator[str]:
    yield _forbid("purpose.code", f'unless {{ context.purpose == "{terms.purpose.code}" }}')
    if terms.purpose.never_for:
        yield _forbid("purpose.never_for", f"when {{ {_set(terms.purpose.never_for)}.contains(context.purpose) }}")
    yield _forbid("purpose", "when { context.objected }")


def _people(terms: Agreement) -> Iterator[str]:
    for party, who in terms.people.items():
        if who.training:
            scope = f'principal in Organisation::"{party}", action == Action::"disclose", resource'
            test = f"unless {{ context.training.containsAll({_set(who.training)}) }}"
            yield _forbid(f"people.{party}.training", test, scope=scope)


def _share(terms: Agreement, id_: str, share: Share, standards: Mapping[str, Standard]) -> Iterator[str]:
    place, standard = f"shares.{id_}", standards[share.standard]
    scope = f'principal, action == Action::"disclose", resource == Share::"{id_}"'
    roles = [
        f'Role::"{_role(p, role)}"' for p in share.recipients if p in terms.people for role in terms.people[p].roles
    ]
    if roles:
        asks = f"when {{ principal in [{', '.join(sorted(roles))}] }}"
        yield _policy(place, scope, asks, effect="permit")
    modes = _set(mode.value for mode in _modes(share))
    agreed = f"{modes}.contains(context.mode)" if _modes(share) else "false"
    yield _forbid(f"{place}.modes", f"unless {{ {agreed} }}", scope=scope)
    yield _forbid(f"{place}.fields", _fields('context.mode != "aggregate"', set(share.fields)), scope=scope)
    counted = _fields('context.mode == "aggregate"', _dimensions(share))
    yield _forbid(f"{place}.aggregate.dimensions", counted, scope=scope)
    yield from _whole(place, scope, share)
    yield from _subjects(place, scope, share, standard)
    if share.limits.records_per_day is not None:
        limit = f"when {{ context.records_today >= {share.limits.records_per_day} }}"
        yield _forbid(f"{place}.limits.records_per_day", limit, scope=scope)


def _modes(share: Share) -> set[Mode]:
    """What crosses without names is never asked for by a person's name."""
    return set(share.modes) - ({Mode.LOOKUP, Mode.MATCH} if share.level.nameless else set[Mode]())


def _whole(place: str, scope: str, share: Share) -> Iterator[str]:
    """What hides small groups is asked for by everything agreed, or without naming fields."""
    found = [('context.mode == "aggregate"', "aggregate.dimensions", _dimensions(share))]
    if share.level is Level.ANONYMISED:
        found.append(('context.mode != "aggregate"', "fields", set(share.fields)))
    for mode, clause, agreed in found:
        less = f"when {{ {mode} && !context.fields.isEmpty() && !context.fields.containsAll({_set(agreed)}) }}"
        if agreed:
            yield _forbid(f"{place}.{clause}", less, scope=scope, suffix=".whole")


def _fields(mode: str, agreed: Set[str]) -> str:
    none = f" && !{_set(agreed)}.containsAny(context.fields)" if agreed else ""
    return f"when {{ {mode} && !context.fields.isEmpty(){none} }}"


def _dimensions(share: Share) -> set[str]:
    return set(share.aggregate.dimensions if share.aggregate else ())


def _subjects(place: str, scope: str, share: Share, standard: Standard) -> Iterator[str]:
    clause = f"{place}.subjects"
    named = {name for name, element in standard.elements.items() if element.key is not None}
    known = f"{_set(named)}.containsAll(context.named_by)" if named else "false"
    enough = f'when {{ context.mode == "lookup" && (context.blank || !({known}) || !({_enough(standard)})) }}'
    yield _forbid(clause, enough, scope=scope, suffix=".named")
    nobody = 'when { context.mode != "lookup" && !context.named_by.isEmpty() }'
    yield _forbid(clause, nobody, scope=scope, suffix=".unnamed")
    listed = ["match", "bulk"] if share.subjects == "matched" else ["match"]
    needed = f"when {{ !context.listed && {_set(listed)}.contains(context.mode) }}"
    yield _forbid(clause, needed, scope=scope, suffix=".listed")
    crowd = "true" if share.level.nameless else '["aggregate", "lookup"].contains(context.mode)'
    refused = f"when {{ context.listed && {crowd} }}"
    yield _forbid(clause, refused, scope=scope, suffix=".unlisted")


def _enough(standard: Standard) -> str:
    """An identifier; or family name and date of birth; or both names and postcode."""

    def said(key: Key) -> str:
        names = [element.name for element in standard.keyed(key)]
        return f"{_set(names)}.containsAny(context.named_by)" if names else "false"

    by_birth = f"{said(Key.FAMILY_NAME)} && {said(Key.DATE_OF_BIRTH)}"
    by_place = f"{said(Key.FAMILY_NAME)} && {said(Key.GIVEN_NAME)} && {said(Key.POSTCODE)}"
    return f"{said(Key.IDENTIFIER)} || ({by_birth}) || ({by_place})"
