"""R4.2: what a change of a code list breaks is told before it is adopted, and nothing in use changes by it."""

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from easement.base.errors import BadFile, UsageError
from easement.cli.codes import codes
from easement.cli.standards import standard as standard_commands
from easement.gate.code_changes import MOST_BROUGHT, Stale, adopt_list, bring, brought, list_change
from easement.gate.register import register
from easement.gate.standards_used import effects, effects_of_standard
from easement.meaning.codes_change import ADOPTIONS, adopt, adoptions, new_list, proposed
from easement.meaning.codes_shelf import code_list, list_refs
from easement.meaning.compare import compare_lists, compare_standards
from easement.meaning.crosswalk_shelf import crosswalk
from easement.meaning.model import Sensitivity
from easement.meaning.service import check_dataset
from easement.meaning.standards import standard
from tests.agreement.makers import EXAMPLE
from tests.meaning.homes import LIST, MAPPING, NEW, OLD, ROWS, STANDARD

TODAY, NOW = date(2026, 11, 22), datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    for folder in ("standards/codes", "datasets", "agreements"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "easement.toml").write_text("[organisation]\nid = 'northtown'\n")
    (tmp_path / "standards/codes/tenure.yaml").write_text(OLD)
    (tmp_path / "standards/home-1.yaml").write_text(STANDARD)
    (tmp_path / "datasets/homes.yaml").write_text(MAPPING)
    (tmp_path / "datasets/homes.csv").write_text(ROWS)
    return tmp_path


def agreement(home, rows="tenure = 'rent'"):
    """The worked example, made to speak of homes."""
    start, end = EXAMPLE.index("shares:"), EXAMPLE.index("people:")
    shares = f"""shares:
  homes:
    from: dwp
    to: [northtown]
    standard: home/1
    modes: [lookup]
    subjects: matched
    rows: {rows}
    fields: {{tenure: plain, ref: plain}}
  counted:
    from: dwp
    to: [northtown]
    standard: home/1
    level: aggregate
    modes: [aggregate]
    subjects: all
    aggregate: {{dimensions: [tenure]}}

"""
    (home / "agreements" / "meals.yaml").write_text(EXAMPLE[:start] + shares + EXAMPLE[end:])
    return home


def lists(home):
    (home / "tenure.v2.yaml").write_text(NEW)
    new, source = new_list(str(home / "tenure.v2.yaml"), (home / "standards",))
    return code_list("tenure", (home / "standards",)), new, source


def run(command, *args, status=0):
    result = CliRunner().invoke(command, [str(arg) for arg in args], catch_exceptions=True, standalone_mode=False)
    if status == 0:
        assert result.exception is None, result.exception
    return result


def test_what_changed_is_told_code_by_code(home):
    old, new, _ = lists(home)
    told = [(each.code, each.change, each.breaks) for each in compare_lists(old, new)]
    assert told == [
        ("rent", "removed", True),
        ("other", "relabelled", True),
        ("social", "added", False),
        ("private", "added", False),
    ]


def test_a_mapping_that_leads_to_a_code_that_goes_is_named_with_its_records(home):
    old, new, _ = lists(home)
    [found] = effects(home, old, new, count=True).effects
    assert (found.kind, found.id, found.element, found.breaks) == ("mapping", "homes", "tenure", True)
    assert (found.codes, found.rows) == (("rent",), 2)
    assert effects(home, old, new).effects[0].rows is None


def test_what_takes_a_codes_place_is_the_mend():
    old, new = code_list("ethnicity-2021"), code_list("ethnicity-nhs")
    walk = crosswalk("ethnicity-2021", "ethnicity-nhs")
    assert walk.put("white-roma")[0] == "C"
    assert {each.code for each in compare_lists(old, new) if each.change == "removed"} == old.codes.keys()


def test_conditions_tables_and_fields_of_agreements_are_named(home):
    old, new, _ = lists(agreement(home))
    found = {(each.kind, each.place.rpartition(".")[2]): each for each in effects(home, old, new).effects}
    assert found["agreement", "rows"].codes == ("rent",)
    assert found["agreement", "rows"].breaks
    assert found["agreement", "dimensions"].breaks
    assert found["agreement", "fields"].breaks


def test_a_condition_that_new_codes_could_widen_is_asked_about(home):
    old, new, _ = lists(agreement(home, "tenure != 'own'"))
    [rows] = [each for each in effects(home, old, new).effects if each.place.endswith(".rows")]
    assert rows.breaks
    assert "`social`, `private`" in rows.what


def test_a_file_that_cannot_be_read_is_said_to_be_so(home):
    (home / "agreements" / "broken.yaml").write_text("format: nonsense\n")
    (home / "datasets" / "broken.yaml").write_text("x: [")
    old, new, _ = lists(home)
    assert effects(home, old, new).unread == ("datasets/broken.yaml", "agreements/broken.yaml")


def test_telling_changes_nothing(home):
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    (home / "tenure.v2.yaml").write_text(NEW)
    run(codes, "change", "tenure", home / "tenure.v2.yaml", "--node", home, "--count")
    after = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert after == before | {home / "tenure.v2.yaml": NEW.encode()}


def test_adopting_gives_the_standard_a_new_version_and_retires_the_old(home):
    old, new, source = lists(home)
    done = adopt(
        home, proposed(home, old, new, on=TODAY, why="new law"), source, by="Amina Patel", why="new law", now=NOW
    )
    folders = (home / "standards",)
    moved, before = standard("home/2", folders), standard("home/1", folders)
    assert moved.elements["tenure"].code_list == "tenure/2"
    assert "social" in moved.elements["tenure"].codes
    assert moved.elements["kind"].codes == {"tenure": "Tenure", "flat": "Flat"}
    assert moved.retired is None
    assert before.retired.successor == "home/2"
    assert before.retired.on == TODAY
    assert before.elements["tenure"].codes == {"rent": "Rented", "own": "Owned", "other": "Other"}
    assert (home / "standards/home-2.yaml").read_text().startswith("# kept")
    assert "# and this" in (home / "standards/home-2.yaml").read_text()
    [line] = (home / "standards" / ADOPTIONS).read_text().splitlines()
    assert json.loads(line)["by"] == "Amina Patel"
    assert list(adoptions(home)) == [done]


def test_what_was_in_use_goes_on_and_is_warned_of(home):
    old, new, source = lists(home)
    adopt(home, proposed(home, old, new, on=TODAY), source, by="A", why="w", now=NOW)
    report = check_dataset(home / "datasets/homes.yaml", folders=(home / "standards",), home=home)
    assert report.rows == 4
    [warning] = report.warnings
    assert warning.startswith("`home/1` is retired on 22 November 2026")
    assert "use `home/2`" in warning


def test_nothing_new_is_registered_on_a_retired_standard(home):
    old, new, source = lists(home)
    adopt(home, proposed(home, old, new, on=TODAY), source, by="A", why="w", now=NOW)
    (home / "other.yaml").write_text(
        MAPPING.replace("id: homes", "id: more").replace("homes.csv", str(home / "datasets/homes.csv"))
    )
    with pytest.raises(UsageError) as caught:
        register(home / "other.yaml", home, on=TODAY)
    assert "use `home/2`" in caught.value.remedy
    assert register(home / "other.yaml", home, on=date(2026, 11, 21)).entry.mapping


@pytest.mark.parametrize(("by", "why"), [("", "w"), ("A", " "), ("A\nB", "w"), ("A", "w" * 1_001)])
def test_who_and_why_must_be_said(home, by, why):
    old, new, source = lists(home)
    with pytest.raises(UsageError, match="say on one line"):
        adopt(home, proposed(home, old, new, on=TODAY), source, by=by, why=why, now=NOW)
    assert not (home / "standards" / ADOPTIONS).exists()
    assert not (home / "standards/home-2.yaml").exists()


def test_a_standard_laid_out_in_another_way_is_left_to_a_person(home):
    text = STANDARD.replace("version: 1", "'version': 1")
    (home / "standards/home-1.yaml").write_text(text)
    old, new, _ = lists(home)
    with pytest.raises(UsageError, match="cannot be written for you"):
        proposed(home, old, new, on=TODAY)


def test_what_a_kill_left_half_done_is_finished_by_adopting_again(home):
    old, new, source = lists(home)
    found = proposed(home, old, new, on=TODAY)
    (home / "standards/codes/tenure.v2.yaml").write_bytes(source.read_bytes())
    path, text = found.written[0]
    path.write_text(text)
    again, source = new_list(str(source), (home / "standards",))
    adopt(home, proposed(home, old, again, on=TODAY), source, by="A", why="w", now=NOW)
    assert standard("home/2", (home / "standards",)).elements["tenure"].code_list == "tenure/2"


def test_a_standard_that_moved_on_is_not_written_over(home):
    old, new, source = lists(home)
    adopt(home, proposed(home, old, new, on=TODAY), source, by="A", why="w", now=NOW)
    assert not proposed(home, old, code_list("sex"), on=TODAY).written


def test_standards_that_come_with_easement_are_told_and_left(home):
    found = proposed(home, code_list("sex"), code_list("sex-nhs"), on=TODAY)
    assert "person/1" in found.beyond
    assert not found.written


def test_a_list_that_says_something_else_under_a_known_name_is_refused(home):
    (home / "tenure.yaml").write_text(OLD.replace("Rented", "Let"))
    with pytest.raises(UsageError, match="known already, and says something else"):
        new_list(str(home / "tenure.yaml"), (home / "standards",))
    with pytest.raises(UsageError, match="is no code list and no file"):
        new_list("moon", (home / "standards",))
    old = code_list("tenure", (home / "standards",))
    with pytest.raises(UsageError, match="is the list in use"):
        proposed(home, old, old, on=TODAY)


def test_moving_to_a_new_version_of_a_standard_is_told_before_it_is_done(home):
    old, new, source = lists(agreement(home))
    adopt(home, proposed(home, old, new, on=TODAY), source, by="A", why="w", now=NOW)
    folders = (home / "standards",)
    found = effects_of_standard(home, standard("home/1", folders), standard("home/2", folders))
    assert {each.kind for each in found.breaking} == {"mapping", "agreement"}
    assert run(standard_commands, "compare", "home/1", "home/2", "--node", home).stdout.count("agreement") >= 2


def test_a_standard_cannot_take_its_own_place(home):
    text = STANDARD.replace("record_key", "retired: {on: 2026-01-01, successor: home/1}\nrecord_key")
    (home / "standards/home-1.yaml").write_text(text)
    with pytest.raises(BadFile, match="cannot take its own place"):
        standard("home/1", (home / "standards",))


def test_a_wider_and_a_narrower_list_are_told_apart():
    old = standard("person/1")
    sex = old.elements["sex"]
    fewer = {code: label for code, label in sex.codes.items() if code != "unknown"}
    wider = sex.model_copy(update={"codes": sex.codes | {"x": "X"}})
    narrower = sex.model_copy(update={"codes": fewer})
    for element, breaks, word in ((wider, False, "wider"), (narrower, True, "narrower")):
        new = old.model_copy(update={"elements": old.elements | {"sex": element}})
        [change] = compare_standards(old, new)
        assert (change.part, change.breaks) == ("codes", breaks)
        assert change.means.startswith(word)


def test_a_change_of_sensitivity_is_told():
    old = standard("person/1")
    email = old.elements["email"].model_copy(update={"sensitivity": Sensitivity.HEALTH})
    new = old.model_copy(update={"elements": old.elements | {"email": email}})
    [change] = compare_standards(old, new)
    assert (change.part, change.before, change.after) == ("sensitivity", "direct", "special: health")
    assert change.breaks


def test_commands_speak_json_and_adopt(home):
    (home / "tenure.v2.yaml").write_text(NEW)
    told = json.loads(run(codes, "change", "tenure", home / "tenure.v2.yaml", "--node", home, "--json").stdout)
    assert told["standards"] == {"home/1": "home/2"}
    (home / "easement.toml").unlink()  # standards alone: see tests/gate/test_code_adoptions.py for a node
    run(codes, "adopt", "tenure", home / "tenure.v2.yaml", "--node", home, "--by", "A", "--why", "w")
    assert json.loads(run(codes, "adopted", "--node", home, "--json").stdout)[0]["new"] == "tenure/2"


WALK = """\
format: easement-crosswalk/1
from: tenure
to: built
source: these tests
checked: 2026-11-22
pairs: {rent: theirs, own: ours, other: {none: it says nothing}}
"""


def test_a_way_between_lists_that_names_codes_that_go_is_told(home):
    (home / "standards/crosswalks").mkdir()
    (home / "standards/codes/built.yaml").write_text(LIST.replace("tenure", "built") + "  theirs: T\n  ours: O\n")
    (home / "standards/crosswalks/tenure--built.yaml").write_text(WALK)
    old, new, _ = lists(home)
    (told,) = [each for each in effects(home, old, new).effects if each.kind == "crosswalk"]
    assert (told.id, told.breaks, told.codes) == ("tenure to built", True, ("rent", "other"))
    assert "write one for `tenure/2`" in told.mend
    same = effects(home, old, old.model_copy(update={"version": 3})).effects
    assert [each.breaks for each in same if each.kind == "crosswalk"] == [False]
    (home / "standards/crosswalks/tenure--built.yaml").write_text("no: walk")
    assert any("crosswalks" in name for name in effects(home, old, new).unread)


def test_a_list_is_adopted_once(home):
    lists(home)
    named = {"by": "Amina Patel", "why": "The new law", "now": NOW}
    adopt_list(home, "tenure", str(home / "tenure.v2.yaml"), **named)
    with pytest.raises(UsageError, match="already"):
        adopt_list(home, "tenure", "tenure/2", **named)
    assert len(list(adoptions(home))) == 1


def test_what_has_changed_since_it_was_looked_at_is_not_adopted(home):
    lists(home)
    file = str(home / "tenure.v2.yaml")
    seen = list_change(home, "tenure", file, on=TODAY).stamp
    agreement(home)
    with pytest.raises(Stale):
        adopt_list(home, "tenure", file, by="Amina Patel", why="now", now=NOW, seen=seen)
    assert not list(adoptions(home))
    seen = list_change(home, "tenure", file, on=TODAY, why="now", count=True).stamp
    assert adopt_list(home, "tenure", file, by="Amina Patel", why="now", now=NOW, seen=seen).new == "tenure/2"


def test_a_list_that_is_brought_is_found_by_no_standard_until_it_is_adopted(home):
    name = bring(home, NEW.encode())
    assert "tenure/2" not in list_refs((home / "standards",))
    assert adopt_list(home, "tenure", name, by="Amina Patel", why="now", now=NOW).new == "tenure/2"
    assert brought(home) == {}
    for bad in (NEW.encode(), b"\xff", b"x" * (MOST_BROUGHT + 1), b"codes: 1"):
        with pytest.raises((BadFile, UsageError)):
            bring(home, bad)
