"""R4.2, R4.3: from a table to a mapping that somebody stands for; nothing holds that nobody confirmed."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import BadFile, EasementError, UsageError
from easement.meaning.cli import dataset
from easement.meaning.mapping import Confirmed, DatasetMapping, Way, read_mapping
from easement.meaning.profile_queries import profiled
from easement.meaning.propose import propose
from easement.meaning.standards import standard
from easement.meaning.studio import fits, look, preview, proposals_for, propose_mapping, read_draft
from easement.meaning.studio_draft import Head, confirm, decided, differences, draft, id_of, open_questions, way_said
from easement.meaning.studio_file import written
from easement.sources.model import File
from tests.often import often

from .fakes import table

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 22)
CONTACTS = """ref,Surname,Forename,DOB,Gender,Post Code,shoe
7,Ash,Rowan,14/03/2015,1,nt1 1aa,4
8,Birch,Hazel,02/11/2013,2,NT1 2BB,5
9,Elm,Linden,31/02/2016,9,NT1 3DD,6
9,Oak,Jo,01/02/2016,3,not one,6
"""


@pytest.fixture
def contacts(tmp_path):
    path = tmp_path / "contacts.csv"
    path.write_text(CONTACTS)
    return path


@dataclass(frozen=True)
class Ran:
    """How a command ended, what it said, and what it printed."""

    exit_code: int
    output: str
    stdout: str


def run(*arguments, typed=""):
    """One command, with what went wrong told as the program tells it."""
    done = CliRunner().invoke(dataset, [str(each) for each in arguments], input=typed, standalone_mode=False)
    error = done.exception
    if error is None:
        return Ran(done.return_value or 0, done.output, done.stdout)
    if not isinstance(error, EasementError):
        raise error
    problems = [str(each) for each in getattr(error, "problems", ())]
    return Ran(error.exit_code, "\n".join([done.output, str(error), error.remedy, *problems]), done.stdout)


def drafted(path, *more):
    out = path.with_suffix(".yaml")
    done = run("propose", path, "--standard", "person/1", "--out", out, "--organisation", "northtown", *more)
    assert done.exit_code == 0, done.output
    return out


def a_draft():
    with table("id|surname|forename|dob\n1|Ash|Jo|2010-01-02\n2|Elm|Di|2011-02-03") as source:
        proposals = propose(profiled(source), standard("person/1"))
    return draft(proposals, Head("things", "Things", "northtown"))


def test_a_draft_says_of_each_element_how_sure_it_is_and_why(contacts):
    text = drafted(contacts).read_text()
    assert text.startswith("# A draft")
    assert "is a usual name for it" in text
    assert "    proposed:\n      sure: 0.99\n" in text


def test_a_draft_is_no_mapping_until_somebody_confirmed_it(contacts):
    path = drafted(contacts)
    with pytest.raises(BadFile) as error:
        read_mapping(path)
    assert "nobody has confirmed it" in str(error.value)
    checked = run("check", path)
    assert (checked.exit_code, "easement dataset confirm" in checked.output) == (11, True)
    confirmed = run("confirm", path, "--all", "--by", "Jo Ash", "--why", "Checked with the team")
    assert confirmed.exit_code == 0, confirmed.output
    assert read_mapping(path).confirmed[0].by == "Jo Ash"
    assert "proposed" not in path.read_text().replace("as_proposed", "")


def test_a_mapping_is_confirmed_by_somebody_and_for_a_reason(contacts):
    path = drafted(contacts)
    for options, lacks in ((("--why", "x"), "who"), (("--by", "Jo"), "why")):
        done = run("confirm", path, "--all", *options)
        assert (done.exit_code, lacks in done.output) == (2, True)
    assert read_draft(path).unconfirmed


def test_what_a_person_decides_otherwise_is_told_apart_from_what_was_as_proposed(contacts):
    path = drafted(contacts)
    options = ["--set", "uprn=shoe", "--absent", "sex=not to be shared", "--code", "sex:3=unknown", "--by", "Jo"]
    done = run("confirm", path, "--all", "--why", "agreed", *options[:4], *options[6:])
    assert done.exit_code == 0, done.output
    mapping = read_mapping(path)
    assert mapping.elements["uprn"].column == "shoe"
    assert mapping.elements["sex"].absent == "not to be shared"
    assert set(mapping.confirmed[0].otherwise) == {"uprn", "sex"}
    assert "family_name" in mapping.confirmed[0].as_proposed


def test_codes_and_dates_can_be_said_by_flags(contacts):
    path = drafted(contacts)
    flags = ["--code", "sex:3=unknown", "--dates", "date_of_birth=mm/dd/yyyy"]
    assert run("confirm", path, "--all", "--why", "agreed", "--by", "Jo", *flags).exit_code == 0
    ways = read_mapping(path).elements
    assert ways["sex"].codes == {"1": "male", "2": "female", "3": "unknown", "9": "indeterminate"}
    assert (ways["date_of_birth"].column, ways["date_of_birth"].dates) == ("DOB", ("mm/dd/yyyy",))


@pytest.mark.parametrize(
    ("flag", "says"),
    [
        (("--set", "no_such=shoe"), "is not an element of `person/1`"),
        (("--set", "sex"), "write ELEMENT=VALUE"),
        (("--dates", "family_name=dd/mm/yyyy"), "is text"),
        (("--dates", "date_of_birth=dd/mm/yy"), "four digits"),
        (("--part", "family_name=middle"), "say `family` or `given`"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_mend(contacts, flag, says):
    path = drafted(contacts)
    done = run("confirm", path, "--all", "--by", "Jo", "--why", "agreed", *flag)
    assert done.exit_code != 0
    assert says in done.output
    assert read_draft(path).unconfirmed


def test_each_element_is_asked_about_on_a_terminal(contacts):
    path = drafted(contacts)
    count = len(read_draft(path).unconfirmed)
    names = list(read_draft(path).elements)
    typed = ["" for _ in range(count)]
    typed[names.index("uprn")] = "shoe"
    typed[names.index("sex")] = "absent\nnot to be shared"
    done = run("confirm", path, typed="\n".join([*typed, "Jo Ash", "Asked the team"]) + "\n")
    assert done.exit_code == 0, done.output
    mapping = read_mapping(path)
    assert mapping.elements["uprn"].column == "shoe"
    assert mapping.elements["sex"].absent == "not to be shared"
    assert mapping.confirmed[0].why == "Asked the team"


def test_a_question_must_be_answered_first(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("id,dob\n" + "".join(f"{n},0{n % 9 + 1}/0{n * 5 % 9 + 1}/19{50 + n}\n" for n in range(30)))
    out = drafted(path)
    assert "date_of_birth" in open_questions(read_draft(out))
    done = run("confirm", out, "--all", "--by", "Jo", "--why", "agreed")
    assert "`dd/mm/yyyy` or `mm/dd/yyyy`" in done.output
    assert done.exit_code == 2
    answered = run("confirm", out, "--all", "--by", "Jo", "--why", "agreed", "--dates", "date_of_birth=dd/mm/yyyy")
    assert answered.exit_code == 0, answered.output
    assert read_mapping(out).elements["date_of_birth"].dates == ("dd/mm/yyyy",)


def test_a_mapping_that_takes_the_place_of_another_says_what_is_different(contacts, tmp_path):
    first = drafted(contacts)
    assert run("confirm", first, "--all", "--by", "Jo", "--why", "agreed").exit_code == 0
    standing = tmp_path / "standing.yaml"
    standing.write_text(first.read_text())
    second = drafted(contacts)
    done = run("confirm", second, "--all", "--by", "Di", "--why", "new", "--in-force", standing, "--set", "uprn=shoe")
    assert done.exit_code == 0, done.output
    assert "changed: uprn: {absent: no column of this table holds it} → shoe" in done.output
    by = [each.by for each in read_mapping(second).confirmed]
    assert by == ["Jo", "Di"]
    assert read_mapping(second).confirmed[1].changes == ("uprn: {absent: no column of this table holds it} → shoe",)


DATED = "id,dob,seen\n" + "".join(
    f"{n},{n % 28 + 1:02}/0{n % 9 + 1}/19{50 + n},0{n % 9 + 1}/0{n * 5 % 9 + 1}/19{50 + n}\n" for n in range(30)
)


def test_a_column_that_is_set_is_read_as_its_own_values_tell(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(DATED)
    out = drafted(path)
    named = ("--by", "Jo", "--why", "agreed")
    asked = run("confirm", out, "--all", *named, "--set", "date_of_birth=seen")
    assert (asked.exit_code, "`dd/mm/yyyy` or `mm/dd/yyyy`" in asked.output) == (2, True)
    flags = ("--set", "date_of_birth=seen", "--dates", "date_of_birth=mm/dd/yyyy")
    assert run("confirm", out, "--all", *named, *flags).exit_code == 0
    way = read_mapping(out).elements["date_of_birth"]
    assert (way.column, way.dates) == ("seen", ("mm/dd/yyyy",))


def test_what_another_column_leaves_open_is_asked_on_the_terminal_too(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(DATED)
    out = drafted(path)
    names = list(read_draft(out).elements)
    typed = ["" for _ in names]
    typed[names.index("date_of_birth")] = "no such column\nseen\ndd/mm/yyyy"
    done = run("confirm", out, typed="\n".join([*typed, "Jo Ash", "Asked the team"]) + "\n")
    assert done.exit_code == 0, done.output
    assert "the table has no column `no such column`" in done.output
    assert read_mapping(out).elements["date_of_birth"].dates == ("dd/mm/yyyy",)


def test_what_did_not_map_when_it_was_confirmed_stays_in_the_mapping(contacts):
    path = drafted(contacts)
    done = run("confirm", path, "--all", "--by", "Jo", "--why", "agreed")
    last = read_mapping(path).confirmed[0]
    assert (last.rows, last.unmapped["date_of_birth"]) == (4, {"not-a-date": 1})
    assert "date_of_birth 1 not-a-date" in done.output


def test_nothing_is_confirmed_of_a_table_that_cannot_be_seen_or_lacks_a_column(contacts):
    path = drafted(contacts)
    text = contacts.read_text()
    contacts.write_text(text.replace("DOB", "Birthday"))
    gone = run("confirm", path, "--all", "--by", "Jo", "--why", "agreed")
    contacts.unlink()
    away = run("confirm", path, "--all", "--by", "Jo", "--why", "agreed")
    assert (gone.exit_code != 0, away.exit_code != 0, "`DOB`" in gone.output) == (True, True, True)
    assert read_draft(path).unconfirmed


def test_the_rows_to_mend_are_told_one_by_one(contacts):
    path = drafted(contacts)
    assert run("confirm", path, "--json", "--by", "Jo", "--why", "so", "--set", "person_reference=ref").exit_code == 0
    rows = json.loads(run("to-mend", path, "--json").stdout)
    told = {(row["row"], row["element"], row["fault"], row["value"]) for row in rows}
    assert {
        (3, "date_of_birth", "not-a-date", "31/02/2016"),
        (4, "sex", "code-not-listed", "3"),
        (4, "postcode", "not-valid", "not one"),
        (3, "record key", "key-stands-twice", "9"),
        (4, "record key", "key-stands-twice", "9"),
    } <= told
    csv = run("to-mend", path, "--csv", "--no-values").stdout
    assert csv.splitlines()[0] == "row,column,element,fault,value"
    assert "31/02/2016" not in csv


def test_a_preview_shows_real_rows_or_an_invented_one(contacts):
    path = drafted(contacts)
    [row] = json.loads(run("preview", path, "--rows", "1", "--json").stdout)
    assert (row["raw"]["sex"], row["mapped"]["sex"]) == ("1", "male")
    assert row["mapped"]["postcode"] == "NT1 1AA"
    [dummy] = json.loads(run("preview", path, "--dummy", "--json").stdout)
    assert dummy["mapped"]["family_name"] == "Ash"
    assert dummy["raw"]["family_name"] is None


def test_a_preview_reads_few_rows_and_leaves_what_does_not_map_empty(contacts):
    held = read_draft(drafted(contacts))
    rows = preview(File(contacts), held, standard("person/1"), 100)
    assert [row.row for row in rows] == [1, 2, 3, 4]
    assert rows[2].mapped["date_of_birth"] is None


def test_the_profile_is_told_in_words_json_and_csv(contacts):
    assert "postcode" in run("profile", contacts).stdout
    assert json.loads(run("profile", contacts, "--json").stdout)["rows"] == 4
    bare = run("profile", contacts, "--no-values").stdout
    assert "Rowan" not in bare
    assert run("profile", contacts, "--csv").stdout.startswith("column,type,rows,filled")


def test_without_a_standard_the_one_that_fits_best_is_taken(contacts):
    said = json.loads(run("propose", contacts, "--json").stdout)
    assert said["standards"][0]["standard"] == said["mapping"]["standard"]
    assert said["mapping"]["id"] == "contacts"


def test_a_retired_standard_is_refused_with_what_to_use_instead(contacts, tmp_path):
    folder = tmp_path / "standards"
    folder.mkdir()
    text = (
        "format: easement-standard/1\nid: old\nversion: 1\ntitle: Old\ndescription: Old\nsource: us\n"
        "retired: {on: 2026-01-01, successor: person/1, why: it lacked a name}\n"
        "elements:\n  thing: {definition: A thing, sensitivity: none}\n"
    )
    (folder / "old-1.yaml").write_text(text)
    profile = look(File(contacts))
    with pytest.raises(EasementError) as error:
        proposals_for(profile, "old/1", TODAY, (folder,))
    assert "retired on 1 January 2026" in error.value.what
    assert "person/1" in error.value.remedy
    assert "old/1" not in [fit.standard for fit in fits(profile, TODAY, (folder,))]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"a,a\n1,2\n", ""),
        ("name\n" + "Zoë\n" * 30, ""),
        ("name\nZoë\nJosé\n".encode("latin-1"), "the text is not utf-8"),
    ],
    ids=["empty", "twice", "one column", "latin-1"],
)
def test_odd_files_are_profiled_or_refused_with_a_reason(tmp_path, content, says):
    path = tmp_path / "odd.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run("profile", path)
    if says:
        assert done.exit_code not in (0, 1)
        assert says in done.output
    else:
        assert done.exit_code == 0, done.output


def test_hostile_cells_stay_text(tmp_path):
    path = tmp_path / "hostile.csv"
    path.write_text('"=HYPERLINK(""x"")",<script>,\'; drop table x; --\n=1+1,<b>,\'--\n')
    csv = run("profile", path, "--csv").stdout
    assert all(not line.startswith(("=", "+", "@", '"=')) for line in csv.splitlines())
    out = drafted(path)
    assert read_draft(out).organisation == "northtown"


def test_a_table_without_anything_fitting_is_said(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("shoe_colour\nred\nblue\n")
    done = run("propose", path)
    assert "no standard fits" in done.output


def test_a_decision_that_says_the_same_is_none():
    held = a_draft()
    assert decided(held, "family_name", Way(column="surname")) == held
    changed = decided(held, "family_name", Way(column="forename"))
    assert changed.elements["family_name"].proposed.changed


def test_some_elements_are_confirmed_and_others_wait():
    done = confirm(a_draft(), by="Jo", why="so far", now=NOW, elements=["family_name"])
    assert "family_name" not in done.unconfirmed
    assert "given_name" in done.unconfirmed
    rest = confirm(done, by="Di", why="the rest", now=NOW)
    assert rest.unconfirmed == ()
    assert [(each.by, each.at) for each in rest.confirmed] == [("Jo", "2026-11-22T09:30Z"), ("Di", "2026-11-22T09:30Z")]


def test_differences_name_what_was_there_and_what_is():
    held = a_draft()
    other = decided(held, "family_name", way_said(standard("person/1").elements["family_name"], absent="none"))
    [change] = differences(held, other)
    assert change.told == "family_name: surname → {absent: none}"


def test_a_way_that_cannot_be_is_refused():
    with pytest.raises(UsageError):
        way_said(standard("person/1").elements["sex"], column="x", expression="y")


def test_an_id_is_made_of_any_name():
    assert id_of("Pupil Roll (2026).v2") == "pupil-roll-2026-v2"
    assert id_of("2026") == "data-2026"
    assert id_of("=!") == "data"


def test_no_standard_at_all_is_a_reason(contacts):
    with pytest.raises(EasementError):
        propose_mapping(look(File(contacts)), "no-such/1", Head("a", "A", "b"), TODAY)


WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12)


@given(column=WORDS, reason=WORDS, codes=st.dictionaries(WORDS, st.sampled_from(["male", "female"]), max_size=3))
@settings(max_examples=often(40), deadline=None)
def test_whatever_is_written_is_read_back_the_same(tmp_path_factory, column, reason, codes):
    said = reason.strip() or "x"
    mapping = DatasetMapping(
        format="easement-mapping/1", id="things", title=said, organisation="northtown", standard="person/1",
        record_key=(column,),
        elements={"sex": Way(column=column, codes=codes), "uprn": Way(absent=reason), "email": Way(column=column)},
        confirmed=(Confirmed(by=said, at="2026-11-22T09:30Z", why=said, changes=(said,)),),
    )  # fmt: skip
    path = tmp_path_factory.mktemp("written") / "mapping.yaml"
    path.write_text(written(mapping))
    assert read_mapping(path) == mapping
