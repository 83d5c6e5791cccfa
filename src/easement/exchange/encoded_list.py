"""A recipient's own list made into encodings before it leaves, where the share says so and the node has the secret."""

import binascii
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from easement.base.durable import write_whole
from easement.base.errors import BadData, BadFile, UsageError
from easement.exchange.bulk_body import MAX_LIST, ListSaid
from easement.exchange.ports import Host
from easement.gate.datasets import dataset_from
from easement.gate.encoding import encode_list, identifier_of, listed_rows
from easement.gate.prepare import Offer, Prepared
from easement.gate.staging import exclusive
from easement.linkage.encode import Made, encoding_key
from easement.linkage.encode_files import node_secret, read_secret
from easement.meaning.standards import standard

__all__ = [
    "as_agreed",
    "clear_own",
    "keeps_secret",
    "list_bytes",
    "list_said",
    "own_encodings",
    "takes_encodings",
]

SECRET = 0o600
OWN = "own-list"


def list_said(data: bytes, suffix: str, mapping: str = "") -> ListSaid:
    """A list as it is sent; raises `BadData` where it is too long, and pydantic's errors for what cannot be."""
    if len(data) > MAX_LIST:
        raise BadData(f"the list is longer than {MAX_LIST:,} bytes", remedy="send it in parts")
    return ListSaid(suffix=suffix, mapping=mapping, data=binascii.b2a_base64(data, newline=False).decode())


def list_bytes(given: ListSaid) -> bytes:
    """The file of a list that came; raises `BadData` where it is none or too long."""
    try:
        data = binascii.a2b_base64(given.data, strict_mode=True)
    except (binascii.Error, ValueError):
        raise BadData("the list is not in base64", remedy="send it again, with a node of the same version") from None
    if len(data) > MAX_LIST:
        raise BadData(f"the list is longer than {MAX_LIST:,} bytes", remedy="send it in parts")
    return data


def as_agreed(host: Host, agreement: Prepared, share: str, given: ListSaid | None) -> ListSaid | None:
    """The list as the share has it sent: names become encodings here, where this node keeps the agreement's secret.

    Where it is kept nowhere here the list stays as it is, to be refused. Raises `UsageError` where it cannot be read.
    """
    offer = agreement.offers.get(share)
    if given is None or offer is None or given.encoded or not takes_encodings(agreement, share):
        return given
    secret = node_secret(host.home, agreement.id)
    try:
        return _encoded(host, agreement, offer, given, secret) if secret.exists() else given
    except (BadData, BadFile) as error:
        remedy = error.remedy or "mend the list or its mapping"
        raise UsageError(f"the list cannot be encoded: {error.what}", remedy=remedy) from error


def _encoded(host: Host, agreement: Prepared, offer: Offer, given: ListSaid, secret: Path) -> ListSaid:
    standards = (host.home / "standards",)
    with _own(host) as folder:
        mapping, data, made = folder / "list.yaml", folder / f"list{given.suffix}", folder / "encoded.parquet"
        write_whole(mapping, given.mapping, mode=SECRET)
        write_whole(data, list_bytes(given), mode=SECRET)
        dataset = dataset_from(mapping, data, standards)
        known = standard(dataset.mapping.standard, standards)
        about = {"agreement": agreement.digest, "share": offer.id, "recipient": host.organisation}
        way = Made(identifier=identifier_of(dataset, known, offer.standard))
        encode_list(dataset, known, encoding_key(read_secret(secret), **about, made=way), made, "parquet")
        return list_said(made.read_bytes(), ".parquet")


def takes_encodings(agreement: Prepared, share: str) -> bool:
    """Whether people on a list are found by encodings under a share."""
    offer = agreement.offers.get(share)
    how = offer.terms.match if offer else None
    return how is not None and how.method == "encoded"


def keeps_secret(host: Host, agreement: Prepared) -> bool:
    """Whether this node keeps an agreement's secret, so that it can encode a list itself."""
    return node_secret(host.home, agreement.id).exists()


def own_encodings(host: Host, agreement: Prepared, share: str, given: ListSaid) -> int:
    """How many encodings a list of this organisation's own holds, looked through as the provider will.

    By which key is looked at where this node keeps it. Raises `ListRefused` with what is wrong, and `BadData` for a
    file that cannot be read.
    """
    path = node_secret(host.home, agreement.id)
    about = {"agreement": agreement.digest, "share": share, "recipient": host.organisation}
    with _own(host) as folder:
        data = folder / f"encoded{given.suffix}"
        write_whole(data, list_bytes(given), mode=SECRET)
        return listed_rows(data, read_secret(path) if path.exists() else None, about)


@contextmanager
def _own(host: Host) -> Iterator[Path]:
    """The folder of this node's own list while it is encoded, one at a time; what a kill left of another is gone."""
    folder = host.home / "jobs" / OWN
    with exclusive(host.home / "releases", OWN):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def clear_own(host: Host) -> int:
    """Remove what a kill left of a list that was being encoded; how many there were."""
    folder = host.home / "jobs" / OWN
    if not folder.exists():
        return 0
    with exclusive(host.home / "releases", OWN):
        shutil.rmtree(folder, ignore_errors=True)
    return 1
