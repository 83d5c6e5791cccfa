"""Evidence packs (R5.3): an auditor checks a node's disclosures with Python and one library, without the node or us."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base.errors import UsageError
from easement.gate.evidence import pack
from easement.ledger.verifier import check_receipt, parse_key
from easement.node.home import open_node

from .world import DIRTY, World, copied

ASH = {"family_name": "Ash", "date_of_birth": "2015-02-01"}


@pytest.fixture(scope="module")
def first_busy(first_world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A node that disclosed, refused and found too many; made once and only ever copied."""
    world = copied(first_world, tmp_path_factory.mktemp("busy"))
    world.share("forms", Mode.BULK, "forms.csv", asked_by="Pat Caseworker", why="a review of awards")
    world.lookup("ash.csv", **ASH)
    world.share("forms", Mode.BULK, role="teacher", purpose="immigration-enforcement")
    world.lookup("twins.csv", family_name="Twin", date_of_birth="2010-07-07")
    return world


@pytest.fixture
def busy(first_busy: World, tmp_path: Path) -> World:
    """The same, fresh for each test."""
    return copied(first_busy, tmp_path)


def packed(world: World, name: str = "pack.zip", **wanted: Any) -> tuple[dict[str, Any], Path]:
    out = world.out / name
    with open_node(world.node) as node:
        return pack(node, out, **wanted), out


def names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def text(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def test_a_pack_holds_entries_proofs_agreement_signatures_keys_and_the_verifier(busy: World) -> None:
    said, path = packed(busy)
    stem = f"agreements/school-meals-1.0.0-{said['agreements'][0][:8]}"
    assert said["entries"] == list(range(8))
    assert names(path) == {
        "README.md", "entries.csv", "checkpoint", "log.vkey", "members/dwp.vkey", "members/northtown.vkey",
        "verifier.py", f"{stem}.yaml", f"{stem}.md", f"{stem}.yaml.signatures",
        *(f"entries/{n}.json" for n in range(8)), *(f"proofs/{n}.receipt" for n in range(8)),
    }  # fmt: skip
    assert text(path, f"{stem}.yaml") == busy.agreement.read_text()
    assert said["agreements_missing"] == []


def test_the_same_evidence_is_the_same_bytes(busy: World) -> None:
    assert packed(busy, "one.zip")[1].read_bytes() == packed(busy, "two.zip")[1].read_bytes()


def test_the_table_says_what_crossed_what_did_not_and_why_it_was_refused(busy: World) -> None:
    rows = {row["index"]: row for row in csv.DictReader(io.StringIO(text(packed(busy)[1], "entries.csv")))}
    assert rows["2"]["count"] == str(len(DIRTY))
    assert "claim_reference (pseudonym)" in rows["2"]["fields"]
    assert rows["2"]["withheld"] == "national_insurance_number sex"
    assert (rows["2"]["provider"], rows["2"]["recipient"]) == ("dwp", "northtown")
    assert rows["5"]["reasons"] == "purpose.not-agreed purpose.never-for role.not-entitled"
    assert rows["7"]["reasons"] == "person.ambiguous"
    assert rows["0"]["provider"] == rows["0"]["fields"] == ""


def test_every_proof_holds_and_says_what_the_entry_says(busy: World) -> None:
    said, path = packed(busy)
    keys = [parse_key(text(path, "log.vkey").strip())]
    for index in said["entries"]:
        holds = check_receipt(text(path, f"proofs/{index}.receipt"), keys)
        assert holds.index == index
        assert holds.entry == json.loads(text(path, f"entries/{index}.json"))


def test_an_auditor_needs_python_and_the_pack_alone(busy: World, tmp_path: Path) -> None:
    """`-I` keeps out this checkout; the pack's own verifier imports nothing of ours."""
    _, path = packed(busy)
    folder = tmp_path / "auditor"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    good = verified(folder, "proofs/2.receipt")
    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("holds: entry 2 of the 8 in `dwp/ledger`")
    receipt = str(busy.out / "forms.csv.receipt")
    assert verified(folder, receipt, busy.out / "forms.csv").returncode == 0
    wrong = verified(folder, receipt, busy.out / "ash.csv")
    assert wrong.returncode == 12
    assert "not the one that was disclosed" in wrong.stderr


def verified(folder: Path, receipt: str, data: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the pack's own verifier with nothing of ours in reach but the libraries installed beside it."""
    paths = [path for path in sys.path if path.endswith("site-packages")]
    program = (
        f"import sys, runpy; sys.path += {paths!r}; sys.modules['easement'] = None\n"
        "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    words = ["verifier.py", receipt, "--key", "log.vkey", *(["--data", str(data)] if data else [])]
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_readme_names_a_proof_that_is_there(busy: World) -> None:
    _, path = packed(busy)
    readme = text(path, "README.md")
    assert "python verifier.py proofs/7.receipt --key log.vkey" in readme
    assert "what `dwp` shared, refused and intended" in readme
    assert "8 entries" in readme


def test_a_pack_holds_no_private_record_and_no_data_that_crossed(busy: World) -> None:
    with zipfile.ZipFile(packed(busy)[1]) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    for secret in ("Pat Caseworker", "a review of awards", "teacher", "Ash", "Twin", "C01", "NT1", "2010-07-07"):
        assert not re.search(rb"\b%s\b" % secret.encode(), whole), secret


def test_only_what_is_asked_for_is_packed(busy: World) -> None:
    said, path = packed(busy, only=(2, 5))
    assert said["entries"] == [2, 5]
    assert {name for name in names(path) if name.startswith("entries/")} == {"entries/2.json", "entries/5.json"}


def test_what_was_done_under_one_agreement_is_packed_alone(busy: World) -> None:
    other = busy.variant(("version: 1.0.0", "version: 1.1.0"))
    busy.share("forms", Mode.BULK, "other.csv", agreement=other)
    said, path = packed(busy, agreement=other)
    assert said["entries"] == [8, 9]
    assert [name for name in sorted(names(path)) if name.endswith(".yaml")] == [
        f"agreements/school-meals-1.1.0-{said['agreements'][0][:8]}.yaml"
    ]
    assert packed(busy, agreement=other, only=(9,))[0]["entries"] == [9]


def test_two_texts_of_one_version_stand_apart(busy: World) -> None:
    """An altered text under the same number is what an auditor must see; of two copies, the one that was signed."""
    altered = busy.variant(("title: School meals", "title: Other meals"))
    busy.share("forms", Mode.BULK, agreement=altered)
    kept = busy.node / "agreements" / "altered.yaml"
    kept.write_text(altered.read_text())
    said, path = packed(busy)
    assert len([name for name in names(path) if name.endswith(".yaml")]) == len(said["agreements"]) == 2
    assert len([name for name in names(path) if name.endswith(".signatures")]) == 2


def test_an_agreement_given_and_kept_is_packed_once(busy: World) -> None:
    said, path = packed(busy, agreement=busy.agreement)
    assert len([name for name in names(path) if name.endswith(".yaml")]) == len(said["agreements"]) == 1


def test_a_text_that_is_not_at_hand_is_named_by_its_digest(busy: World) -> None:
    digest = busy.entries()[0].entry.agreement
    busy.agreement.rename(busy.out / "terms-away.yaml")
    (busy.node / "agreements" / "draft.yaml").write_text("not: an agreement\n")
    said, path = packed(busy)
    assert said["agreements_missing"] == [digest]
    assert not [name for name in names(path) if name.startswith("agreements/")]


@pytest.mark.parametrize("only", [(99,), (2, 99)])
def test_an_entry_that_is_not_there_is_told_and_nothing_is_packed(busy: World, only: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="the ledger has no entry 99"):
        packed(busy, only=only)
    assert not (busy.out / "pack.zip").exists()


def test_more_entries_than_may_be_packed_are_told_and_nothing_is_packed(busy: World) -> None:
    with pytest.raises(UsageError, match="more than 7 entries fit"):
        packed(busy, most=7)
    assert not (busy.out / "pack.zip").exists()
    assert packed(busy, most=8)[0]["entries"] == list(range(8))


def test_an_agreement_that_nobody_signed_is_packed_as_it_stands(busy: World) -> None:
    busy.agreement.with_name(f"{busy.agreement.name}.signatures").unlink()
    said, path = packed(busy)
    stem = f"agreements/school-meals-1.0.0-{said['agreements'][0][:8]}"
    assert {name for name in names(path) if name.startswith("agreements/")} == {f"{stem}.yaml", f"{stem}.md"}


def test_an_agreement_under_which_nothing_was_done_is_told(busy: World) -> None:
    with pytest.raises(UsageError, match="no entry under this agreement"):
        packed(busy, agreement=busy.variant(("version: 1.0.0", "version: 9.0.0")))


def test_an_erased_record_leaves_the_proof_of_its_entry(busy: World) -> None:
    """R5.4: erasure stays possible, and every proof still holds."""
    with open_node(busy.node) as node:
        node.ledger.erase(2)
    said, path = packed(busy)
    holds = check_receipt(text(path, "proofs/2.receipt"), [parse_key(text(path, "log.vkey").strip())])
    assert holds.entry["count"] == len(DIRTY)
    assert holds.answer == {}
    assert said["entries"][-1] == 8


def test_a_pack_replaces_an_older_one_whole(busy: World) -> None:
    (busy.out / "pack.zip").write_bytes(b"older")
    assert zipfile.is_zipfile(packed(busy)[1])
    assert [path.name for path in busy.out.glob(".*")] == []


def test_agreements_under_which_nothing_was_done_stay_out(busy: World) -> None:
    other = busy.variant(("version: 1.0.0", "version: 9.0.0"))
    (busy.node / "agreements" / "another.yaml").write_text(other.read_text())
    assert len([name for name in names(packed(busy)[1]) if name.endswith(".yaml")]) == 1
