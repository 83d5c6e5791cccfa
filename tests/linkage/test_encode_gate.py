"""R3.9, R4.4: a recipient sends keyed encodings instead of names, and learns of the people it asked about alone."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import Any

import pyarrow
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from easement.agreement.model import Mode
from easement.base.errors import BadData, BadFile, UsageError
from easement.cli import root
from easement.gate.ask import Outcome
from easement.ledger.model import EntryType
from easement.linkage.encode_files import node_secret
from tests.gate.world import World, furnish, read, write_rows

AWARDS = (
    ("C01", "AB123456C", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "UC", "120", "01/01/2026", ""),
    ("C02", "", "O'Brien", "Zoë", "28/02/2015", "M", "NT1 1AB", "UC", "90", "02/01/2026", ""),
    ("C03", "", "Twin", "Ada", "07/07/2010", "F", "NT3 3DD", "IS", "50", "07/01/2026", ""),
    ("C04", "", "Twin", "Bea", "07/07/2010", "F", "NT3 3DD", "IS", "50", "07/01/2026", ""),
    ("C05", "", "Robinson", "Catherine", "09/09/2011", "F", "NT4 4EE", "PC", "50", "07/01/2026", ""),
    ("C06", "", "李", "小龙", "08/08/2012", "M", "NT5 5FF", "UC", "50", "07/01/2026", ""),
    ("C07", "", "Stranger", "Unasked", "08/08/2013", "M", "NT6 6GG", "UC", "50", "07/01/2026", ""),
)

PUPILS = (
    ("P1", "Ash", "Jo", "2015-02-01", "NT1 1AA"),
    ("P2", "OBrien", "Zoe", "2015-02-28", "nt11ab"),
    ("P3", "Twin", "Ada", "2010-07-07", "NT3 3DD"),
    ("P5", "Robinsen", "Catherine", "2011-09-09", "NT4 4EE"),
    ("P6", "李", "小龙", "2012-08-08", "NT5 5FF"),
    ("P7", "Nobody'; drop table listed; --", "Known", "2001-01-02", "NT9 9ZZ"),
    ("P8", "", "", "", ""),
)

ENCODED = (
    "    subjects: matched\n    rows: award in",
    "    subjects: matched\n    match: {method: encoded}\n    rows: award in",
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = furnish(tmp_path_factory.mktemp("encoded"), AWARDS).under(ENCODED)
    made.listed(PUPILS)
    with pytest.raises(SystemExit):
        root.main(["link", "encode-key", "new", str(made.out / "roll.key")])
    copyfile(made.out / "roll.key", node_secret(made.node, "school-meals"))
    node_secret(made.node, "school-meals").chmod(0o600)
    return made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def typed(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            root.main(["link", *words])
        return (int(ended.value.code or 0), *capsys.readouterr())

    return typed


def encoded(run: Run, world: World, name: str = "roll.parquet", **changes: str) -> Path:
    words = {"key": str(world.out / "roll.key"), "agreement": str(world.agreement), "share": "entitled"} | changes
    options = [word for key, value in words.items() for word in (f"--{key}", value)]
    code, _, err = run("encode", str(world.out / "roll.csv"), str(world.out / "roll.yaml"), *options, "--out",
                       str(world.out / name))  # fmt: skip
    assert code == 0, err
    return world.out / name


def match(world: World, listed: Path, out: str = "answer.csv", **changes: Any) -> Outcome:
    return world.share("entitled", Mode.MATCH, out, match=listed, **changes)


@pytest.mark.parametrize("name", ["roll.parquet", "roll-encoded.csv"])
def test_those_whom_both_have_are_found_by_encodings_and_nobody_else(run: Run, world: World, name: str) -> None:
    done = match(world, encoded(run, world, name), f"{name}.csv")
    assert done.decision.allowed
    found = {row["your_reference"]: row["claim_reference"] for row in read(world.out / f"{name}.csv")}
    assert found == {"P1": "C01", "P2": "C02", "P3": "C03", "P6": "C06"}  # Robinson's award is not covered
    assert done.queue is None


def test_an_encoded_list_holds_no_value_of_the_list(run: Run, world: World) -> None:
    table = pq.read_table(encoded(run, world)).to_pylist()
    assert sorted(row["reference"] for row in table) == ["P1", "P2", "P3", "P5", "P6", "P7"]  # P8 holds nothing
    text = json.dumps([{k: v for k, v in row.items() if k != "reference"} for row in table], ensure_ascii=False).lower()
    values = {
        part.lower()
        for row in PUPILS
        for value in row[1:]
        for part in (value, *value.split())
        if len(part) > 3 or not part.isascii()
    }
    assert not [value for value in values if value in text or value.encode().hex() in text]


def test_encodings_of_two_shares_or_agreements_never_join(run: Run, world: World) -> None:
    one = pq.read_table(encoded(run, world)).to_pydict()
    other = pq.read_table(encoded(run, world, "roll-other.parquet", share="limited")).to_pydict()
    for column in ("filter", "given", "given_birth", "names_place", "easement_encoded"):
        assert not set(filter(None, one[column])) & set(filter(None, other[column]))


def refused(world: World, listed: Path, **changes: Any) -> tuple[str, str]:
    """The code and the words of the one reason that a list is refused for, which the ledger names too."""
    done = match(world, listed, "refused.csv", **changes)
    [reason] = done.decision.unmet
    assert world.last(EntryType.DISCLOSURE_REFUSED).entry.reasons == (reason.code.value,)
    assert not (world.out / "refused.csv").exists()
    return reason.code.value, reason.text


@pytest.mark.parametrize("changes", [{"share": "limited"}, {"key": "other"}])
def test_a_list_encoded_otherwise_is_refused_with_the_reason(run: Run, world: World, changes: dict[str, str]) -> None:
    if "key" in changes:
        changes = {"key": str(world.out / "roll-other.key")}
        run("encode-key", "new", changes["key"])
    code, text = refused(world, encoded(run, world, "roll-wrong.parquet", **changes))
    assert code == "list.encoded-otherwise"
    assert "another key, or for another agreement" in text


def csv_of(run: Run, world: World) -> list[str]:
    return encoded(run, world, "roll-plain.csv").read_text().splitlines()


def cell(lines: list[str], column: str, value: str, row: int = 2) -> list[str]:
    """The lines of a list with another value in one cell."""
    cells = lines[row].split(",")
    cells[lines[0].split(",").index(column)] = value
    return [*lines[:row], ",".join(cells), *lines[row + 1 :]]


@pytest.mark.parametrize(
    ("spoil", "code", "reason"),
    [
        (lambda lines: [line.replace("encoded/1", "encoded/9") for line in lines], "encoded-otherwise",
         "format `easement-encoded/9`"),
        (lambda lines: [line.replace(" diffuse ", " plain ") for line in lines], "encoded-otherwise",
         "hardened by `plain`"),
        (lambda lines: [line.replace(" diffuse ", " salt ") for line in lines], "encoded-otherwise", "another key"),
        (lambda lines: cell(lines, "easement_encoded", "easement-encoded/1 salt - 0dc33450caea9b77"), "no-encodings",
         "rows of several encodings"),
        (lambda lines: [*lines[:2], lines[2].replace(",f", ",f0", 1), *lines[3:]], "no-encodings",
         "1 rows of the list are damaged"),
        (lambda lines: lines[:1], "no-encodings", "the list is empty"),
        (lambda lines: [line.partition(",")[2] for line in lines], "no-encodings", "lacks the columns of encodings"),
        (lambda lines: cell(lines, "filter", "f" + "0" * 256), "no-encodings", "1 rows of the list are what no"),
        (lambda lines: cell(lines, "filter", "f" + "f" * 256), "no-encodings", "1 rows of the list are what no"),
        (lambda lines: cell(lines, "filter", "f" + "fffe" * 64), "no-encodings", "1 rows of the list are what no"),
        (lambda lines: cell(lines, "given", "f" + "f" * 64), "no-encodings", "1 rows of the list are what no"),
        (lambda lines: cell(lines, "names_place", ""), "no-encodings", "1 rows of the list are what no"),
        (lambda lines: cell(lines, "given_birth", ""), "no-encodings", "1 rows of the list are what no"),
        (lambda lines: cell(lines, "filter", ""), "no-encodings", "1 rows of the list are damaged"),
        (lambda lines: [*lines, cell(lines, "reference", "P9")[2]], "encoded-twice", "1 encodings stand on the list"),
    ],
)  # fmt: skip
def test_a_spoilt_list_is_refused_with_the_reason(
    run: Run, world: World, spoil: Callable[[list[str]], list[str]], code: str, reason: str
) -> None:
    spoilt = world.out / "roll-spoilt.csv"
    spoilt.write_text("\n".join(spoil(csv_of(run, world))) + "\n")
    found = refused(world, spoilt)
    assert found[0] == f"list.{code}"
    assert reason in found[1]


def test_a_list_cut_short_in_a_row_is_refused(run: Run, world: World) -> None:
    cut = world.out / "roll-cut.csv"
    cut.write_text("\n".join(csv_of(run, world))[:-30])
    with pytest.raises(BadData):
        match(world, cut)


def test_names_are_not_taken_where_encodings_were_agreed_nor_the_other_way_round(run: Run, world: World) -> None:
    listed = encoded(run, world)
    roll, mapping = world.listed(PUPILS)
    assert refused(world, roll, match_dataset=mapping)[0] == "list.names-refused"
    plain = World(world.node, world.node / "agreements" / "school-meals.yaml", world.out, world.keys)
    assert refused(plain, listed)[0] == "list.encodings-refused"


@pytest.mark.parametrize(
    ("column", "values", "refused_for"),
    [("number", pyarrow.nulls(6), None), ("filter", pyarrow.array([[n] for n in range(6)]), "list.no-encodings"),
     ("given_birth", pyarrow.array([b"\xff\xfe"] * 6), "list.no-encodings")],
)  # fmt: skip
def test_columns_of_other_types_are_read_as_text_or_refused(
    run: Run, world: World, column: str, values: pyarrow.Array, refused_for: str | None
) -> None:
    table = pq.read_table(encoded(run, world))
    odd = world.out / "roll-odd.parquet"
    pq.write_table(table.set_column(table.schema.get_field_index(column), column, values), odd)
    if refused_for:
        assert refused(world, odd)[0] == refused_for
    else:
        assert match(world, odd, "odd.csv").released.count == 4


def test_a_list_longer_than_one_request_may_be_is_refused_before_it_is_looked_at(run: Run, world: World) -> None:
    limited = (ENCODED[1], ENCODED[1].replace("    rows", "    limits: {records_per_request: 5}\n    rows"))
    short = world.under(ENCODED, limited)
    assert refused(short, encoded(run, short, "roll-long.parquet"))[0] == "limit.request-too-large"


def fished(run: Run, world: World, days: int) -> Path:
    """An encoded list of one child with as many birthdays."""
    return tried(run, world, [(f"F{day}", "Ash", "Jo", f"2015-02-{day:02}", "NT1 1AA") for day in range(1, days + 1)])


def tried(run: Run, world: World, rows: list[tuple[str, ...]]) -> Path:
    write_rows(world.out / "roll-fished.csv", ("pupil", "surname", "forename", "dob", "place"), rows)
    code, _, _ = run("encode", str(world.out / "roll-fished.csv"), str(world.out / "roll.yaml"), "--key",
                     str(world.out / "roll.key"), "--agreement", str(world.agreement), "--share", "entitled",
                     "--out", str(world.out / "roll-fished.parquet"))  # fmt: skip
    assert code == 0
    return world.out / "roll-fished.parquet"


def test_one_person_with_many_birthdays_is_not_found_by_any(run: Run, world: World) -> None:
    done = match(world, fished(run, world, 8), "fished.csv")
    assert done.released.count == 0
    assert done.released.held >= 1


NAMES = ("Jo", "Ann", "Bob", "Cyd", "Dee")


@pytest.mark.parametrize(
    "rows",
    [
        [(f"F{n}", "Ash", "Jo", "2015-02-01", f"NT{n} 1AA") for n in range(1, 4)],
        [(f"F{n}", "Ash", name, "2015-02-01", "NT1 1AA") for n, name in enumerate(NAMES)],
        [(f"F{n}", f"A{letter}h", "Jo", "2015-02-01", "") for n, letter in enumerate("sbdfglmnr")],
        [(f"F{n}", "Ash", "Jo", f"2015-02-0{n}", f"ZE{n} 1AA") for n in range(1, 9)],
        [(f"F{n}", "Ash", "Jo", f"{n}-02-01", f"ZE{n % 9} 1AA") for n in range(2015, 2023)],
    ],
    ids=["postcodes", "given names", "family names", "days, places invented", "years, places invented"],
)
def test_a_list_that_tries_what_it_does_not_know_learns_it_of_nobody(
    run: Run, world: World, rows: list[tuple[str, ...]]
) -> None:
    assert match(world, tried(run, world, rows[:1]), "tried.csv").released.count == 1
    done = match(world, tried(run, world, rows), "tried.csv")
    assert done.decision.allowed
    assert (done.released.count, done.released.held >= 1) == (0, True)


def test_a_list_that_tries_a_month_of_birthdays_is_refused(run: Run, world: World) -> None:
    code, text = refused(world, fished(run, world, 28))
    assert code == "list.fishing"
    assert "28 birthdays" in text


def test_the_agreement_says_from_which_likeness_on_a_pair_is_linked(run: Run, world: World) -> None:
    world.listed([("P2", "OBrian", "Zoe", "2015-02-28", "nt11ab")])
    assert match(world, encoded(run, world, "roll-typo.parquet"), "typo.csv").released.count == 1
    strict = (ENCODED[1], ENCODED[1].replace("encoded}", "encoded, disclose: 0.999, hold: 0.9}"))
    stricter = world.under(ENCODED, strict)
    done = match(stricter, encoded(run, stricter, "roll-typo-2.parquet"), "typo-2.csv")
    assert (done.released.count, done.released.held) == (0, 1)
    world.listed(PUPILS)


def test_who_stands_on_a_list_twice_is_encoded_once_and_counted(run: Run, world: World) -> None:
    rows = [("P1", "Ash", "Jo", "2015-02-01", "NT1 1AA"), ("P1b", "ASH", "Jo", "2015-02-01", "nt1 1aa")]
    write_rows(world.out / "roll-twice.csv", ("pupil", "surname", "forename", "dob", "place"), rows)
    _, out, _ = run("encode", str(world.out / "roll-twice.csv"), str(world.out / "roll.yaml"), "--key",
                    str(world.out / "roll.key"), "--agreement", str(world.agreement), "--share", "entitled",
                    "--out", str(world.out / "roll-twice.csv.csv"), "--json")  # fmt: skip
    assert (json.loads(out)["rows"], json.loads(out)["twice"]) == (1, 1)
    assert match(world, world.out / "roll-twice.csv.csv", "twice.csv").released.count == 1


def test_a_secret_is_shown_as_its_fingerprint_alone_and_kept_from_others(run: Run, tmp_path: Path) -> None:
    code, out, err = run("encode-key", "new", str(tmp_path / "a.key"), "--json")
    secret = (tmp_path / "a.key").read_text().split()[1]
    assert code == 0
    assert (tmp_path / "a.key").stat().st_mode & 0o777 == 0o600
    assert secret not in out + err
    assert json.loads(out)["fingerprint"] in run("encode-key", "show", str(tmp_path / "a.key"))[1]
    assert run("encode-key", "new", str(tmp_path / "a.key"))[0] == UsageError.exit_code
    (tmp_path / "a.key").chmod(0o644)
    assert "others may read" in run("encode-key", "show", str(tmp_path / "a.key"))[2]
    (tmp_path / "a.key").write_text("easement-encoding-secret/1\nabc\n")
    (tmp_path / "a.key").chmod(0o600)
    assert run("encode-key", "show", str(tmp_path / "a.key"))[0] == BadFile.exit_code


def test_a_reference_that_names_the_person_is_refused(run: Run, world: World) -> None:
    mapping = world.out / "roll-named.yaml"
    mapping.write_text((world.out / "roll.yaml").read_text().replace("record_key: pupil", "record_key: surname"))
    code, _, err = run("encode", str(world.out / "roll.csv"), str(mapping), "--key", str(world.out / "roll.key"),
                       "--agreement", str(world.agreement), "--share", "entitled", "--out",
                       str(world.out / "roll-named.csv"))  # fmt: skip
    assert code == UsageError.exit_code
    assert "which names the person" in err
    assert not (world.out / "roll-named.csv").exists()


def test_no_key_stands_in_the_ledger_or_the_query(run: Run, world: World) -> None:
    secret = (world.out / "roll.key").read_text().split()[1]
    match(world, encoded(run, world), "ledger.csv")
    stored = b"".join(
        path.read_bytes() for path in world.node.rglob("*") if path.is_file() and path.parent.name != "keys"
    )
    assert secret.encode() not in stored
    assert bytes.fromhex(secret) not in stored


def test_an_encoded_csv_reads_back_as_text(run: Run, world: World) -> None:
    table = pyarrow.csv.read_csv(encoded(run, world, "roll-text.csv"))
    assert {str(field.type) for field in table.schema} <= {"string", "null"}
