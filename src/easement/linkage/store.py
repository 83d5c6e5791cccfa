"""Models as files of a node: `models/ID-VERSION.json` under `models/ID-VERSION.json.signature`, never overwritten.

    easement-link-model/1
    department-council/1
    jPjdaM7DCSm9V1E/lVsSV6UoLnu1Emao0LjSfelO6Ec=

    — dwp 6gJBRHG6RYZ6…

The third line is the model's digest, so a signature holds for exactly these figures. Only a model that the node's own
organisation signed is ever used to disclose.
"""

import binascii
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from easement.base.durable import write_whole
from easement.base.errors import ProofFailed, UsageError
from easement.base.located import read_file, validate
from easement.ledger.note import Key, Signer, parse, sign_text
from easement.ledger.verifier import ED25519
from easement.linkage.model import LinkModel

__all__ = [
    "check_signed",
    "model_files",
    "model_path",
    "newest",
    "next_version",
    "read_model",
    "read_signed",
    "save",
    "sign",
]

FOLDER = "models"
FORMAT = "easement-link-model/1"


def model_path(home: Path, ref: str) -> Path:
    """Where a node keeps a model, by `ID/VERSION`; raises `UsageError` where that is no such name."""
    id_, slash, version = ref.partition("/")
    fits = slash and version.isdecimal() and version.isascii() and id_.replace("-", "").isalnum() and id_.isascii()
    if not fits:
        raise UsageError(f"`{ref}` names no model", remedy="name it as ID/VERSION, as in: department-council/1")
    return home / FOLDER / f"{id_}-{int(version)}.json"


def model_files(home: Path) -> Iterator[Path]:
    """The models of a node, by name."""
    yield from sorted((home / FOLDER).glob("*.json"))


def next_version(home: Path, id_: str) -> int:
    """The version under which a model of this id is saved next."""
    taken = (path.stem.rpartition("-") for path in model_files(home))
    return max((int(version) for name, _, version in taken if name == id_ and version.isdecimal()), default=0) + 1


def newest(home: Path, id_: str, keys: Iterable[Key]) -> str:
    """The newest version of a model that stands under a signature of one of `keys`; raises `UsageError` for none."""
    known = tuple(keys)
    for version in range(next_version(home, id_) - 1, 0, -1):
        path = model_path(home, f"{id_}/{version}")
        if path.is_file() and _signature(path).is_file():
            check_signed(path, read_model(path), known)
            return f"{id_}/{version}"
    remedy = f"train and sign it: easement link train {id_}, or let the agreement name another"
    raise UsageError(f"this node has no signed model `{id_}`", remedy=remedy)


def save(home: Path, model: LinkModel, signer: Signer | None = None) -> Path:
    """Write a model and its signature; raises `UsageError` where this version is there already."""
    path = model_path(home, model.ref)
    if path.exists():
        raise UsageError(f"the model `{model.ref}` is there already", remedy="a new model is a new version")
    path.parent.mkdir(mode=0o755, exist_ok=True)
    write_whole(path, json.dumps(model.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n")
    if signer is not None:
        write_whole(_signature(path), sign(model, signer))
    return path


def sign(model: LinkModel, signer: Signer) -> str:
    """The note by which an organisation says that this model may be used."""
    return sign_text(_text(model), [signer])


def read_model(path: Path) -> LinkModel:
    """Read and validate a model's file; raises `BadFile` with every problem, each with its line and mend."""
    return validate(LinkModel, read_file(path, what="model"), what="model")


def read_signed(home: Path, ref: str, keys: Iterable[Key]) -> LinkModel:
    """A model of the node under a signature of one of `keys`; raises `UsageError` or `ProofFailed` otherwise."""
    path = model_path(home, ref)
    if not path.is_file():
        raise UsageError(f"this node has no model `{ref}`", remedy="train it: easement link train, or name another")
    model = read_model(path)
    if model.ref != ref:
        raise ProofFailed(f"`{path.name}` holds the model `{model.ref}`", remedy="give the file back its name")
    check_signed(path, model, keys)
    return model


def check_signed(path: Path, model: LinkModel, keys: Iterable[Key]) -> None:
    """Raise `ProofFailed` unless the note beside a model's file holds for it under one of the keys."""
    note_file = _signature(path)
    if not note_file.is_file():
        remedy = f"look at it, then sign it: easement link sign {model.ref} --node DIR"
        raise ProofFailed(f"the model `{model.ref}` is not signed", remedy=remedy)
    note = parse(note_file.read_bytes())
    known = {(key.name, key.id): key for key in keys if key.kind == ED25519}
    good = any(
        (key := known.get((line.name, line.id))) is not None and key.holds(note.text, line.signature)
        for line in note.signatures
    )
    if note.text != _text(model) or not good:
        remedy = "restore the file that was signed, or train a new version"
        raise ProofFailed(f"the signature of the model `{model.ref}` does not hold", remedy=remedy)


def _signature(path: Path) -> Path:
    return path.with_name(path.name + ".signature")


def _text(model: LinkModel) -> str:
    digest = binascii.b2a_base64(bytes.fromhex(model.digest), newline=False).decode()
    return f"{FORMAT}\n{model.ref}\n{digest}\n"
