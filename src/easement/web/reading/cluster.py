"""Members, datasets and jobs, read from the exchange and the gate."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime

from easement.agreement.duration import Duration
from easement.base.database import reading
from easement.base.errors import EasementError
from easement.base.words import day
from easement.exchange import bulk_tables, directory_store, jobs_tables
from easement.exchange.audit import audit
from easement.exchange.bulk_tables import Bulk
from easement.exchange.directory import Directory
from easement.exchange.directory_parts import Member
from easement.exchange.jobs_tables import Job
from easement.gate import register
from easement.gate.drafting import Desk
from easement.law.catalogue import catalogue
from easement.law.model import BodyClass
from easement.meaning.about import About
from easement.meaning.mapping import DatasetMapping, Way
from easement.meaning.standards import standard
from easement.node.home import Node
from easement.staff.model import Identity
from easement.staff.permissions import Permission
from easement.web.reading.mapped import mapped_as
from easement.web.reading.names import Names, names_of
from easement.web.reading.records import may_see
from easement.web.views.cluster import (
    Compared,
    DatasetLine,
    DatasetPage,
    Datasets,
    Difference,
    ElementLine,
    JobLine,
    JobPage,
    Jobs,
    MemberLine,
    MemberPage,
    Members,
    Offered,
)

__all__ = ["compared", "dataset", "datasets", "job", "jobs", "member", "members"]


def members(node: Node, now: datetime) -> Members:
    """The cluster's members by the directory that this node holds."""
    directory = _held(node)
    if directory is None:
        return Members(lines=(), none=True)
    return Members(
        lines=tuple(_member(node, each, now) for each in directory.members),
        cluster=directory.name,
        sequence=directory.sequence,
        operator=directory.operator.id,
        expires=directory.expires,
        stale=now >= directory.expires,
    )


def _held(node: Node) -> Directory | None:
    with suppress(EasementError):  # a directory that does not hold is none
        return directory_store.held(node.home)
    return None


def _member(node: Node, of: Member, now: datetime) -> MemberLine:
    kind = catalogue().find(BodyClass, of.body_class)
    return MemberLine(
        id=of.id,
        name=of.name,
        kind=kind.name if kind else of.body_class,
        url=of.url,
        joined=of.joined,
        services=tuple(of.services),
        speaks=bool(of.present_keys(now)),
        own=of.id == node.organisation,
    )


def _found(node: Node, id_: str) -> Member | None:
    directory = _held(node)
    return directory.find(id_) if directory else None


def member(node: Node, identity: Identity, id_: str, now: datetime) -> MemberPage | None:
    """One member; nothing where there is none."""
    of = _found(node, id_)
    if of is None:
        return None
    shared = {
        each.prepared.id: each.prepared.terms.title
        for each in node.shelf.all(now.date())
        if {id_, node.organisation} <= each.prepared.terms.parties.keys() and may_see(identity, each.prepared.id)
    }
    return MemberPage(
        line=_member(node, of, now),
        keys=tuple((key.id, key.why_not(now)) for key in of.keys),
        log=of.log,
        datasets=tuple(Offered(each.id, each.title, each.standard) for each in of.datasets),
        agreements=tuple(sorted(shared.items())),
        may_compare=identity.may(Permission.EXCHANGE_PEER_AUDIT) and id_ != node.organisation,
    )


def compared(node: Node, id_: str, now: datetime) -> Compared | None:
    """What came of holding this node's ledger against a member's; nothing where there is no such member."""
    of = _found(node, id_)
    if of is None:
        return None
    line = _member(node, of, now)
    try:
        found = audit(node, id_, now=now)
    except EasementError as error:
        return Compared(line=line, failed=error.what)
    return Compared(
        line=line,
        size=found.size,
        counts=tuple(found.counts.items()),
        differences=tuple(Difference(each.what, each.remedy, each.here, each.there) for each in found.differences),
    )


def datasets(node: Node) -> Datasets:
    """The register of datasets; those that cannot be read are counted."""
    found = register.entries(node.home)
    lines = [_dataset(each.mapping, each.about) for each in found if each.mapping is not None]
    broken = sum(each.mapping is None for each in found)
    return Datasets(lines=tuple(sorted(lines, key=lambda line: line.title.lower())), broken=broken)


def _dataset(mapping: DatasetMapping, about: About) -> DatasetLine:
    until = about.retained_until
    return DatasetLine(
        id=mapping.id,
        title=mapping.title,
        standard=mapping.standard,
        owner=about.owner or "",
        contact=about.contact or "",
        classification=about.classification.value if about.classification else "",
        created=about.created,
        location=about.location or "",
        transmitted=about.transmitted or "",
        updated=about.updated.value if about.updated else "",
        retention=Duration.read(about.retention).words if about.retention else "",
        retained_until=day(until) if isinstance(until, date) else until or "",
        personal=about.personal_data,
        special=tuple(each.value for each in about.special),
        missing=about.missing,
    )


def dataset(node: Node, identity: Identity, id_: str, now: datetime, *, check: bool = False) -> DatasetPage | None:
    """One dataset, with `check` held against its table; nothing where there is none."""
    entry = next((each for each in register.entries(node.home) if each.mapping and each.mapping.id == id_), None)
    if entry is None or entry.mapping is None:
        return None
    found = entry.mapping
    described = standard(found.standard, (node.home / "standards",))
    elements = [
        ElementLine(name, element.definition, element.sensitivity.value, way.absent or "", _way(way))
        for name, element in described.elements.items()
        if (way := found.elements.get(name)) is not None
    ]
    shared = {
        each.prepared.id: each.prepared.terms.title
        for each in node.shelf.all(now.date())
        if may_see(identity, each.prepared.id)
        and any(
            offer.provider == node.organisation and offer.terms.standard == found.standard
            for offer in each.prepared.offers.values()
        )
    }
    return DatasetPage(
        line=_dataset(found, entry.about),
        elements=tuple(elements),
        shared=tuple(sorted(shared.items())),
        mapped=mapped_as(Desk(node.home), found, now.date(), check=check),
        manages=identity.may(Permission.DATA_DATASET_MANAGE),
    )


def _way(way: Way) -> str:
    return "" if way.absent is not None else ", ".join(way.columns) or str(way.constant)


def jobs(node: Node, identity: Identity, now: datetime) -> Jobs:
    """The bulk disclosures that this person may see: those under agreements in which they have a role."""
    names = names_of(node, now)
    lines = [line for line in _jobs(node, names) if may_see(identity, line.agreement_id)]
    return Jobs(lines=tuple(sorted(lines, key=lambda line: line.since, reverse=True)))


def job(node: Node, identity: Identity, id_: str, now: datetime) -> JobPage | None:
    """One bulk disclosure; nothing where it is not this person's to see."""
    line = next((each for each in jobs(node, identity, now).lines if each.id == id_), None)
    return JobPage(line=line) if line else None


def _jobs(node: Node, names: Names) -> Iterator[JobLine]:
    with reading(node.engine) as connection:
        asked, given = bulk_tables.bulks(connection), jobs_tables.jobs(connection)
    yield from (_asked(each, names) for each in asked)
    yield from (_given(each, names) for each in given)


def _asked(of: Bulk, names: Names) -> JobLine:
    return JobLine(
        id=of.message,
        asked_by_us=True,
        other=names.organisation(of.provider),
        agreement=names.agreement(of.agreement_id),
        agreement_id=of.agreement_id,
        share=of.share,
        mode=of.mode,
        state=of.state.value,
        since=_at(of.since),
        changed=_at(of.changed),
        rows=of.rows,
        entry=of.entry,
        problem=of.problem,
    )


def _given(of: Job, names: Names) -> JobLine:
    shelved = names.shelved(of.agreement)
    id_ = shelved.prepared.id if shelved else ""
    return JobLine(
        id=of.message,
        asked_by_us=False,
        other=names.organisation(of.organisation),
        agreement=names.agreement(id_) if id_ else "",
        agreement_id=id_,
        share=of.share,
        mode=of.mode,
        state=of.state.value,
        since=_at(of.since),
        changed=_at(of.changed),
        rows=of.rows,
        entry=of.entry,
        problem=of.problem,
    )


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
