"""R2.7, R6.3: the register shows what is in force, in plain words, with how often it was used and its proof."""

import json
from datetime import timedelta

import pytest

from easement.agreement.read import read_agreement
from easement.agreement.signing import sign
from easement.base import stamps
from easement.base.database import writing
from easement.gate import tables as gate_tables
from easement.ledger.model import EntryType
from easement.ledger.verifier import check_receipt
from easement.register import keeping, reading, redacting, service
from easement.register.model import Card, State
from easement.register.reading import Sought

from .world import NOW, SIGNERS, WORDS, Organisation

LATER = NOW + timedelta(seconds=keeping.FRESH_SECONDS)


def titles(dwp: Organisation, sought: Sought = Sought(), now=LATER) -> list[str]:  # noqa: B008 - it is frozen
    return [each.card.title for each in reading.search(dwp, sought, now).entries]


def test_an_entry_says_what_is_shared_in_plain_words_with_benefit_and_safeguards(published):
    entry = reading.entry(published, "school-meals", NOW)
    card = entry.card
    assert (entry.state, entry.newest, card.in_plain_words) == (State.IN_FORCE, True, WORDS)
    assert card.benefits == ("Children entitled to a meal get one without a form.",)
    assert "It may not be passed on to anybody else." in card.safeguards
    assert card.never_for == ("Immigration enforcement",)
    assert card.bases["dwp"].endswith("(UK GDPR Art 6(1)(e), 6(3))")
    assert [(each.id, each.role) for each in card.parties] == [("dwp", "provider"), ("northtown", "recipient")]
    assert card.parties[0].name == "Department for Living Standards"


def test_an_entry_is_the_same_after_it_was_kept(published):
    card = reading.entry(published, "school-meals", NOW).card
    assert Card.parse(json.loads(json.dumps(card.as_dict()))) == card


def test_the_proof_of_a_signature_is_checked_offline_with_the_logs_key_alone(published):
    entry = reading.entry(published, "school-meals", NOW)
    for publish in (False, True):
        if publish:
            published.ledger.checkpoint()
        receipt = reading.proof_of(published, entry.signed)
        holds = check_receipt(receipt, [published.ledger.key])
        assert (holds.index, holds.entry["agreement"], holds.entry["type"]) == (
            entry.signed,
            entry.card.digest,
            EntryType.VERSION_SIGNED,
        )


def test_a_draft_is_no_entry_and_neither_is_one_that_a_party_has_yet_to_sign(dwp):
    dwp.put("draft", signers=())
    dwp.put("half", signers=("dwp",))
    assert titles(dwp) == []
    assert reading.entry(dwp, "half", NOW) is None


def test_what_is_kept_off_the_register_is_counted_with_its_reason(dwp):
    public = (f"transparency: {{public: true, in_plain_words: {WORDS}, notice: northtown.example/meals}}", "")
    dwp.put("silent", public)
    dwp.put("secret", (public[0], "transparency: {public: false, reason_not_public: An inquiry runs}"))
    dwp.put("unexplained", (public[0], "transparency: {public: false}"))
    assert titles(dwp) == []
    off = {each.reason: each.agreements for each in reading.off_register(dwp, LATER)}
    assert off == {"An inquiry runs": 1, "its terms do not say whether it is public": 1, "no reason is given": 1}
    assert reading.entry(dwp, "secret", LATER) is None


def test_entries_are_found_by_words_organisation_purpose_and_state(dwp):
    dwp.put("meals", ("title: School meals", "title: Zebra meals"))
    dwp.put("bins", ("title: School meals", "title: 100% of bins_"), ("starts: 2026-09-01", "starts: 2027-01-01"))
    assert titles(dwp) == ["100% of bins_", "Zebra meals"]
    assert titles(dwp, Sought(words="ZEBRA entitled")) == ["Zebra meals"]
    assert titles(dwp, Sought(words="100%")) == ["100% of bins_"]
    assert titles(dwp, Sought(words="bins%")) == []
    assert titles(dwp, Sought(words="education act")) == ["100% of bins_", "Zebra meals"]
    assert titles(dwp, Sought(organisation="northtown")) == ["100% of bins_", "Zebra meals"]
    assert titles(dwp, Sought(organisation="town")) == []
    assert titles(dwp, Sought(purpose="benefit-eligibility", state="not-begun")) == ["100% of bins_"]
    chosen = reading.choices(dwp, keeping.names_of(dwp), {"benefit-eligibility": "Benefits"})
    assert chosen.organisations == (("dwp", "Department for Living Standards"), ("northtown", "northtown"))
    assert (chosen.purposes, [each for each, _ in chosen.states]) == (
        (("benefit-eligibility", "Benefits"),),
        ["not-begun", "in-force"],
    )


def test_a_reader_waits_for_some_files_and_the_node_reads_on(dwp, monkeypatch):
    monkeypatch.setattr(keeping, "AT_ONCE", 3)
    for number in range(8):
        dwp.put(f"a{number}")
    dwp.put("draft", signers=())
    assert reading.search(dwp, Sought(), NOW).count <= 3
    assert keeping.refresh(dwp, NOW) >= 5
    assert reading.search(dwp, Sought(), NOW).count == 8
    assert keeping.refresh(dwp, LATER) <= 8


def test_pages_hold_every_entry_once_and_so_does_everything(dwp):
    for number in range(7):
        dwp.put(f"a{number}", ("title: School meals", f"title: Meals {number % 3}"))
    keeping.refresh(dwp, NOW)
    pages = [reading.search(dwp, Sought(), NOW, start=start, size=3) for start in (0, 3, 6, 9)]
    ids = [each.card.id for page in pages for each in page.entries]
    assert sorted(ids) == [f"a{number}" for number in range(7)]
    assert [page.count for page in pages] == [7] * 4
    assert [each.card.id for each in reading.everything(dwp, Sought(), NOW)] == ids


def test_a_newer_version_takes_the_place_and_the_older_stays_as_history(published):
    published.put("school-meals", ("version: 1.0.0", "version: 1.10.0"), ("title: School meals", "title: New meals"))
    assert titles(published) == ["New meals"]
    entry = reading.entry(published, "school-meals", LATER)
    assert entry.versions == (("1.10.0", State.IN_FORCE), ("1.0.0", State.SUPERSEDED))
    older = reading.entry(published, "school-meals", LATER, version="1.0.0")
    assert (older.card.title, older.state, older.newest) == ("School meals", State.SUPERSEDED, False)


def test_what_ended_or_is_taken_away_stays_as_history(published):
    reading.entry(published, "school-meals", NOW)
    over = NOW.replace(year=2029, month=9)
    assert reading.entry(published, "school-meals", over).state is State.ENDED
    (path,) = (published.home / "agreements").glob("*.yaml")
    text = path.read_text()
    path.unlink()
    assert reading.entry(published, "school-meals", LATER).state is State.GONE
    assert titles(published) == ["School meals"]
    path.write_text(text)
    assert reading.entry(published, "school-meals", LATER + timedelta(minutes=1)).state is State.IN_FORCE


def test_a_file_that_becomes_another_agreement_leaves_the_first_as_history(dwp, monkeypatch):
    later = stamps.time.time_ns() + 3_600_000_000_000
    monkeypatch.setattr(stamps.time, "time_ns", lambda: later)
    path = dwp.put("school-meals")
    assert titles(dwp, now=NOW) == ["School meals"]
    for step in (1, 2):
        other = dwp.put("bins", ("title: School meals", f"title: Bins {step}"))
        path.write_text(other.read_text())
        path.with_name(f"{path.name}.signatures").write_text(other.with_name(f"{other.name}.signatures").read_text())
        other.unlink()
        for again in range(3):
            now = NOW + timedelta(minutes=10 * step + again)
            found = {each.card.id: each.state for each in reading.search(dwp, Sought(), now).entries}
            assert found["school-meals"] is State.GONE
            assert found["bins"] is State.IN_FORCE


def test_what_was_ended_before_its_time_is_ended(published):
    facts = {"organisation": "northtown", "agreement": "ab" * 32, "agreement_id": "school-meals", "version": "1.0.0"}
    published.says(EntryType.VERSION_ENDED, **facts)
    assert reading.entry(published, "school-meals", LATER).state is State.ENDED


def test_an_overdue_review_is_shown_until_it_is_done(published):
    due = NOW.replace(year=2027, month=9, day=2)
    assert reading.entry(published, "school-meals", due).state is State.REVIEW_OVERDUE


def test_a_suspension_is_told_at_once_with_its_reason(published):
    assert reading.entry(published, "school-meals", NOW).state is State.IN_FORCE
    with writing(published.engine) as connection:
        gate_tables.suspend(connection, "school-meals", "a breach is looked into", 1, 1)
    entry = reading.entry(published, "school-meals", NOW)
    assert (entry.state, entry.because) == (State.SUSPENDED, "a breach is looked into")


@pytest.mark.parametrize("before", ["", "it was ended: "])
def test_what_a_party_told_the_others_of_a_suspension_is_not_told_to_the_public(published, before):
    """Nobody here has looked at another organisation's words, which may name somebody."""
    said = f"{before}northtown: Jo Ash of 3 High Street told us: it was wrong"
    with writing(published.engine) as connection:
        gate_tables.suspend(connection, "school-meals", said, 1, 1)
    entry = reading.entry(published, "school-meals", NOW)
    assert entry.because == "northtown decided so"
    assert "Jo Ash" not in json.dumps(entry.as_dict())
    redacting.redact(published, "school-meals", "parties", "crime-prevention", role="governance-lead", now=NOW)
    assert reading.entry(published, "school-meals", NOW).because == ""


def test_a_signature_of_terms_that_not_all_have_signed_is_not_told(published):
    """Whoever names this organisation in a text of theirs could else write into its register."""
    before = reading.entry(published, "school-meals", NOW).events
    facts = {"organisation": "easton", "agreement": "cd" * 32, "agreement_id": "school-meals", "version": "9.0.0"}
    published.says(EntryType.VERSION_SIGNED, **facts)
    assert reading.entry(published, "school-meals", LATER).events == before
    assert [each.event.version for each in service.changes(published, LATER)] == ["1.0.0"]


def test_terms_that_supersede_what_is_no_digest_keep_nothing_from_the_register(published):
    """PostgreSQL holds no more than a digest where one is meant."""
    published.put("odd-words", ("version: 1.0.0", f"version: 1.0.0\nsupersedes: {'f' * 3_000}"))
    assert sorted(titles(published)) == ["School meals", "School meals"]


def test_a_key_that_counts_no_more_takes_the_entry_out_of_force(published):
    assert titles(published) == ["School meals"]
    published.keys = {"dwp": published.keys["dwp"]}
    assert reading.entry(published, "school-meals", LATER + timedelta(minutes=1)).state is State.GONE


def test_who_joined_by_its_class_is_shown(dwp):
    joining = ("purpose:\n", "joining: {recipient: {class: local-authority}}\npurpose:\n")
    path = dwp.put("school-meals", joining)
    dwp.classes["southtown"] = "local-authority"
    note = path.with_name(f"{path.name}.signatures")
    note.write_text(sign(read_agreement(path), SIGNERS["southtown"], note.read_text(), joins_as="local-authority"))
    card = reading.entry(dwp, "school-meals", NOW).card
    assert [(each.id, each.joined) for each in card.parties] == [
        ("dwp", False),
        ("northtown", False),
        ("southtown", True),
    ]
    assert "southtown" in card.bases
    assert titles(dwp, Sought(organisation="southtown")) == ["School meals"]


def test_use_is_counted_from_the_ledger_under_the_small_number_rule(published):
    published.gave("school-meals", 7)
    published.gave("school-meals", 2, mode="bulk", count=412)
    use = reading.entry(published, "school-meals", NOW).use
    assert {mode: each.words for mode, each in use.times.items()} == {"bulk": "2", "lookup": "fewer than 8"}
    assert use.records["bulk"].words == "about 825"
    assert use.all_times.words == "at least 2"
    published.gave("school-meals", 6)
    assert reading.entry(published, "school-meals", NOW).use.times["lookup"].words == "about 15"


def test_what_happened_to_an_agreement_stands_on_its_entry(published):
    facts = {"organisation": "dwp", "agreement": "ab" * 32, "agreement_id": "school-meals", "version": "1.0.0"}
    index = published.says(EntryType.VERSION_REVIEWED, **facts)
    events = reading.entry(published, "school-meals", NOW).events
    assert [(each.type, each.entry) for each in events] == [
        (EntryType.VERSION_REVIEWED, index),
        (EntryType.VERSION_SIGNED, 1),
    ]
