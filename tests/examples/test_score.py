"""The example that shares free school meals between two registers and scores it: on made-up ones, and on large ones."""

import csv
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def score() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", ROOT / "examples" / "registers" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["score"] = module  # a dataclass looks its module up
    spec.loader.exec_module(module)
    return module


def write(path: Path, head: str, rows: Sequence[str]) -> None:
    path.write_text("\n".join([head, *rows]) + "\n")


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty people in both registers, spelt apart; every third earns too much; ten are in one register only."""
    folder = tmp_path_factory.mktemp("registers")
    department, council, truth = [], [], []
    for n in range(40):
        day, earnings = f"{n % 28 + 1:02}", "900.00" if n % 3 == 0 else "120.50"
        if n < 35:
            department.append(f"C{n},pat n{n:02}ame,{day}/03/2012,NT{n} 1AA,F,UC,{earnings},01/09/2026")
            truth.append(f"Q{n},department,C{n}")
        if n < 30 or n >= 35:
            council.append(f"P{n},PAT,N{n:02}AME,2012-03-{day},nt{n}1aa,2,100012,false")
            truth.append(f"Q{n},council,P{n}")
    write(
        folder / "department.csv",
        "claim_no,full_name,date_of_birth,postcode,sex,award_code,net_monthly_earnings,award_start",
        department,
    )
    write(folder / "council.csv", "pupil_ref,forename,surname,dob,post_code,gender,school_urn,fsm_registered", council)
    write(folder / "truth.csv", "person,register,record", truth)
    return folder


def test_made_up_registers_are_matched_without_a_wrong_pair(score: ModuleType, registers: Path) -> None:
    found = score.run(registers)
    assert found["true_pairs"] == found["matched"] == found["right"] == 20
    assert (found["precision"], found["recall"], found["held"]) == (1.0, 1.0, 0)
    assert found["beyond_the_agreement"] == 0
    assert (found["council_records"], found["department_records"], found["bulk_records"]) == (35, 35, 35)
    assert (found["cells"], found["cells_hidden"]) == (1, 0)
    assert found["refused"] == 3
    assert {"purpose.never-for", "role.not-entitled"} <= set(found["refused_for"])
    assert found["ledger_sound"] is True


def test_a_wrong_pair_would_be_counted(score: ModuleType, registers: Path, tmp_path: Path) -> None:
    with (tmp_path / "matched.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("your_reference", "claim_reference"), ("P1", "C1"), ("P2", "C4"), ("P3", "C3")])
    found = score.score(registers, tmp_path / "matched.csv")
    assert (found["matched"], found["right"]) == (3, 1)
    assert found["precision"] == pytest.approx(0.3333)
    assert found["beyond_the_agreement"] == 1


def test_the_scores_are_printed_for_people_and_as_json(
    score: ModuleType, registers: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["score.py", str(registers)])
    score.main()
    assert "precision             1.0\n" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["score.py", str(registers), "--json"])
    score.main()
    assert json.loads(capsys.readouterr().out)["ledger_sound"] is True


def large_registers() -> Path:
    given = os.environ.get("EASEMENT_REGISTERS")
    return Path(given) if given else ROOT.parent / "shared" / "data" / "registers"


@pytest.mark.skipif(not (large_registers() / "truth.csv").exists(), reason="the large registers are not here")
def test_large_dirty_registers_are_matched_with_hardly_a_wrong_pair(score: ModuleType) -> None:
    """R3.9: nobody beyond the agreement is disclosed, and what is disclosed is right."""
    found = score.run(large_registers())
    assert found["precision"] >= 0.98
    assert found["matched"] > 100
    assert found["beyond_the_agreement"] == 0
    assert found["refused"] == 3
    assert found["ledger_sound"] is True


@pytest.mark.torture
@pytest.mark.skipif(not (large_registers() / "truth.csv").exists(), reason="the large registers are not here")
def test_the_large_registers_are_linked_by_what_they_and_the_others_say(score: ModuleType) -> None:
    """R4.4: what is disclosed by itself is right and finds most, and the queue of the rest is short."""
    found = {each["registers"]: each for each in score.linkage(large_registers(), score.Policy())}
    schools = found["council and department"]
    assert schools["precision"] >= 0.995
    assert schools["recall"] >= 0.76
    assert schools["recall_with_held"] >= 0.88
    assert schools["queue"] <= 0.15
    assert min(each["precision"] for each in found.values()) >= 0.985
    assert min(each["recall"] for each in found.values()) >= 0.68
