"""What people do with an impact assessment: draft it, write it, sign it by role, and see when it is open again.

It belongs to an assessment and has its id. Each saving is a version; a signature is of one version, stands in the
ledger with the digest of the terms, and names the role. Who signed stands in the private record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from easement.agreement.clauses import Section
from easement.agreement.diff import Difference, Effect
from easement.agreement.read import AgreementFile
from easement.assessment import tables
from easement.assessment.impact import (
    ROLES,
    Impact,
    changed_terms,
    draft_impact,
    impact_of,
    open_points,
    residual,
    signers,
)
from easement.assessment.ports import Assessor
from easement.assessment.redraft import Redraft, redrafted
from easement.assessment.seed import ImpactMade
from easement.assessment.service import SEALED, Saved, known_standards, read_case
from easement.base.database import reading, take_turn, writing
from easement.base.errors import Refused, UsageError
from easement.base.sealed import open_record, seal_record
from easement.law.catalogue import catalogue
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute

__all__ = [
    "ImpactSignature",
    "SavedImpact",
    "impact_made",
    "newest_impact",
    "read_impact",
    "reopened",
    "save_impact",
    "sign_impact",
    "signed_impact",
    "start_impact",
]


@dataclass(frozen=True, slots=True)
class ImpactSignature:
    """A signature on one version: the role, when, and the ledger's entry."""

    role: str
    signed: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class SavedImpact:
    """One version of an impact assessment.

    `due` are the roles that must sign it, `open` what keeps it from being signed, `terms_text` the agreement that it
    was made for, as it stood, `drafted` what was drafted for it, and `redraft` what came of drafting it anew just now.
    """

    id: str
    version: int
    saved: datetime
    saved_by: str
    impact: Impact
    terms_text: str
    due: tuple[str, ...]
    open: tuple[str, ...]
    signatures: tuple[ImpactSignature, ...]
    drafted: Impact
    redraft: Redraft | None = None

    @property
    def residual(self) -> str:
        """The highest risk that remains: `low`, `medium` or `high`."""
        return residual(self.impact)

    @property
    def missing(self) -> tuple[str, ...]:
        """The roles that have yet to sign."""
        signed = {each.role for each in self.signatures}
        return tuple(role for role in self.due if role not in signed)

    @property
    def reference(self) -> str:
        """How an agreement refers to it."""
        return f"DPIA {self.id[:8]}, version {self.version}"

    @property
    def signed(self) -> date | None:
        """The day on which the last of the roles signed, once all have."""
        return None if self.missing else max(each.signed for each in self.signatures).date()

    def as_dict(self) -> dict[str, Any]:
        """The impact assessment as `--json` prints it."""
        return {
            "id": self.id,
            "version": self.version,
            "saved": self.saved.isoformat(),
            "saved_by": self.saved_by,
            "reference": self.reference,
            "residual": self.residual,
            "open": list(self.open),
            "signers": list(self.due),
            "missing": list(self.missing),
            "signed": self.signed.isoformat() if self.signed else None,
            "signatures": [
                {"role": each.role, "signed": each.signed.isoformat(), "entry": each.entry} for each in self.signatures
            ],
            "impact": self.impact.model_dump(mode="json"),
        }


def start_impact(
    assessor: Assessor, id_: str, *, by: str, now: datetime, agreement: AgreementFile | None = None
) -> SavedImpact:
    """Draft the impact assessment of an assessment from its answers and the agreement, or bring it up to date.

    What people wrote in it stays (`redraft` says what), and a version is made only where something changed. Raises
    `UsageError` for an assessment that is not known.
    """
    case = read_case(assessor, id_)
    standards, law = known_standards(assessor), catalogue()
    drafted = draft_impact(
        case.line.title, case.answers, case.result, law, standards, agreement=agreement, on=now.date()
    )
    text = agreement.document.text if agreement else ""
    before = newest_impact(assessor, id_)
    if before is None:
        return _save(assessor, case, drafted, drafted, text, by=by, now=now, expected=0)
    anew = redrafted(before.impact, before.drafted, drafted)
    made = before
    if anew.impact != before.impact or signers(case.answers, anew.impact) != before.due:
        made = _save(assessor, case, anew.impact, drafted, text, by=by, now=now, expected=before.version)
    return replace(made, redraft=anew)


def newest_impact(assessor: Assessor, id_: str) -> SavedImpact | None:
    """The newest version of the impact assessment of an assessment; `None` where none was started."""
    with reading(assessor.engine) as connection:
        found = tables.impact(connection, id_)
    return read_impact(assessor, id_, found.version) if found is not None else None


def save_impact(
    assessor: Assessor, id_: str, impact: Impact, *, by: str, now: datetime, expected: int | None = None
) -> SavedImpact:
    """Keep what people wrote, as the next version; the signatures on the one before do not carry over.

    Raises `Refused` where another version was saved meanwhile, or where it says it was made for other terms, and
    `UsageError` where none was started.
    """
    before = read_impact(assessor, id_)
    if impact.terms != before.impact.terms:
        raise Refused(
            "the impact assessment names other terms than those it was drafted from",
            remedy=f"draft it anew from the agreement: easement assess impact draft {id_}",
        )
    case = read_case(assessor, id_)
    return _save(assessor, case, impact, before.drafted, before.terms_text, by=by, now=now, expected=expected)


def _save(
    assessor: Assessor,
    case: Saved,
    impact: Impact,
    drafted: Impact,
    text: str,
    *,
    by: str,
    now: datetime,
    expected: int | None,
) -> SavedImpact:
    id_, now = case.line.id, now.astimezone(UTC).replace(microsecond=0)
    with writing(assessor.engine) as connection:
        take_turn(connection, f"impact {id_}")
        row = tables.impact(connection, id_)
        version = row.version + 1 if row is not None else 1
        if expected is not None and expected != version - 1:
            raise Refused(
                f"somebody saved version {version - 1} meanwhile, and yours was written on version {expected}",
                remedy="look at what changed, then save yours again on the newest version",
            )
        kept = {"impact": impact.model_dump(mode="json"), "drafted": drafted.model_dump(mode="json")}
        record = kept | {"text": text, "case": case.line.version}
        tables.add(
            connection,
            tables.impacts,
            id=id_,
            version=version,
            saved=int(now.timestamp()),
            saved_by=by,
            terms=impact.terms,
            digest=impact.digest,
            sealed=seal_record(assessor.master_key, SEALED, record, f"impact/{id_}/{version}"),
        )
    return read_impact(assessor, id_, version)


def read_impact(assessor: Assessor, id_: str, version: int | None = None) -> SavedImpact:
    """One version of an impact assessment, the newest unless one is named; raises `UsageError` where there is none."""
    with reading(assessor.engine) as connection:
        row = (
            tables.impact(connection, id_)
            if version is None
            else tables.one_version(connection, tables.impacts, id_, version)
        )
        signed = tables.signatures(connection, id_, row.version) if row is not None else ()
    if row is None:
        remedy = f"draft it: easement assess impact draft {id_}"
        raise UsageError(f"there is no impact assessment of `{id_}`", remedy=remedy)
    record = open_record(assessor.master_key, SEALED, row.sealed, f"impact/{id_}/{row.version}")
    impact = impact_of(record["impact"])
    answers = read_case(assessor, id_, record["case"]).answers
    return SavedImpact(
        id=id_,
        version=row.version,
        saved=datetime.fromtimestamp(row.saved, UTC),
        saved_by=row.saved_by,
        impact=impact,
        terms_text=record["text"],
        due=signers(answers, impact),
        open=open_points(impact),
        signatures=_signatures(signed),
        drafted=impact_of(record["drafted"]),
    )


def _signatures(rows: Sequence[tables.Found]) -> tuple[ImpactSignature, ...]:
    return tuple(ImpactSignature(row.role, datetime.fromtimestamp(row.signed, UTC), row.entry) for row in rows)


def sign_impact(assessor: Assessor, id_: str, *, role: str, by: str, now: datetime, version: int) -> SavedImpact:
    """Sign one version for a role; the ledger says so for good.

    Raises `Refused` where something is left to fill in, a high risk remains that the regulator was not asked about,
    the version is not the newest, or the role signed already; `UsageError` for a role that is none of those that sign.
    """
    found, now = read_impact(assessor, id_), now.astimezone(UTC)
    _may_sign(found, role, version)

    def also(connection: Connection, index: int) -> None:
        newest = tables.impact(connection, id_)
        if newest is None or newest.version != version:
            raise Refused("somebody saved another version meanwhile", remedy="read it, and sign that one")
        if any(each.role == role for each in tables.signatures(connection, id_, version)):
            raise Refused(f"`{role}` signed this version already", remedy="nothing is left to do for this role")
        tables.sign(connection, id_, version, role, int(now.timestamp()), index)

    entry = Entry(
        time=minute(now),
        type=EntryType.IMPACT_SIGNED,
        organisation=assessor.organisation,
        proposal=id_,
        sequence=version,
        agreement=found.impact.terms or None,
        reasons=(f"role:{role}", f"residual:{found.residual}"),
    )
    record = PrivateRecord({"impact": {"digest": found.impact.digest, "role": role, "by": by}})
    assessor.ledger.append(entry, record, also=also)
    return read_impact(assessor, id_, version)


def _may_sign(found: SavedImpact, role: str, version: int) -> None:
    if role not in ROLES:
        raise UsageError(f"`{role}` is no role that signs impact assessments", remedy=f"use one of {', '.join(ROLES)}")
    if found.version != version:
        raise Refused(
            f"version {found.version} is the newest, and you would sign version {version}",
            remedy="read the newest version, and sign that one",
        )
    if found.open:
        raise Refused(f"it cannot be signed yet: {found.open[0]}", remedy="fill it in, save it, and sign it then")
    if any(each.role == role for each in found.signatures):
        raise Refused(f"`{role}` signed this version already", remedy="nothing is left to do for this role")


def impact_made(assessor: Assessor, id_: str) -> ImpactMade | None:
    """The impact assessment of an assessment as an agreement refers to it, once every role signed; else `None`."""
    found = newest_impact(assessor, id_)
    if found is None:
        return None
    return ImpactMade(found.reference, f"residual risk {found.residual}", found.signed) if found.signed else None


def signed_impact(assessor: Assessor, id_: str) -> ImpactMade:
    """The same; raises `UsageError` where none was started, and `Refused` where a role has yet to sign it."""
    found = read_impact(assessor, id_)
    made = impact_made(assessor, id_)
    if made is None:
        remedy = f"fill in {found.open[0]}" if found.open else f"have it signed by {', '.join(found.missing)}"
        raise Refused(f"the impact assessment ({found.reference}) is not signed yet", remedy=remedy)
    return made


def reopened(assessor: Assessor, id_: str, agreement: AgreementFile) -> tuple[Difference, ...]:
    """What changed in an agreement's terms since its impact assessment was made: nothing means that it still stands.

    An impact assessment made before there was an agreement stands for none: its whole is then one difference.
    """
    found = read_impact(assessor, id_)
    if found.impact.terms == agreement.digest:
        return ()
    if not found.terms_text:
        return (Difference(Section.IMPACT, "terms", "no agreement yet", agreement.digest, Effect.CHANGED),)
    return changed_terms(found.terms_text, agreement)
