"""A picture as pages show it: who may be asked, and what came, in words; and which value somebody says is wrong."""

import base64
import hmac
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from easement.agreement.words import named
from easement.base.errors import EasementError, ProofFailed
from easement.base.sealed import seal, unseal
from easement.exchange.correct_bodies import Kind
from easement.exchange.correct_cases import CaseSeen, Wrong, report
from easement.exchange.model import Asker
from easement.gate.prepare import Offer
from easement.law.catalogue import catalogue
from easement.node.home import Node
from easement.picture.model import PersonSeen, Row, Source, Value, Withheld
from easement.picture.naming import person_for
from easement.picture.service import Question, Wanted, entitled, see
from easement.staff.model import Identity
from easement.web.reading.asking import form_of, readable
from easement.web.reading.names import Names, basis_short, meaning_of, names_of
from easement.web.views.asking import Choice
from easement.web.views.picture import (
    ConflictShown,
    GapShown,
    HappeningShown,
    Lane,
    PersonShown,
    RowShown,
    SourceShown,
    ValueShown,
)

__all__ = ["About", "about_of", "asked", "choices", "say_wrong", "sources_for"]

_LABEL = b"easement-picture-value/1\0"


# Whom to ask


def sources_for(node: Node, identity: Identity, purpose: str, now: datetime) -> dict[str, Wanted]:
    """Everything that this person may look up for a purpose, by how a form names it."""
    ids = {each.prepared.id for each in node.shelf.all(now.date())}
    roles = {id_: sorted(identity.roles_for(id_)) for id_ in ids}
    return {f"{each.key}@{each.provider}": each for each in entitled(node, roles, purpose, now)}


def choices(node: Node, found: Mapping[str, Wanted], now: datetime) -> tuple[Choice, ...]:
    """The same as a form offers it."""
    names = names_of(node, now)
    return tuple(_choice(node, key, each, names, now) for key, each in found.items())


def _choice(node: Node, key: str, wanted: Wanted, names: Names, now: datetime) -> Choice:
    shelved = node.shelf.get(wanted.agreement, now.date())
    offer = shelved.prepared.offers[wanted.share]
    forms = next(iter(offer.forms.values()), {})
    return Choice(
        key=key,
        provider=names.organisation(wanted.provider),
        share=named(wanted.share),
        title=shelved.prepared.terms.title,
        fields=tuple(named(name) for name in forms),
        role=wanted.role,
        in_force=shelved.standing(now.date()).in_force and shelved.superseded is None,
    )


# What came


def asked(
    node: Node, identity: Identity, question: Question, token: str, now: datetime
) -> tuple[tuple[PersonShown, ...], datetime]:
    """Ask, and show what came; nothing of it is kept. `token` is the secret of the session that may dispute it."""
    picture = see(node, question, Asker(identity.id, identity.training), now)
    reader = _Reader(node, token, names_of(node, now))
    return tuple(reader.person(each) for each in picture.people), picture.at


class _Reader:
    """Puts a picture into words."""

    def __init__(self, node: Node, token: str, names: Names) -> None:
        self.node, self.token, self.names = node, token, names

    def person(self, seen: PersonSeen) -> PersonShown:
        sources = {each.number: self._source(each) for each in seen.sources}
        rows = {id(row): self._row(row, seen, sources) for row in seen.rows}
        timeline, lanes = self._timeline(seen)
        return PersonShown(
            named=tuple(seen.named.items()),
            sources=tuple(sources.values()),
            conflicts=tuple(rows[id(row)] for row in seen.conflicts),
            themes=tuple((theme, tuple(rows[id(row)] for row in found)) for theme, found in seen.themes.items()),
            timeline=timeline,
            lanes=lanes,
            gaps=tuple(self._gaps(seen.withheld)),
        )

    def _source(self, source: Source) -> SourceShown:
        return SourceShown(
            number=source.number,
            provider=self.names.organisation(source.provider),
            agreement=self.names.agreement(source.agreement_id),
            agreement_id=source.agreement_id,
            version=source.version,
            basis=basis_short(source.basis),
            power=_power(source.power),
            at=source.at,
            records=source.records,
            entry=source.entry,
            peer_entry=source.peer_entry,
            keep_until=source.keep_until,
            strength=source.match.strength.value if source.match else "",
            found_by=source.match.words if source.match else "",
        )

    def _offer(self, source: Source) -> Offer | None:
        shelved = self.names.shelved(source.digest)
        return shelved.prepared.offers.get(source.share) if shelved else None

    def _row(self, row: Row, seen: PersonSeen, sources: Mapping[int, SourceShown]) -> RowShown:
        first = seen.source(row.values[0].source)
        offer = self._offer(first)
        values = tuple(self._value(value, seen, sources) for value in row.values)
        return RowShown(
            name=row.name,
            meaning=row.definition or meaning_of(row.values[0].element, offer.standard if offer else None),
            values=values,
            conflict=ConflictShown(_said_by(values), row.conflict.hint) if row.conflict else None,
        )

    def _value(self, value: Value, seen: PersonSeen, sources: Mapping[int, SourceShown]) -> ValueShown:
        source = seen.source(value.source)
        offer = self._offer(source)
        text = readable(value.value, value.element, offer)
        return ValueShown(
            text=text,
            none=value.value is None,
            source=sources[value.source],
            record=value.record,
            form=form_of(value.element, value.form, offer),
            about=self._about(source, value, text, seen.named, offer),
        )

    def _about(self, source: Source, value: Value, text: str, said: Mapping[str, str], offer: Offer | None) -> str:
        told = {
            "provider": source.provider,
            "message": source.message,
            "element": value.element,
            "record": value.record,
            "value": text[:2_000],
            "person": person_for(offer, said) if offer else {},
        }
        sealed = seal(_key(self.node, self.token), json.dumps(told).encode(), b"about")
        return base64.urlsafe_b64encode(sealed).decode()

    def _timeline(self, seen: PersonSeen) -> tuple[tuple[HappeningShown, ...], tuple[Lane, ...]]:
        providers = list(dict.fromkeys(seen.source(each.source).provider for each in seen.timeline))
        days = [_day(each.when) for each in seen.timeline]
        first, span = min(days, default=0), max(max(days, default=0) - min(days, default=0), 1)
        shown = tuple(
            HappeningShown(
                each.when,
                each.name,
                self.names.organisation(seen.source(each.source).provider),
                round((day - first) / span, 4) if len(set(days)) > 1 else 0.5,
                providers.index(seen.source(each.source).provider),
            )
            for each, day in zip(seen.timeline, days, strict=True)
        )
        return shown, tuple(Lane(n, self.names.organisation(each)) for n, each in enumerate(providers))

    def _gaps(self, withheld: Iterable[Withheld]) -> list[GapShown]:
        """What is withheld, the parts of one source that are so for one reason together."""
        found: dict[tuple[Any, ...], list[str]] = {}
        for each in withheld:
            of = (each.provider, each.agreement_id, each.why.value, each.text, each.remedy, each.entry, not each.name)
            found.setdefault(of, []).extend([each.name] if each.name else [])
        ordered = sorted(found.items(), key=lambda item: not item[0][-1])
        return [
            GapShown(self.names.organisation(provider), agreement, tuple(names), why, text, remedy, entry)
            for (provider, agreement, why, text, remedy, entry, _), names in ordered
        ]


def _said_by(values: Iterable[ValueShown]) -> tuple[tuple[str, str], ...]:
    """Every value once, as it came, with all who say so."""
    found: dict[str, dict[str, None]] = {}
    for value in values:
        if not value.none:
            found.setdefault(value.text, {})[value.source.provider] = None
    return tuple((text, ", ".join(who)) for text, who in found.items())


def _day(when: str) -> int:
    """A day, month or year as a number of days, from its middle where it is not a day."""
    year, month, day = ([int(part) for part in when.split("-")] + [0, 0])[:3]
    return year * 372 + (month or 6) * 31 + (day or 15)


def _power(code: str) -> str:
    with suppress(EasementError, KeyError):
        return catalogue().power(code).citation if code else ""
    return code


# What is wrong


class About:
    """Which value of which answer somebody speaks of."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said

    @property
    def provider(self) -> str:
        """Whose value it is."""
        return str(self.said["provider"])

    @property
    def element(self) -> str:
        """What its standard calls it."""
        return str(self.said["element"])

    @property
    def value(self) -> str:
        """What was shown."""
        return str(self.said["value"])


def about_of(node: Node, token: str, sealed: str) -> About | None:
    """The value that a page of this session spoke of; nothing for what is no page's of it."""
    try:
        plain = unseal(_key(node, token), base64.urlsafe_b64decode(sealed.encode()), b"about")
    except (ProofFailed, ValueError):
        return None
    return About(json.loads(plain))


def _key(node: Node, token: str) -> bytes:
    return hmac.digest(node.master_key, _LABEL + token.encode(), "sha256")


def say_wrong(node: Node, about: About, kind: Kind, why: str, identity: Identity, now: datetime) -> CaseSeen:
    """Tell the source that a value is wrong."""
    said = about.said
    wrong = Wrong(
        provider=about.provider,
        message=str(said["message"]),
        kind=kind,
        why=why,
        element=about.element,
        record=int(said["record"]),
        value=about.value,
        person=dict(said["person"]),
    )
    return report(node, wrong, now, by=identity.id)
