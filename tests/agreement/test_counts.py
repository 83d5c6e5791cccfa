"""Counts: the signed document, the policies and the gate agree on what tables are split by (R4.9)."""

from hypothesis import given

from easement.agreement.clauses import Section
from easement.agreement.lookup import Lookup
from easement.agreement.model import Mode
from easement.agreement.paper import Facts, Item
from easement.agreement.read import AgreementFile
from easement.agreement.render import to_markdown
from easement.agreement.sections import paper
from easement.gate.prepare import prepare
from easement.law.catalogue import catalogue
from easement.meaning.standards import standards

from .makers import Data, agreements, as_file, example

LAW = catalogue()
STANDARDS = {standard.ref: standard for standard in standards()}
NOTHING = "Nothing: there is one count of everybody the share covers."


def said_dimensions(file: AgreementFile) -> dict[str, set[str]]:
    """What the signed document says each share's tables are split by."""
    (data,) = (part for part in paper(file, Lookup(LAW, STANDARDS)).parts if part.heading == Section.DATA)
    rows = {
        part.heading: dict(row for block in part.blocks if isinstance(block, Facts) for row in block.rows)
        for part in data.parts
    }
    found = {
        heading.removeprefix("Share: "): said["Tables are split by"]
        for heading, said in rows.items()
        if "Tables are split by" in said
    }
    assert all(item.exact or items == (Item(NOTHING),) for items in found.values() for item in items)
    return {share: {item.exact for item in items} - {""} for share, items in found.items()}


@given(agreements())
def test_counts_are_split_by_what_the_document_says_and_nothing_else(data: Data) -> None:
    for share in data["shares"].values():
        share["standard"] = "benefit-award/1"
        share["modes"] = [*dict.fromkeys([*share["modes"], "aggregate"])]
    file = as_file(data)
    offers = prepare(file, STANDARDS).offers
    assert said_dimensions(file) == {id_: set(offer.forms[Mode.AGGREGATE]) for id_, offer in offers.items()}


def test_a_count_by_nothing_says_so_and_how_small_numbers_are_hidden() -> None:
    text = to_markdown(as_file(example()), LAW, STANDARDS)
    assert NOTHING in text
    assert "Any count under 8 is hidden. Other counts are rounded to the nearest 5." in text
