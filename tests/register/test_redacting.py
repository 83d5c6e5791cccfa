"""One field of an entry may be left out, for a reason that everybody sees; it is never silently missing (R2.7)."""

import json
import re
from datetime import timedelta

import pytest

from easement.base.errors import UsageError
from easement.law.catalogue import catalogue
from easement.ledger.model import EntryType
from easement.register import keeping, open_data, reading, redacting
from easement.register.model import IMPLIED, LEFT_OUT, REDACTABLE, Card, LeftOut
from easement.register.reading import Sought

from .world import NOW, WORDS, Organisation

LATER = NOW + timedelta(seconds=keeping.FRESH_SECONDS)


def left_out(dwp: Organisation, field: str, reason: str = "crime-prevention", **more: str):
    return redacting.redact(dwp, "school-meals", field, reason, role="governance-lead", now=NOW, **more)


def everywhere(dwp: Organisation) -> str:
    """All that is published of the entry, in every format."""
    entry = reading.entry(dwp, "school-meals", LATER)
    data = json.dumps([entry.as_dict(), open_data.dcat(entry, catalogue(), "https://x.example")], ensure_ascii=False)
    return data + "".join(open_data.csv_lines([entry], open_data.Areas()))


def test_a_field_that_is_left_out_says_why_who_decided_and_where_it_is_written(published):
    made = left_out(published, "contacts", explanation="Officers were threatened")
    entry = reading.entry(published, "school-meals", NOW)
    assert entry.card.contacts is None
    assert entry.card.left_out == (made,)
    assert (made.role, made.explanation) == ("governance-lead", "Officers were threatened")
    logged = published.ledger.entry(made.entry).entry
    assert (logged.type, logged.withheld, logged.reasons) == (
        EntryType.ENTRY_REDACTED,
        ("contacts",),
        ("crime-prevention",),
    )
    told = made.as_dict()
    assert told["in_words"] == LEFT_OUT[LeftOut.CRIME]


SECRETS = {
    "contacts": "ig@dwp.example",
    "in_plain_words": WORDS,
    "parties": "northtown",
    "crosses": "net_monthly_earnings",
    "harm_if_not_shared": "Entitled children go without",
}


@pytest.mark.parametrize("field", SECRETS)
def test_what_is_left_out_stands_in_no_format(published, field):
    assert SECRETS[field] in everywhere(published)
    left_out(published, field)
    notice = "northtown.example/meals"  # another field, which names the council's site
    assert SECRETS[field] not in everywhere(published).replace(notice, "")
    assert LEFT_OUT[LeftOut.CRIME] in everywhere(published)


@pytest.mark.parametrize("field", REDACTABLE)
def test_every_field_can_be_left_out_and_says_so_in_every_format(published, field):
    left_out(published, field)
    entry = reading.entry(published, "school-meals", NOW)
    data = entry.as_dict()
    assert data[field] is None
    assert [each["field"] for each in data["left_out"]] == [field]
    assert [data[name] for name in IMPLIED.get(field, ())] == [None] * len(IMPLIED.get(field, ()))
    assert open_data.dcat(entry, catalogue(), "")["easement:leftOut"] == [f"{field}: {LEFT_OUT[LeftOut.CRIME]}"]


def test_nobody_finds_an_entry_by_what_is_left_out_of_it(published):
    assert reading.search(published, Sought(words="families"), NOW).count == 1
    left_out(published, "in_plain_words")
    left_out(published, "parties")
    assert reading.search(published, Sought(words="families"), NOW).count == 0
    assert reading.search(published, Sought(organisation="northtown"), NOW).count == 0
    (path,) = (published.home / "agreements").glob("*.yaml")
    path.write_text(path.read_text() + "\n")  # read anew, it still is not found
    keeping.refresh(published, LATER)
    assert reading.search(published, Sought(words="families"), LATER).count == 0


def test_what_is_shown_again_is_as_it_was_and_the_ledger_says_so(published):
    before = reading.entry(published, "school-meals", NOW).card
    left_out(published, "contacts")
    left_out(published, "summary", "national-security")
    index = redacting.restore(published, "school-meals", "contacts", now=NOW)
    assert published.ledger.entry(index).entry.withheld == ("summary",)
    last = redacting.restore(published, "school-meals", "summary", now=NOW)
    assert published.ledger.entry(last).entry.as_dict()["withheld"] == ()
    assert reading.entry(published, "school-meals", NOW).card == before
    assert reading.search(published, Sought(words="families"), NOW).count == 1


def test_a_newer_version_does_not_show_what_was_left_out(published):
    left_out(published, "contacts")
    published.put("school-meals", ("version: 1.0.0", "version: 1.1.0"))
    entry = reading.entry(published, "school-meals", LATER)
    assert (entry.card.version, entry.card.contacts) == ("1.1.0", None)


@pytest.mark.parametrize(
    ("id_", "field", "reason", "what"),
    [
        ("school-meals", "digest", "crime-prevention", "`digest` cannot be left out"),
        ("school-meals", "contact", "crime-prevention", "`contact` cannot be left out"),
        ("school-meals", "contacts", "crime", "there is no reason `crime`"),
        ("nothing", "contacts", "crime-prevention", "`nothing` is not on the register"),
    ],
)
def test_what_cannot_be_left_out_is_told_with_what_can(published, id_, field, reason, what):
    size = published.ledger.size
    with pytest.raises(UsageError, match=re.escape(what)) as told:
        redacting.redact(published, id_, field, reason, role="governance-lead", now=NOW)
    assert told.value.remedy
    assert published.ledger.size == size


def test_leaving_out_twice_or_showing_what_is_shown_changes_nothing(published):
    left_out(published, "contacts")
    size = published.ledger.size
    with pytest.raises(UsageError, match="left out already"):
        left_out(published, "contacts", "personal-data")
    with pytest.raises(UsageError, match="is not left out"):
        redacting.restore(published, "school-meals", "summary", now=NOW)
    assert published.ledger.size == size
    assert redacting.redacted(published, "school-meals")[0].reason is LeftOut.CRIME


def test_every_field_that_may_be_left_out_is_one_of_an_entry():
    fields = Card.__dataclass_fields__.keys()
    assert REDACTABLE.keys() - {"uses"} <= fields
    assert {each for names in IMPLIED.values() for each in names} <= REDACTABLE.keys()
