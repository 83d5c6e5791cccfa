"""Reading an agreement file, and the digest that parties sign."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import rfc8785

from easement.agreement.model import Agreement
from easement.base.canonical import canonical_json, sha256_hex
from easement.base.errors import BadFile
from easement.base.located import Document, read_file, read_text, validate

__all__ = ["AgreementFile", "read_agreement", "read_agreement_text"]


@dataclass(frozen=True)
class AgreementFile:
    """An agreement as read: its terms, and the document that remembers the lines."""

    terms: Agreement
    document: Document

    @cached_property
    def canonical(self) -> bytes:
        """The file's data as RFC 8785 JSON. Comments, order and spacing do not count; every value written does."""
        try:
            return canonical_json(self.document.data)
        except rfc8785.CanonicalizationError as error:
            raise BadFile(
                f"the agreement holds a value that cannot be signed: {error}",
                where=self.document.name,
                remedy="numbers stay below 2**53; write longer ones as text in quotes",
            ) from error

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, 64 hexadecimal characters: what parties sign and entries name."""
        return sha256_hex(self.canonical)


def read_agreement(path: Path) -> AgreementFile:
    """Read and validate an agreement file; raises `BadFile` with every problem, each with its line and mend."""
    return _validated(read_file(path, what="agreement"))


def read_agreement_text(text: str, *, name: str = "agreement") -> AgreementFile:
    """Read and validate the text of an agreement; `name` stands for the file in errors."""
    return _validated(read_text(text, name=name, what="agreement"))


def _validated(document: Document) -> AgreementFile:
    return AgreementFile(validate(Agreement, document, what="agreement"), document)
