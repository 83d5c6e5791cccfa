"""The evidence pack by the API (R5.3): what an auditor's program may see, to be checked without the node."""

import io
import zipfile

from easement.api.v1 import evidence

from .conftest import Program
from .test_app import is_problem


def packed(answer) -> set[str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return set(archive.namelist())


def entries(names: set[str]) -> list[int]:
    return sorted(int(name[8:-5]) for name in names if name.startswith("entries/"))


def test_a_pack_holds_what_proves_every_entry(auditor, world):
    names = packed(auditor.get("/api/v1/evidence"))
    assert {"README.md", "entries.csv", "checkpoint", "log.vkey", "verifier.py"} <= names
    assert entries(names) == [each.index for each in world.entries(0)]
    assert {f"proofs/{index}.receipt" for index in entries(names)} <= names
    assert any(name.startswith("agreements/school-meals-1.0.0") for name in names)


def test_a_pack_is_narrowed_to_an_agreement_and_days(auditor, world):
    of = [each.index for each in world.entries(0) if each.entry.agreement_id == "school-meals"]
    assert entries(packed(auditor.get("/api/v1/evidence?agreement=school-meals"))) == of
    assert (
        entries(packed(auditor.get("/api/v1/evidence?since=2026-11-21&until=2026-11-21&agreement=school-meals"))) == of
    )
    told = is_problem(auditor.get("/api/v1/evidence?until=2020-01-01"), 404)
    assert "the ledger has no entry" in told["detail"]


def test_a_pack_too_large_for_one_answer_says_how_to_ask(auditor, monkeypatch):
    monkeypatch.setattr(evidence, "MOST", 2)
    told = is_problem(auditor.get("/api/v1/evidence"), 422)
    assert told["detail"] == "more than 2 entries fit"
    assert told["remedy"] == "ask for one agreement, or for fewer days"


def test_whoever_may_not_pack_evidence_gets_none(client, keys, world):
    is_problem(Program(client, keys["all"]).get("/api/v1/evidence?entries=1"), 422)
    is_problem(Program(client, keys["disclosure:record:read"]).get("/api/v1/evidence"), 403)


def test_a_pack_holds_only_what_its_reader_may_see(client, keys, world):
    """The opening of the log is under no agreement, so it is for auditors alone."""
    alone = Program(client, keys["audit:evidence:read"])
    of = [each.index for each in world.entries(0) if each.entry.agreement_id == "school-meals"]
    assert entries(packed(alone.get("/api/v1/evidence"))) == of
    assert 0 not in of
