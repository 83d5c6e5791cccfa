"""Evidence packs: one zip with which an auditor checks a node's disclosures without the node, or us (R5.3).

A pack holds what is public or was agreed: agreement texts with their signatures, entries with their proofs, the
checkpoint, public keys and the offline verifier. It holds no private record and no data that crossed.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from easement.agreement.read import AgreementFile, read_agreement
from easement.agreement.render import to_markdown
from easement.base.durable import aside
from easement.base.errors import UsageError
from easement.base.spreadsheet import write_rows
from easement.gate.disclosures import Sought
from easement.gate.ports import Holder
from easement.law.catalogue import catalogue
from easement.ledger import verifier
from easement.ledger.model import Logged
from easement.ledger.note import Key
from easement.ledger.service import Ledger
from easement.ledger.verifier import Receipt, receipt_bytes
from easement.meaning.standards import standard

__all__ = ["NothingFits", "pack"]


class NothingFits(UsageError):
    """The ledger has no entry of those that were asked for."""


TIMELESS = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a pack, so that the same evidence always gives the same bytes."""

README = """# Evidence from the ledger of `{origin}`

This pack shows what `{organisation}` shared, refused and intended, as its ledger recorded it. You can check all of it
on any machine with Python 3.11 and the package `cryptography`; nothing here needs us, or the network.

| file | what it is |
| --- | --- |
| `entries.csv` | the entries in this pack, one line each: what crossed, what was withheld, why a request was refused |
| `entries/N.json` | entry N of the ledger, to the byte |
| `proofs/N.receipt` | the proof that entry N stands in the ledger (C2SP tlog-proof) |
| `agreements/` | each agreement's file, its signatures, and the document that people read |
| `checkpoint` | the signed state of the whole ledger: {size:,} entries |
| `log.vkey` | the public key of the ledger; compare it with the one that the organisation publishes |
| `members/` | the public keys of the parties who signed |
| `verifier.py` | the check itself, one file that you can read |

## Check an entry

    python verifier.py proofs/{example}.receipt --key log.vkey

It says what the entry holds, and ends with an error if one bit of entry, proof, checkpoint or signature is wrong. These
proofs leave the answer's digest closed, because of a small answer it would tell too much. Whoever holds an answer has
its own receipt, which opens it: `python verifier.py ANSWER.receipt --key log.vkey --data ANSWER`.

## Check it by hand

1. The leaf is SHA-256 of a zero byte followed by the bytes of `entries/N.json`.
2. Hash it with each line of the proof in turn, from the leaf to the root (RFC 6962, section 2.1.1).
3. The result is the third line of the checkpoint inside the proof, and `log.vkey` signed that checkpoint.

## Check an agreement

An entry names its agreement by digest: SHA-256 of the file's data as RFC 8785 JSON. `easement agreement digest FILE`
prints it; `easement agreement status FILE --keys members` says whose signatures hold.

## What this shows and what it does not

A proof shows that an entry was in the ledger when the checkpoint was signed and was not changed since. That no
disclosure went round the ledger can only be shown by comparing it with what the other side received. The numbers of
all entries up to {size:,} exist: ask for any that is missing here.
"""


def pack(
    holder: Holder,
    out: Path,
    *,
    agreement: Path | None = None,
    only: Sequence[int] = (),
    sought: Sought | None = None,
    most: int | None = None,
) -> dict[str, Any]:
    """Write a pack to `out` and say what is in it; raises `NothingFits`, and `UsageError` where too much fits.

    `sought` narrows it to what somebody looks for and may see, and `most` says how many entries it may hold.
    `agreements_missing` names the digests whose text was not at hand.
    """
    wanted = read_agreement(agreement) if agreement else None
    checkpoint = holder.ledger.checkpoint()
    found = _chosen(holder.ledger, checkpoint.size, wanted, only)
    fitting = (each for each in found if sought is None or sought.fits(json.loads(each.body)))
    chosen = list(islice(fitting, None if most is None else most + 1))
    if most is not None and len(chosen) > most:
        raise UsageError(f"more than {most:,} entries fit", remedy="ask for one agreement, or for fewer days")
    absent = set(only) - {logged.index for logged in chosen}
    if absent or not chosen:
        which = f"no entry {', '.join(map(str, sorted(absent)))}" if absent else "no entry under this agreement"
        raise NothingFits(f"the ledger has {which}", remedy="see what it has: easement ledger show --node DIR")
    agreements = _agreements(holder, chosen, wanted)
    with aside(out) as partial, zipfile.ZipFile(partial, "x", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _files(holder, chosen, agreements, checkpoint.size):
            archive.writestr(zipfile.ZipInfo(name, TIMELESS), text, zipfile.ZIP_DEFLATED)
    return {
        "pack": str(out),
        "entries": [logged.index for logged in chosen],
        "agreements": sorted(agreements),
        "agreements_missing": sorted(_named(chosen) - agreements.keys()),
        "size": checkpoint.size,
    }


def _chosen(ledger: Ledger, size: int, wanted: AgreementFile | None, only: Sequence[int]) -> Iterator[Logged]:
    """The entries asked for, in order: by their indexes, of one agreement, or all."""
    digest = wanted.digest if wanted else None
    if not only:
        yield from ledger.entries(0, size, agreement=digest)
    for index in sorted(set(only)):
        yield from ledger.entries(index, min(index + 1, size), agreement=digest)


def _named(chosen: Sequence[Logged]) -> set[str]:
    return {digest for logged in chosen if (digest := logged.entry.agreement) is not None}


Agreements = dict[str, tuple[Path, AgreementFile]]


def _agreements(holder: Holder, chosen: Sequence[Logged], given: AgreementFile | None) -> Agreements:
    """The agreement files that the entries name, by digest: the one given, and those on the node's shelf."""
    named, on = _named(chosen), date.fromisoformat(chosen[-1].entry.time[:10])
    shelved = {each.file.digest: (each.path, each.file) for each in holder.shelf.all(on)}
    if given is not None:
        shelved[given.digest] = (Path(given.document.name), given)
    return {digest: shelved[digest] for digest in sorted(named & shelved.keys())}


def _files(holder: Holder, chosen: Sequence[Logged], agreements: Agreements, size: int) -> Iterator[tuple[str, str]]:
    example = chosen[-1].index
    yield (
        "README.md",
        README.format(origin=holder.ledger.key.name, organisation=holder.organisation, size=size, example=example),
    )
    yield "entries.csv", _table(chosen)
    for logged in chosen:
        yield f"entries/{logged.index}.json", logged.body.decode()
        yield f"proofs/{logged.index}.receipt", _proof(holder, logged)
    for path, file in agreements.values():
        yield from _agreement_files(holder, path, file)
    yield "checkpoint", (holder.home / "ledger" / "checkpoint").read_text()
    yield "log.vkey", _lines(holder.ledger.keys)
    for organisation, keys in sorted(holder.member_keys.items()):
        yield f"members/{organisation}.vkey", _lines(keys)
    yield "verifier.py", Path(verifier.__file__).read_text()


def _lines(keys: Iterable[Key]) -> str:
    """Public keys as a file holds them: one a line, the one in use first."""
    return "".join(f"{key}\n" for key in keys)


def _proof(holder: Holder, logged: Logged) -> str:
    """The bare proof of an entry. An answer's own digest stays closed: of a small answer it would tell too much."""
    return holder.ledger.prove(logged.index, extra=receipt_bytes(Receipt(logged.body.decode())))


def _agreement_files(holder: Holder, path: Path, file: AgreementFile) -> Iterator[tuple[str, str]]:
    stem = f"agreements/{file.terms.id}-{file.terms.version}-{file.digest[:8]}"
    standards = {s.standard: standard(s.standard, (holder.home / "standards",)) for s in file.terms.shares.values()}
    yield f"{stem}.yaml", file.document.text
    yield f"{stem}.md", to_markdown(file, catalogue(), standards)
    signatures = path.with_name(path.name + ".signatures")
    if signatures.exists():
        yield f"{stem}.yaml.signatures", signatures.read_text()


COLUMNS = ("index", "time", "type", "agreement_id", "version", "share", "purpose", "mode", "count", "fields")
LISTS = ("withheld", "reasons")


def _table(chosen: Sequence[Logged]) -> str:
    """The entries as a table for people: lists joined by blanks, parties as two columns."""
    text = io.StringIO()
    write_rows(text, (*COLUMNS, "provider", "recipient", *LISTS), map(_row, chosen))
    return text.getvalue()


def _row(logged: Logged) -> list[Any]:
    said = json.loads(logged.body) | {"index": logged.index}
    fields = said.get("fields") or {}
    said["fields"] = "; ".join(f"{name} ({form})" for name, form in fields.items())
    parties = said.get("parties") or {}
    row = [said.get(name, "") for name in COLUMNS]
    lists = [" ".join(said.get(name) or ()) for name in LISTS]
    return [*row, parties.get("provider", ""), parties.get("recipient", ""), *lists]
