"""Assessments that are kept: versions, what is sealed, who was first, and what the ledger says of the end."""

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from easement.assessment import tables
from easement.assessment.paper import as_html, as_markdown
from easement.assessment.result import Outcome
from easement.assessment.service import Saved, conclude, draft, known_standards, list_cases, printed, read_case, save
from easement.base.database import reading, writing
from easement.base.errors import BadFile, ProofFailed, Refused, UsageError
from easement.law.catalogue import catalogue
from easement.ledger.model import EntryType

from .conftest import NOW, Organisation
from .makers import MEALS, answers


def kept(northtown: Organisation, **more: Any) -> Saved:
    return save(northtown, answers(**more), title="Free school meals", by="p-jo", now=NOW)


def test_what_is_kept_is_read_again_as_it_was(northtown: Organisation) -> None:
    made = kept(northtown)
    found = read_case(northtown, made.line.id)
    assert found == made
    assert (found.line.version, found.line.outcome, found.same_law) == (1, Outcome.CAN, True)
    assert found.answers.given == answers().given


def test_each_saving_is_a_version_and_the_older_ones_stay(northtown: Organisation) -> None:
    made = kept(northtown)
    more = save(northtown, answers(own_task=None), title="Meals", by="p-al", now=NOW, id_=made.line.id, expected=1)
    assert (more.line.version, more.line.outcome) == (2, Outcome.CAN_IF)
    assert read_case(northtown, made.line.id, 1) == made
    assert [line.title for line in list_cases(northtown)] == ["Meals"]


def test_two_writers_lose_nothing(northtown: Organisation) -> None:
    made = kept(northtown)
    save(northtown, answers(), title="First", by="p-al", now=NOW, id_=made.line.id, expected=1)
    with pytest.raises(Refused, match="somebody saved version 2 meanwhile"):
        save(northtown, answers(), title="Second", by="p-jo", now=NOW, id_=made.line.id, expected=1)
    assert read_case(northtown, made.line.id).line.title == "First"


def test_nothing_that_was_answered_stands_in_the_clear(northtown: Organisation) -> None:
    kept(northtown, statement="Jo Bloggs of 3 Mill Lane gets her meals.")
    with reading(northtown.engine) as connection:
        (row,) = connection.execute(text("select * from assessment_cases")).all()
    told = b"".join(part if isinstance(part, bytes) else str(part).encode() for part in row)
    for word in (b"Bloggs", b"school meals", b"work-and-pensions"):
        assert word not in told


def test_a_row_that_was_changed_or_moved_does_not_open(northtown: Organisation) -> None:
    first, second = kept(northtown), kept(northtown, own_task=None)
    with writing(northtown.engine) as connection:
        connection.execute(
            tables.cases.update()
            .where(tables.cases.c.id == first.line.id)
            .values(sealed=tables.cases.select().with_only_columns(tables.cases.c.sealed)
                    .where(tables.cases.c.id == second.line.id).scalar_subquery())
        )  # fmt: skip
    with pytest.raises(ProofFailed):
        read_case(northtown, first.line.id)


def test_the_list_goes_on_where_it_ended(northtown: Organisation) -> None:
    made = [
        save(northtown, answers(), title=f"Number {number}", by="p-jo", now=NOW + timedelta(minutes=number // 2))
        for number in range(5)
    ]
    seen: list[str] = []
    before = None
    while lines := list_cases(northtown, limit=2, before=before):
        seen += [line.id for line in lines]
        before = int(lines[-1].saved.timestamp()), lines[-1].id
    assert sorted(seen) == sorted(each.line.id for each in made)
    assert len(seen) == 5


def test_the_end_stands_in_the_ledger_with_a_commitment_and_nothing_of_anybody(northtown: Organisation) -> None:
    made = kept(northtown)
    done = conclude(northtown, made.line.id, by="p-jo", now=NOW)
    entry = northtown.ledger.entry(done.line.entry or 0).entry
    assert (entry.type, entry.proposal, entry.sequence) == (EntryType.CASE_CONCLUDED, made.line.id, 1)
    assert (entry.purpose, entry.form, entry.reasons) == ("benefit-eligibility", "identifiable", ("outcome:can",))
    assert entry.commitment
    assert "Free school" not in json.dumps(entry.as_dict())


def test_an_end_is_said_once_and_a_new_version_is_open_again(northtown: Organisation) -> None:
    made = kept(northtown)
    conclude(northtown, made.line.id, by="p-jo", now=NOW)
    with pytest.raises(Refused, match="concluded already"):
        conclude(northtown, made.line.id, by="p-jo", now=NOW)
    save(northtown, answers(), title="Again", by="p-jo", now=NOW, id_=made.line.id)
    assert conclude(northtown, made.line.id, by="p-jo", now=NOW).line.version == 2


def test_what_is_not_finished_is_not_concluded(northtown: Organisation) -> None:
    made = kept(northtown, told=None)
    with pytest.raises(Refused, match="not finished: not answered yet: `told`"):
        conclude(northtown, made.line.id, by="p-jo", now=NOW)


def test_an_unclear_and_an_unlawful_answer_can_be_concluded_too(northtown: Organisation) -> None:
    for more in ({"protected": ["adoption"]}, {"level": "aggregate", "modes": ["bulk"]}):
        made = kept(northtown, **more)
        assert conclude(northtown, made.line.id, by="p-jo", now=NOW).line.entry is not None


def test_what_is_not_there_is_told(northtown: Organisation) -> None:
    unknown = secrets.token_hex(16)
    with pytest.raises(UsageError, match="there is no assessment"):
        read_case(northtown, unknown)
    with pytest.raises(UsageError, match="there is no assessment"):
        save(northtown, answers(), title="Meals", by="p-jo", now=NOW, id_=unknown)
    with pytest.raises(UsageError, match="a title"):
        save(northtown, answers(), title="  ", by="p-jo", now=NOW)
    with pytest.raises(BadFile, match="not a known kind of body"):
        kept(northtown, giver="schol")


def test_a_standard_of_ones_own_counts(northtown: Organisation) -> None:
    folder = northtown.home / "standards"
    folder.mkdir()
    folder.joinpath("moods-1.yaml").write_text(
        "format: easement-standard/1\nid: moods\nversion: 1\ntitle: Moods\ndescription: How people feel.\n"
        "source: Northtown\nelements:\n  mood: {definition: How one feels, sensitivity: {special: health}}\n"
    )
    assert "moods/1" in known_standards(northtown)
    made = kept(northtown, standard="moods/1", elements=["mood"], sensitive=["health"], why_fields=None)
    assert made.result.conditions.special


def test_a_draft_names_the_assessment_it_is_made_from(northtown: Organisation) -> None:
    made = kept(northtown)
    assert f"# Drafted from the assessment {made.line.id}" in draft(northtown, made.line.id, today=NOW.date())


def test_the_page_to_print_has_every_citation_and_every_answer(northtown: Organisation) -> None:
    made = kept(northtown, harm_sharing="A <b>wrong</b> match | told.")
    written = printed(northtown, made.line.id)
    standards = known_standards(northtown)
    html, markdown = as_html(written, catalogue(), standards), as_markdown(written, catalogue(), standards)
    for statement in made.result.statements:
        assert statement.source.citation in html.replace("&#39;", "'").replace("&amp;", "&")
    for words in (MEALS["statement"], MEALS["necessity"], "Northtown Council", made.line.id, "read in the source"):
        assert words in html
        assert words in markdown
    assert "<b>wrong</b>" not in html
    assert "<b>" not in markdown
    assert "http-equiv" in html
    assert "<script" not in html


def test_the_page_says_when_it_was_concluded(northtown: Organisation) -> None:
    made = kept(northtown)
    done = conclude(northtown, made.line.id, by="p-jo", now=NOW)
    assert f"concluded as entry {done.line.entry} of the ledger" in printed(northtown, made.line.id).mark
