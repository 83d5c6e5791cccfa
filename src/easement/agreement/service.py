"""What a person can do with an agreement: check it, sign it, ask where it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from easement.agreement.check import Finding, check, musts
from easement.agreement.read import AgreementFile, read_agreement
from easement.agreement.signing import Signed, sign, signed_by
from easement.agreement.standing import Standing, standing
from easement.base.durable import write_whole
from easement.base.errors import EasementError, NotInForce, UsageError
from easement.base.words import many
from easement.law.catalogue import catalogue
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.note import Key, Signer, parse_key
from easement.ledger.service import Ledger
from easement.meaning.model import Standard
from easement.meaning.standards import refs, standard

__all__ = ["Stood", "check_file", "keys_in", "sign_file", "signatures_path", "stand", "standards_for"]


def standards_for(file: AgreementFile, folders: Sequence[Path] = ()) -> dict[str, Standard]:
    """The standards that an agreement's shares name, of those that come with Easement or stand in `folders`."""
    known = refs(folders)
    named = {share.standard for share in file.terms.shares.values()}
    return {ref: standard(ref, folders) for ref in sorted(named & known.keys())}


def check_file(file: AgreementFile, *, today: date, folders: Sequence[Path] = ()) -> tuple[Finding, ...]:
    """Hold an agreement against the law and the standards as they are known here."""
    return check(file, catalogue(), standards_for(file, folders), today=today)


def signatures_path(path: Path) -> Path:
    """Where the signatures of the agreement at `path` stand: `FILE.signatures`, beside it."""
    return path.with_name(path.name + ".signatures")


def sign_file(
    path: Path,
    signer: Signer,
    *,
    now: datetime,
    ledger: Ledger | None = None,
    folders: Sequence[Path] = (),
    joins_as: str | None = None,
    anew: bool = False,
) -> AgreementFile:
    """Sign the agreement at `path`; the signature stands beside it, and in the ledger first where one is given.

    `anew` drops signatures of other terms. Raises `NotInForce` while a finding that must be mended stands.
    """
    file = read_agreement(path)
    _complete(file, check_file(file, today=now.date(), folders=folders), path)
    target = signatures_path(path)
    existing = None if anew else _read(target)
    note = sign(file, signer, existing, joins_as=joins_as)
    if note != existing:
        if ledger is not None:
            ledger.append(_entry(file, signer.name, now))
        write_whole(target, note)
    return file


def _complete(file: AgreementFile, findings: Iterable[Finding], path: Path) -> None:
    if standing_in_the_way := musts(findings):
        first = standing_in_the_way[0]
        raise NotInForce(
            f"the agreement is not complete: {many(len(standing_in_the_way), 'finding')} must be mended first, "
            f"such as {first.where}: {first.text}",
            where=file.document.name,
            remedy=f"see them all: easement agreement check {path}",
        )


def _entry(file: AgreementFile, organisation: str, now: datetime) -> Entry:
    return Entry(
        time=minute(now),
        type=EntryType.VERSION_SIGNED,
        organisation=organisation,
        agreement=file.digest,
        agreement_id=file.terms.id,
        version=file.terms.version,
        purpose=file.terms.purpose.code,
    )


@dataclass(frozen=True, slots=True)
class Stood:
    """Where an agreement stands, and who signed it; `signed` is `None` where there are no signatures at all.

    `superseded` is the version that took its place, where one is known to have.
    """

    file: AgreementFile
    signed: Signed | None
    standing: Standing
    superseded: str | None = None


def stand(path: Path, keys: Iterable[Key], *, on: date) -> Stood:
    """Where the agreement at `path` stands on a day, by the signatures beside it that these keys made."""
    file = read_agreement(path)
    note = _read(signatures_path(path))
    signed = signed_by(file, note, keys) if note is not None else None
    parties = signed.parties if signed is not None else frozenset[str]()
    return Stood(file, signed, standing(file.terms, parties, on))


def keys_in(folder: Path) -> tuple[Key, ...]:
    """The public keys in a folder, a party's in its `.vkey` file; raises `UsageError` where there is none."""
    paths = sorted(folder.glob("*.vkey"))
    if not paths:
        raise UsageError(f"there are no keys in `{folder}`", remedy="put each party's key there, as ID.vkey")
    lines = (line.strip() for path in paths for line in path.read_text().splitlines())
    return tuple(parse_key(line) for line in lines if line)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise EasementError(f"cannot read the signatures `{path}`", remedy="check who may read the file") from error
