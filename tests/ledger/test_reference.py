"""The pages of reference say what the code does, and their example is a real one."""

from pathlib import Path

import pytest

from easement.ledger import verifier
from easement.ledger.model import REQUIRED
from easement.ledger.said import KEYS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
VECTORS = REFERENCE / "vectors"


def test_the_receipt_shown_holds_for_the_file_shown():
    keys = verifier.read_keys(str(VECTORS / "log.vkey"))
    digest = verifier.file_digest(str(VECTORS / "answer.csv"))
    holds = verifier.check_receipt((VECTORS / "answer.csv.receipt").read_bytes(), keys, digest)
    assert (holds.origin, holds.index, holds.size) == ("dwp.example/ledger", 2, 4)
    page, shown = (REFERENCE / "receipt.md").read_text(), (VECTORS / "answer.csv.receipt").read_text()
    assert all(line in page for line in shown.split("\n")[2:])


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_an_entry_is_described(key):
    assert f"`{key}`" in (REFERENCE / "ledger.md").read_text()


@pytest.mark.parametrize("kind", REQUIRED)
def test_every_type_of_entry_is_described_with_what_it_must_say(kind):
    row = next(line for line in (REFERENCE / "ledger.md").read_text().splitlines() if line.startswith(f"| `{kind}`"))
    if kind != "gate:disclosure:released":
        assert all(f"`{key}`" in row for key in REQUIRED[kind])
