"""The register as open data: 18 columns, linked data and a feed, each readable by other people's tools (R2.7, R7.1)."""

import csv
import io
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from easement.law.catalogue import catalogue
from easement.ledger.model import EntryType
from easement.register import open_data, reading
from easement.register.counting import Event
from easement.register.feed import FED, Item, atom
from easement.register.open_data import COLUMNS, Areas
from easement.register.reading import Sought

from .world import NOW, WORDS, Organisation

ATOM = "{http://www.w3.org/2005/Atom}"


def table(dwp: Organisation, areas: Areas = Areas()) -> list[dict[str, str]]:  # noqa: B008 - it is frozen
    text = "".join(open_data.csv_lines(reading.everything(dwp, Sought(), NOW), areas))
    return list(csv.DictReader(io.StringIO(text)))


def test_the_table_has_the_18_columns_of_the_act(published):
    (row,) = table(published, Areas("E08000036", "Wakefield"))
    assert tuple(row) == COLUMNS
    assert len(COLUMNS) == 18
    assert row["Legal power"].startswith("Department for Living Standards: Education Act 2005 s.110")
    assert (row["Controllers"], row["Processors"]) == ("dwp; northtown", "")
    assert (row["Start date"], row["End date"], row["Review date"]) == ("2026-09-01", "2029-08-31", "2027-09-01")
    assert row["Retention period"] == "1 year, then delete it"
    assert (row["Areas"], row["Area names"]) == ("E08000036", "Wakefield")
    assert all(value for name, value in row.items() if not name.startswith("Processor"))


def test_a_processor_is_no_controller(dwp):
    dwp.put(
        "school-meals",
        ("northtown: {as: recipient, class: local-authority, controller: independent",
         "northtown: {as: recipient, class: local-authority, controller: processor"),
    )  # fmt: skip
    (row,) = table(dwp)
    assert (row["Controllers"], row["Processors"]) == ("dwp", "northtown")


@pytest.mark.parametrize("title", ["=cmd|calc", "＝cmd|calc", "'=cmd|calc"])
def test_no_cell_is_run_by_a_spreadsheet(dwp, title):
    dwp.put("school-meals", ("title: School meals", f'title: "{title}"'))
    (row,) = table(dwp)
    assert row["Name"] == f"'{title}"


def test_linked_data_names_its_purpose_in_the_privacy_vocabulary(published):
    entry = reading.entry(published, "school-meals", NOW)
    told = open_data.dcat(entry, catalogue(), "https://dwp.example")
    assert told["dct:description"] == WORDS
    assert told["dpv:hasPurpose"]["@id"].startswith("https://w3id.org/dpv#")
    assert told["dcat:landingPage"]["@id"] == "https://dwp.example/register/agreements/school-meals"
    assert told["@id"] == f"urn:easement:agreement:{entry.card.digest}"
    prefixes = {name.partition(":")[0] for name in told if not name.startswith("@")}
    assert prefixes <= open_data.CONTEXT.keys()
    head = open_data.catalogue_head("dwp", "Living Standards", "https://dwp.example")
    assert (head["@type"], head["@context"]) == ("dcat:Catalog", dict(open_data.CONTEXT))


def event(index: int, type_: str, **facts: str) -> Event:
    said = dict.fromkeys(Event._fields[3:], "") | {"agreement_id": "school-meals", "version": "1.0.0"} | facts
    return Event(index, type_, "2026-11-21T12:30Z", **said)


@pytest.mark.parametrize("type_", FED)
def test_a_feed_says_what_happened_and_leads_there(type_):
    title = 'Meals <b>&amp; "more"'
    items = [Item(event(7, type_, concern="5e" * 16 if "concern" in type_ else ""), title)]
    told = ET.fromstring(atom(items, organisation="dwp", name="Dept", origin="dwp/log", address="https://d.example"))
    assert told.tag == f"{ATOM}feed"
    assert told.findtext(f"{ATOM}updated") == "2026-11-21T12:30:00Z"
    entry = told.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == "urn:easement:log:dwp/log:7"
    assert entry.findtext(f"{ATOM}title") == f"{title}, version 1.0.0: {FED[type_]}"
    page = "concerns/" + "5e" * 16 if "concern" in type_ else "agreements/school-meals"
    assert entry.find(f"{ATOM}link").get("href") == f"https://d.example/register/{page}"
    assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")).tzinfo == UTC


def test_a_feed_of_nothing_is_a_feed():
    told = ET.fromstring(atom([], organisation="dwp", name="Dept", origin="dwp/log", address=""))
    assert told.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert all(type_ in EntryType for type_ in FED)
