"""R3.9, R4.4: a recipient sends keyed encodings instead of names, and learns of the people it asked about alone."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import Any

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from easement.agreement.model import Mode
from easement.base.errors import BadData, BadFile, UsageError
from easement.cli import root
from easement.gate.ask import Outcome
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


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"share": "limited"}, "another key, or for another agreement"),
        ({"key": "other"}, "another key, or for another agreement"),
    ],
)
def test_a_list_encoded_otherwise_is_refused_with_the_reason(
    run: Run, world: World, changes: dict[str, str], reason: str
) -> None:
    if "key" in changes:
        changes = {"key": str(world.out / "roll-other.key")}
        run("encode-key", "new", changes["key"])
    with pytest.raises(BadData, match=reason):
        match(world, encoded(run, world, "roll-wrong.parquet", **changes))


def csv_of(run: Run, world: World) -> list[str]:
    return encoded(run, world, "roll-plain.csv").read_text().splitlines()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda lines: [line.replace("encoded/1", "encoded/9") for line in lines], "format `easement-encoded/9`"),
        (lambda lines: [line.replace(" diffuse ", " plain ") for line in lines], "hardened by `plain`"),
        (lambda lines: [*lines[:2], lines[2].replace("diffuse", "salt"), *lines[3:]], "rows of several encodings"),
        (lambda lines: [*lines[:2], lines[2].replace(",f", ",f0", 1), *lines[3:]], "1 rows of the list are damaged"),
        (lambda lines: lines[:1], "the list is empty"),
        (lambda lines: [line.partition(",")[2] for line in lines], "lacks the columns of encodings"),
    ],
)
def test_a_spoilt_list_is_refused_with_the_reason(
    run: Run, world: World, spoil: Callable[[list[str]], list[str]], reason: str
) -> None:
    spoilt = world.out / "roll-spoilt.csv"
    spoilt.write_text("\n".join(spoil(csv_of(run, world))) + "\n")
    with pytest.raises(BadData, match=reason):
        match(world, spoilt)


def test_a_list_cut_short_in_a_row_is_refused(run: Run, world: World) -> None:
    cut = world.out / "roll-cut.csv"
    cut.write_text("\n".join(csv_of(run, world))[:-30])
    with pytest.raises(BadData):
        match(world, cut)


def test_names_are_not_taken_where_encodings_were_agreed_nor_the_other_way_round(run: Run, world: World) -> None:
    with pytest.raises(UsageError, match="this list holds names"):
        world.match(PUPILS)
    plain = furnish_plain(world)
    with pytest.raises(UsageError, match="the share does not take encodings"):
        match(plain, encoded(run, world))


def furnish_plain(world: World) -> World:
    return World(world.node, world.node / "agreements" / "school-meals.yaml", world.out, world.keys)


def test_one_person_with_many_birthdays_is_not_found_by_any(run: Run, world: World) -> None:
    fished = [(f"F{day}", "Ash", "Jo", f"2015-02-{day:02}", "NT1 1AA") for day in range(1, 9)]
    write_rows(world.out / "roll-fished.csv", ("pupil", "surname", "forename", "dob", "place"), fished)
    code, _, _ = run("encode", str(world.out / "roll-fished.csv"), str(world.out / "roll.yaml"), "--key",
                     str(world.out / "roll.key"), "--agreement", str(world.agreement), "--share", "entitled",
                     "--out", str(world.out / "roll-fished.parquet"))  # fmt: skip
    assert code == 0
    done = match(world, world.out / "roll-fished.parquet", "fished.csv")
    assert done.released.count == 0
    assert done.released.held >= 1


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
