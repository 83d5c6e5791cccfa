"""`easement request` and `easement audit`, as their pages show them."""

import json
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from easement.cli.root import main
from easement.exchange import service
from easement.ledger import service as ledger
from tests.docs.page import commands, fences, matches

from .pair import NOW, Pair, paired

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as made:
        yield made


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "utc_now", lambda: NOW)


class Ran:
    """One command: what it ended with, and what it told."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        with pytest.raises(SystemExit) as ended:
            main([*words])
        self.code = ended.value.code
        self.out, self.err = capsys.readouterr()

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def send(pair: Pair, *more: str) -> list[str]:
    usual = [
        "request", "send", "--node", str(pair.northtown.home), "--from", "dwp", "--agreement", "school-meals",
        "--purpose", "benefit-eligibility", "--trained", "information-governance", "--asked-by", "officer 7",
        "--why", "a form came in",
    ]  # fmt: skip
    return [*usual, *more]


PERSON = ("--person", "national_insurance_number=AB123456C")
ENTITLED = ("--share", "entitled", "--role", "benefits-officer")


def test_a_record_is_shown_with_its_source_agreement_and_basis(pair: Pair, capsys: pytest.CaptureFixture[str]):
    ran = Ran(capsys, *send(pair, *ENTITLED, *PERSON))
    assert ran.code == 0
    assert "family_name" in ran.out
    line = next(each for each in ran.out.splitlines() if each.startswith("family_name"))
    assert line.split() == ["family_name", "Ash", "dwp", "school-meals", "1.0.0", "art6_1_e"]
    assert "dwp: 1 record, entry" in ran.out
    assert "withheld: " in ran.out


def test_as_json_it_says_all_of_it(pair: Pair, capsys: pytest.CaptureFixture[str]):
    ran = Ran(capsys, *send(pair, *ENTITLED, *PERSON, "--json"))
    assert set(ran.data) == {"answers", "silent", "picture"}
    assert ran.data["answers"][0]["records"][0]["award"] == "UC"


def test_an_answer_is_kept_with_its_receipt_which_is_checked_offline(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    ran = Ran(capsys, *send(pair, *ENTITLED, *PERSON, "--out", str(tmp_path / "kept"), "--json"))
    assert ran.code == 0, ran.err
    ((answer, receipt, key),) = (tuple(each.values()) for each in ran.data["files"])
    assert json.loads(Path(answer).read_text())["records"] == ran.data["answers"][0]["records"]
    assert Path(answer).stat().st_mode & 0o777 == 0o600
    checked = Ran(capsys, "verify", receipt, "--key", key, "--data", answer)
    assert (checked.code, "It holds: this is entry" in checked.out) == (0, True)
    assert f"easement verify {receipt} --key {key} --data {answer}" in ran.err
    Path(answer).write_text(Path(answer).read_text().replace("Ash", "Oak"))
    assert Ran(capsys, "verify", receipt, "--key", key, "--data", answer).code == 12


def test_a_folder_that_cannot_be_is_told_before_anybody_is_asked(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").write_text("mine")
    before = pair.northtown.ledger.size
    ran = Ran(capsys, *send(pair, *ENTITLED, *PERSON, "--out", str(tmp_path / "file" / "kept")))
    assert (ran.code, "cannot make the folder" in ran.err) == (2, True)
    assert pair.northtown.ledger.size == before


def test_a_refusal_ends_with_ten_and_says_why(pair: Pair, capsys: pytest.CaptureFixture[str]):
    ran = Ran(capsys, *send(pair, "--share", "entitled", "--role", "caretaker", *PERSON))
    assert ran.code == 10
    assert "dwp gave nothing: refused here: the role `caretaker` may not ask" in ran.err


def test_nobody_who_answers_ends_with_thirteen(
    pair: Pair, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    later = NOW + timedelta(days=40)
    monkeypatch.setattr(ledger, "utc_now", lambda: later)
    ran = Ran(capsys, *send(pair, *ENTITLED, *PERSON))
    assert ran.code == 13
    assert "expired" in ran.err


def test_several_are_asked_each_under_its_own_share(pair: Pair, capsys: pytest.CaptureFixture[str]):
    more = ("--from", "dwp", "--agreement", "school-meals", "--share", "forms", "--role", "benefits-officer")
    ran = Ran(capsys, *send(pair, "--share", "entitled", *more, *PERSON, "--json"))
    assert ran.code == 0, ran.err
    assert [each["decision"]["share"] for each in ran.data["answers"]] == ["entitled", "forms"]


def test_what_is_not_given_for_each_is_asked_for(pair: Pair, capsys: pytest.CaptureFixture[str]):
    ran = Ran(capsys, *send(pair, "--from", "police", *ENTITLED, *PERSON))
    assert ran.code == 2
    assert "--agreement is given 1 times, for 2 providers" in ran.err


def test_a_person_can_be_named_in_a_file(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "who").write_text("national_insurance_number=AB123456C\n")
    assert Ran(capsys, *send(pair, *ENTITLED, "--person-file", str(tmp_path / "who"))).code == 0


def test_what_was_left_is_settled(pair: Pair, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    ran = Ran(capsys, "request", "finish", "--node", str(pair.northtown.home))
    assert (ran.code, ran.out) == (0, "nothing was left without an outcome\n")

    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "receive", killed)
    with pytest.raises(KeyboardInterrupt):
        service.ask(pair.northtown, pair.wish(), service.Asker("officer 7", frozenset({"information-governance"})), NOW)
    monkeypatch.undo()
    later = NOW + timedelta(seconds=25)
    monkeypatch.setattr(ledger, "utc_now", lambda: later)
    ran = Ran(capsys, "request", "finish", "--node", str(pair.northtown.home), "--json")
    assert [each["how"] for each in ran.data] == ["received"]


def test_logs_that_agree_and_logs_that_do_not(pair: Pair, capsys: pytest.CaptureFixture[str]):
    from dataclasses import replace

    from easement.ledger.model import EntryType

    home = str(pair.northtown.home)
    ran = Ran(capsys, "audit", "dwp", "--node", home)
    assert ran.code == 0, ran.out
    assert ran.out.endswith("both logs agree\n")
    true = pair.entries(pair.northtown, EntryType.DISCLOSURE_RECEIVED)[0]
    at = pair.northtown.ledger.append(replace(true, message="e" * 32, peer_entry=1, commitment=None))
    ran = Ran(capsys, "audit", "dwp", "--node", home)
    assert ran.code == 12
    assert f"entry {at} here: received here, and not released there" in ran.out
    assert Ran(capsys, "audit", "dwp", "--node", home, "--json").data["differences"][0]["here"] == at


SHOWN = (
    'easement request send --node northtown --from dwp --agreement school-meals --share entitled --role benefits-officer --purpose benefit-eligibility --trained information-governance --person national_insurance_number=AB123456C --asked-by "officer 7" --why "a form came in"',  # noqa: E501
    "easement audit dwp --node northtown",
)
"""What the how-to pages show, word for word."""


def test_the_pages_do_what_they_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    with paired(tmp_path) as made:
        monkeypatch.chdir(made.northtown.home.parent)
        told = [Ran(capsys, *shlex.split(words)[1:]) for words in SHOWN]
    assert [each.code for each in told] == [0, 0]
    pages = [ROOT / "docs" / "how-to" / f"{name}.md" for name in ("ask-another-organisation", "audit-a-partner")]
    for ran, page in zip(told, pages, strict=True):
        (fence,) = [each for each in fences(page.read_text()) if each.language == "console"]
        (command,) = commands(fence)
        assert command.words in SHOWN
        assert matches(command.shown, ran.out), ran.out


def test_an_agreement_can_be_named_by_its_file(pair: Pair, capsys: pytest.CaptureFixture[str]):
    words = send(pair, *ENTITLED, *PERSON)
    words[words.index("school-meals")] = str(pair.world.agreement)
    assert Ran(capsys, *words).code == 0
