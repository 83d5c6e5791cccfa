"""A draft in work: two people edit it at once and no edit is lost; nothing of it stands open in the database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from easement.agreement.edit import GONE
from easement.base.database import reading
from easement.base.errors import BadFile, Refused, UsageError
from easement.permission import drafts
from easement.permission.actor import Actor, at_console
from easement.permission.drafts import SavedMeanwhile
from tests.gate.world import NOW, TERMS
from tests.permission.makers import Host, host_of

GWEN = at_console("governance-lead", "Gwen Hughes")
STEVE = at_console("data-steward", "Steve Poole")
AUDITOR = at_console("auditor", "Ola Bright")


@pytest.fixture
def host(tmp_path, engine: Engine) -> Host:
    return host_of(tmp_path, engine)


def test_a_draft_keeps_every_version_and_who_saved_it(host):
    made = drafts.start(host, TERMS, GWEN, NOW, assessment="ab" * 16)
    assert drafts.change(host, made.id, 1, {("title",): "Meals for all entitled"}, STEVE, NOW).number == 2
    now = drafts.draft(host, made.id)
    assert (now.file.terms.title, now.number, now.by, now.assessment) == (
        "Meals for all entitled",
        2,
        "Steve Poole",
        "ab" * 16,
    )
    assert [each.by for each in drafts.history(host, made.id)] == ["Steve Poole", "Gwen Hughes"]
    assert drafts.draft(host, made.id, 1).text == TERMS
    assert [each.number for each in drafts.drafts(host)] == [2]


def test_changes_of_two_people_to_different_clauses_are_both_kept(host):
    made = drafts.start(host, TERMS, GWEN, NOW)
    drafts.change(host, made.id, 1, {("duties", "retain"): "P6M"}, GWEN, NOW)
    both = drafts.change(host, made.id, 1, {("title",): "Meals"}, STEVE, NOW)
    assert (both.number, both.file.terms.title, both.file.terms.duties.retain.words) == (3, "Meals", "6 months")


@pytest.mark.parametrize("mine", [{("duties", "retain"): "P2Y"}, {("duties",): GONE}, {("duties", "retain", "x"): "y"}])
def test_a_change_to_the_same_clause_is_told_and_overwrites_nothing(host, mine):
    made = drafts.start(host, TERMS, GWEN, NOW)
    drafts.change(host, made.id, 1, {("duties", "retain"): "P6M"}, GWEN, NOW)
    with pytest.raises(SavedMeanwhile, match=r"version 2 changes `duties.retain`") as told:
        drafts.change(host, made.id, 1, mine, STEVE, NOW)
    assert [each.now for each in told.value.differences] == ["6 months"]
    assert told.value.now.number == drafts.draft(host, made.id).number == 2


def test_a_whole_text_is_saved_only_over_the_version_that_was_read(host):
    made = drafts.start(host, TERMS, GWEN, NOW)
    assert drafts.save(host, made.id, 1, TERMS.replace("P1Y", "P6M"), GWEN, NOW).number == 2
    with pytest.raises(SavedMeanwhile, match=r"`duties\.retain`"):
        drafts.save(host, made.id, 1, TERMS + "# mine\n", STEVE, NOW)
    many = {("duties", "retain"): "P7M", ("title",): "A", ("summary",): "B", ("term", "ends"): "2028-01-31"}
    many |= {("purpose", "statement"): "C", ("purpose", "necessity"): "D"}
    drafts.change(host, made.id, 2, many, GWEN, NOW)
    with pytest.raises(SavedMeanwhile, match="and 1 more clause"):
        drafts.save(host, made.id, 2, TERMS, STEVE, NOW)


def test_a_comment_that_differs_alone_is_told_too(host):
    made = drafts.start(host, TERMS, GWEN, NOW)
    drafts.save(host, made.id, 1, TERMS + "# theirs\n", GWEN, NOW)
    with pytest.raises(SavedMeanwhile, match="`digest`"):
        drafts.save(host, made.id, 1, TERMS + "# mine\n", STEVE, NOW)


def test_ten_people_at_once_lose_nothing(host):
    made = drafts.start(host, TERMS, GWEN, NOW)
    ways = [("purpose", "benefits"), ("purpose", "necessity"), ("title",), ("summary",)]

    def edit(way):
        value = ["Children eat."] if way[-1] == "benefits" else "by one of many"
        return drafts.change(host, made.id, 1, {way: value}, STEVE, NOW)

    with ThreadPoolExecutor(len(ways)) as pool:
        assert sorted(each.number for each in pool.map(edit, ways)) == [2, 3, 4, 5]
    after = drafts.draft(host, made.id).file.terms
    assert (after.title, after.summary, after.purpose.necessity) == ("by one of many",) * 3
    assert after.purpose.benefits == ("Children eat.",)


def test_what_is_saved_unchanged_makes_no_version(host):
    made = drafts.start(host, TERMS, GWEN, NOW)
    assert drafts.save(host, made.id, 1, TERMS, GWEN, NOW).number == 1


def test_a_text_that_is_no_agreement_is_not_kept(host):
    with pytest.raises(BadFile):
        drafts.start(host, "title: x", GWEN, NOW)
    made = drafts.start(host, TERMS, GWEN, NOW)
    with pytest.raises(BadFile):
        drafts.save(host, made.id, 1, "x", GWEN, NOW)
    with pytest.raises(BadFile):
        drafts.change(host, made.id, 1, {("version",): "one"}, GWEN, NOW)
    assert drafts.draft(host, made.id).number == 1


@pytest.mark.parametrize("actor", [AUDITOR, Actor("x", "program", frozenset())])
def test_only_who_may_draft_does(host, actor):
    made = drafts.start(host, TERMS, GWEN, NOW)
    for act in (
        lambda: drafts.start(host, TERMS, actor, NOW),
        lambda: drafts.save(host, made.id, 1, TERMS, actor, NOW),
        lambda: drafts.change(host, made.id, 1, {}, actor, NOW),
        lambda: drafts.discard(host, made.id, actor),
    ):
        with pytest.raises(Refused, match="cannot draft"):
            act()


def test_a_discarded_draft_is_gone_with_all_its_versions(host):
    made = drafts.start(host, TERMS, GWEN, NOW)
    drafts.change(host, made.id, 1, {("title",): "x"}, GWEN, NOW)
    drafts.discard(host, made.id, GWEN)
    assert (drafts.drafts(host), drafts.history(host, made.id)) == ((), ())
    with pytest.raises(UsageError, match="no draft"):
        drafts.draft(host, made.id)
    with pytest.raises(UsageError):
        drafts.discard(host, made.id, GWEN)


def test_a_draft_is_not_saved_without_end(host, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_VERSIONS", 2)
    made = drafts.start(host, TERMS, GWEN, NOW)
    drafts.change(host, made.id, 1, {("title",): "x"}, GWEN, NOW)
    with pytest.raises(UsageError, match="too often"):
        drafts.change(host, made.id, 2, {("title",): "y"}, GWEN, NOW)


def test_nothing_that_people_wrote_stands_open_in_the_database(host):
    drafts.start(host, TERMS, GWEN, NOW)
    with reading(host.engine) as connection:
        (row,) = connection.execute(text("select * from permission_drafts")).all()
    assert b"Gwen" not in row.sealed
    assert b"purpose" not in row.sealed
