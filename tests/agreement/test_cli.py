"""`easement agreement`, as a person meets it: what is shown, where, and how it ends."""

import json
import re
from pathlib import Path

import click
import pytest

from easement.agreement.read import read_agreement
from easement.agreement.schema import schema_text
from easement.agreement.signing import signing_text
from easement.cli.root import easement, main
from easement.ledger.model import EntryType
from easement.ledger.note import sign_text
from easement.node.home import create_node, open_node

from .cases import BASES, MEALS, TRIPS
from .makers import EXAMPLE, GONE, Data, as_file, as_text, with_changes
from .test_check import findings
from .test_signing import DWP, NORTHTOWN, SOUTHTOWN

LASTING = with_changes(MEALS, {"term.starts": "2020-01-01", "term.ends": "2099-12-31", "law.dpia.dated": "2019-12-01"})
"""The finished example with a term that holds whenever these tests are run."""


class Ran:
    """One run of the command: its exit code, what it wrote to stdout and to stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def data(self) -> Data:
        """What `--json` printed."""
        data: Data = json.loads(self.out)
        return data


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Run `easement agreement …` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def runs(*words: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(["agreement", *words])
        out, err = capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return runs


@pytest.fixture
def meals(tmp_path) -> Path:
    """A finished agreement, in a file."""
    path = tmp_path / "meals.yaml"
    path.write_text(as_text(LASTING))
    return path


def put(path: Path, **changes: object) -> None:
    """Write the finished agreement with changes."""
    path.write_text(as_text(with_changes(LASTING, {key.replace("__", "."): value for key, value in changes.items()})))


def key_file(path: Path, signer) -> Path:
    """A private key in a file that only its owner reads."""
    path.write_text(signer.encode() + "\n")
    path.chmod(0o600)
    return path


# new


def test_templates_are_listed(run):
    ran = run("new")
    assert ran.code == 0
    assert "free-school-meals" in ran.out
    assert "next: easement agreement new" in ran.err


def test_a_new_agreement_is_written_and_the_next_step_said(run, tmp_path):
    ran = run("new", "--template", "blank", "-o", "a.yaml", "--provider", "dwp", "--recipient", "northtown")
    assert (ran.code, ran.out) == (0, "wrote a.yaml\n")
    assert "next: easement agreement check a.yaml" in ran.err
    assert "  dwp:\n" in (tmp_path / "a.yaml").read_text()


def test_a_new_agreement_goes_to_stdout_where_no_file_is_named(run):
    ran = run("new", "--template", "blank")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("format: easement-agreement/1") or "\nformat: easement-agreement/1" in ran.out


def test_a_new_agreement_never_overwrites_one(run, tmp_path):
    (tmp_path / "a.yaml").write_text("precious")
    ran = run("new", "--template", "blank", "-o", "a.yaml")
    assert ran.code == 2
    assert "`a.yaml` is there already" in ran.err
    assert (tmp_path / "a.yaml").read_text() == "precious"


def test_an_unknown_template_is_wrong_usage(run):
    assert run("new", "--template", "dinners").code == 2


# check


def test_a_finished_agreement_is_complete(run, meals):
    meals.write_text(as_text(MEALS))
    ran = run("check", "meals.yaml", "--at", "2026-08-01")
    assert (ran.code, ran.out) == (0, "nothing is missing\n")
    assert "next: easement agreement render meals.yaml" in ran.err


def test_findings_are_told_with_what_to_do_and_on_whose_word_the_heaviest_first(run, meals):
    put(meals, summary=GONE, duties__breach_notice=GONE)
    ran = run("check", "meals.yaml", "--at", "2026-08-01")
    assert ran.code == 11
    assert ran.out.splitlines()[:5] == [
        "must: it is not said how soon a breach is told",
        "  where: meals.yaml:114:2 (duties)",
        "  do:    add `breach_notice: PT24H`",
        "  why:   both sides may have to report within 72 hours of knowing",
        "  on:    UK GDPR Art 33, within 72 hours (not yet read in the source; rule duties.breach-missing)",
    ]
    assert "should: there is no summary" in ran.out
    assert "1 must be mended, 2 should be looked at" in ran.err
    assert "next: mend them, then easement agreement check meals.yaml" in ran.err


def test_what_should_be_looked_at_does_not_fail_the_check(run, meals):
    put(meals, summary=GONE)
    assert run("check", "meals.yaml", "--at", "2026-08-01").code == 0


def test_the_check_as_data(run, meals):
    put(meals, summary=GONE, duties__breach_notice=GONE)
    ran = run("check", "meals.yaml", "--at", "2026-08-01", "--json")
    assert (ran.code, ran.data["complete"], ran.data["must"], ran.data["should"]) == (11, False, 1, 2)
    assert [each["code"] for each in ran.data["findings"]] == [
        "file.summary-missing",
        "duties.breach-missing",
        "term.long",
    ]


def test_a_file_that_is_no_agreement_tells_every_problem_with_its_line(run, tmp_path):
    (tmp_path / "bad.yaml").write_text(EXAMPLE.replace("retain: P1Y", "retian: P1Y"))
    ran = run("check", "bad.yaml")
    assert ran.code == 11
    assert "bad.yaml:50:3" in ran.err
    assert "did you mean `retain`?" in ran.err


def test_a_standard_of_ones_own_is_found_in_a_folder(run, meals, tmp_path):
    changes = {
        "shares.entitled-children.standard": "housing/1",
        "shares.entitled-children.fields": {"postcode": "outward"},
    }
    meals.write_text(as_text(with_changes(MEALS, changes)))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "housing-1.yaml").write_text(
        "format: easement-standard/1\nid: housing\nversion: 1\ntitle: Housing\ndescription: A home.\nsource: us\n"
        "elements:\n  postcode: {definition: where, sensitivity: personal, key: postcode}\n"
    )
    without = run("check", "meals.yaml", "--json").data["findings"]
    known = run("check", "meals.yaml", "--folder", "own", "--json").data["findings"]
    assert "fields.standard-unknown" in {each["code"] for each in without}
    assert "fields.standard-unknown" not in {each["code"] for each in known}


def test_every_command_that_a_mend_names_is_there():
    """A mend that sends people to a command which is not there helps nobody."""
    mends = {
        each.mend for _, base, changes, _ in TRIPS for each in findings(as_file(with_changes(BASES[base], changes)))
    }
    named = {match.groups() for mend in mends for match in re.finditer(r"easement (\w+) (\w+)", mend)}
    assert len(named) >= 2
    for group, command in named:
        found = easement.get_command(click.Context(easement), group)
        assert isinstance(found, click.Group)
        assert command in found.commands


def test_every_option_that_a_mend_names_is_there():
    law = easement.get_command(click.Context(easement), "law")
    assert isinstance(law, click.Group)
    options = {name for param in law.commands["list"].params for name in param.opts}
    mends = {
        each.mend for _, base, changes, _ in TRIPS for each in findings(as_file(with_changes(BASES[base], changes)))
    }
    assert {word for mend in mends if "law list" in mend for word in re.findall(r"--\w+", mend)} <= options


# schema, digest, render, diff, export


def test_the_schema_is_shown(run):
    assert run("schema").out == schema_text()
    assert run("schema", "--json").data["$id"].endswith("/agreement/1")


def test_the_digest_is_shown_alone(run, meals):
    assert run("digest", "meals.yaml").out.strip() == as_file(LASTING).digest


@pytest.mark.parametrize(("to", "begins"), [("markdown", "# Free school meals"), ("html", "<!doctype html>")])
def test_the_document_is_written(run, meals, tmp_path, to: str, begins: str):
    assert run("render", "meals.yaml", "--to", to).out.lower().startswith(begins.lower())
    ran = run("render", "meals.yaml", "--to", to, "--out", "a.out")
    assert ran.out == "wrote a.out\n"
    assert as_file(LASTING).digest in (tmp_path / "a.out").read_text()
    assert "next: easement agreement sign meals.yaml" in ran.err


def test_two_versions_are_compared(run, meals, tmp_path):
    put(tmp_path / "wider.yaml", duties__retain="P2Y")
    ran = run("diff", "meals.yaml", "wider.yaml", "--json")
    assert ran.code == 0
    assert [each["clause"] for each in ran.data["differences"]] == ["duties.retain"]
    assert "widens what is shared" in run("diff", "meals.yaml", "wider.yaml").out


@pytest.mark.parametrize("to", ["json", "odrl", "dpv", "cedar", "odcs"])
def test_other_formats_are_written(run, meals, to: str):
    ran = run("export", "meals.yaml", "--to", to)
    assert ran.code == 0
    assert "benefit-eligibility" in ran.out
    assert run("export", "meals.yaml", "--to", to, "--json").data["format"] == to


# sign and status


def test_nothing_is_signed_while_a_must_stands(run, meals, tmp_path):
    put(meals, duties__breach_notice=GONE)
    ran = run("sign", "meals.yaml", "--key", str(key_file(tmp_path / "dwp.key", DWP)))
    assert ran.code == 11
    assert "1 finding must be mended first" in ran.err
    assert "easement agreement check meals.yaml" in ran.err
    assert not (tmp_path / "meals.yaml.signatures").exists()


def test_two_parties_sign_and_the_agreement_is_in_force(run, meals, tmp_path):
    keys = tmp_path / "keys"
    keys.mkdir()
    for signer in (DWP, NORTHTOWN):
        (keys / f"{signer.name}.vkey").write_text(f"{signer.key}\n")
    status = ("status", "meals.yaml", "--keys", "keys", "--at", "2020-06-01")

    draft = run(*status)
    assert draft.code == 11
    assert draft.out.startswith(
        "free-school-meals 1.0.0 is draft on 2020-06-01\n  because: not signed by dwp, northtown"
    )

    first = run("sign", "meals.yaml", "--key", str(key_file(tmp_path / "dwp.key", DWP)))
    assert first.code == 0
    assert "the signature stands in meals.yaml.signatures" in first.out
    assert "send meals.yaml and meals.yaml.signatures to `northtown`, who has yet to sign" in first.err
    partly = run(*status)
    assert (partly.code, "partly-signed" in partly.out) == (11, True)
    assert "  dwp: signed\n  northtown: has not signed\n" in partly.out

    last = run("sign", "meals.yaml", "--key", str(key_file(tmp_path / "northtown.key", NORTHTOWN)))
    assert "everybody's signature stands there: send meals.yaml and meals.yaml.signatures to every party" in last.err
    held = run(*status, "--json")
    assert (held.code, held.data["state"], held.data["signed"]) == (0, "in-force", ["dwp", "northtown"])
    assert held.data["next_review"] == "2021-01-01"

    late = run(*status[:-1], "2021-06-01")
    assert (late.code, "review-overdue" in late.out) == (11, True)
    assert "easement agreement review free-school-meals --node DIR" in late.err


def test_status_says_plainly_that_terms_were_changed_after_signing(run, meals, tmp_path):
    run("sign", "meals.yaml", "--key", str(key_file(tmp_path / "dwp.key", DWP)))
    (tmp_path / "dwp.vkey").write_text(f"{DWP.key}\n")
    put(meals, duties__retain="P2Y")
    ran = run("status", "meals.yaml", "--keys", ".")
    assert ran.code == 11
    assert "the terms were changed after they were signed" in ran.err
    assert as_file(LASTING).digest in ran.err
    again = run("sign", "meals.yaml", "--key", "dwp.key")
    assert again.code == 12
    assert "for other terms" in again.err
    assert run("sign", "meals.yaml", "--key", "dwp.key", "--anew").code == 0
    assert "  dwp: signed" in run("status", "meals.yaml", "--keys", ".").out


def test_without_keys_nobody_is_taken_to_have_signed(run, meals, tmp_path):
    run("sign", "meals.yaml", "--key", str(key_file(tmp_path / "dwp.key", DWP)))
    ran = run("status", "meals.yaml")
    assert ran.code == 11
    assert "dwp: has not signed, or its key is not known here" in ran.out
    assert "the key of `dwp` is not given: give --keys DIR, or --node DIR" in ran.err


def test_a_node_that_does_not_know_who_signed_says_where_the_key_is_to_be_had(run, meals, tmp_path):
    create_node(tmp_path / "other", "northtown")
    run("sign", "meals.yaml", "--key", str(key_file(tmp_path / "dwp.key", DWP)))
    ran = run("status", "meals.yaml", "--node", "other")
    assert "dwp: has not signed, or its key is not known here" in ran.out
    assert "easement directory refresh --node other; otherwise put it into other/members, as ID.vkey" in ran.err


def test_one_of_the_right_class_joins(run, meals, tmp_path):
    key = str(key_file(tmp_path / "southtown.key", SOUTHTOWN))
    (tmp_path / "southtown.vkey").write_text(f"{SOUTHTOWN.key}\n")
    assert run("sign", "meals.yaml", "--key", key).code == 2
    assert run("sign", "meals.yaml", "--key", key, "--joins-as", "local-authority").code == 0
    assert "  southtown: joined" in run("status", "meals.yaml", "--keys", ".").out


def test_who_signed_terms_that_let_nobody_join_is_told(run, meals, tmp_path):
    put(meals, joining=GONE)
    file = read_agreement(meals)
    (tmp_path / "southtown.vkey").write_text(f"{SOUTHTOWN.key}\n")
    meals.with_name("meals.yaml.signatures").write_text(sign_text(signing_text(file), [SOUTHTOWN]))
    assert "  southtown: signed, but these terms let nobody join" in run("status", "meals.yaml", "--keys", ".").out
    assert run("status", "meals.yaml", "--keys", ".", "--json").data["strangers"] == ["southtown"]


@pytest.mark.parametrize("options", [[], ["--key", "dwp.key", "--node", "."]])
def test_signing_needs_one_key(run, meals, tmp_path, options: list[str]):
    key_file(tmp_path / "dwp.key", DWP)
    ran = run("sign", "meals.yaml", *options)
    assert ran.code == 2
    assert "`--node DIR` or `--key FILE`" in ran.err


def test_a_key_that_others_can_read_does_not_sign(run, meals, tmp_path):
    key_file(tmp_path / "dwp.key", DWP).chmod(0o644)
    ran = run("sign", "meals.yaml", "--key", "dwp.key")
    assert (ran.code, "chmod 600" in ran.err) == (2, True)


def test_a_folder_without_keys_is_said_to_be_one(run, meals):
    ran = run("status", "meals.yaml", "--keys", ".")
    assert (ran.code, "there are no keys" in ran.err) == (2, True)


def test_signatures_that_are_no_text_are_said_not_to_be_readable(run, meals, tmp_path):
    (tmp_path / "meals.yaml.signatures").write_bytes(b"\xff")
    ran = run("status", "meals.yaml")
    assert (ran.code, "cannot read the signatures" in ran.err) == (1, True)


def test_node_and_keys_contradict(run, meals):
    assert run("status", "meals.yaml", "--keys", ".", "--node", ".").code == 2


def test_a_node_signs_with_its_own_key_and_its_ledger_keeps_it(run, meals, tmp_path):
    """R2.3: the digest of each version signed is recorded."""
    create_node(tmp_path / "northtown-node", "northtown")
    ran = run("sign", "meals.yaml", "--node", "northtown-node")
    assert ran.code == 0
    assert "next: easement agreement status meals.yaml --node northtown-node" in ran.err
    with open_node(tmp_path / "northtown-node") as node:
        entries = [logged.entry for logged in node.ledger.entries()]
    signed = [entry for entry in entries if entry.type is EntryType.VERSION_SIGNED]
    assert [(e.agreement, e.agreement_id, e.version, e.organisation) for e in signed] == [
        (as_file(LASTING).digest, "free-school-meals", "1.0.0", "northtown")
    ]
    run("sign", "meals.yaml", "--node", "northtown-node")
    with open_node(tmp_path / "northtown-node") as node:
        assert node.ledger.size == len(entries)
    status = run("status", "meals.yaml", "--node", "northtown-node", "--json")
    assert (status.data["signed"], status.data["missing"]) == (["northtown"], ["dwp"])


def test_where_no_review_is_due_the_status_names_none(run, meals):
    assert "next review" in run("status", "meals.yaml", "--at", "2020-06-01").out
    put(meals, term__review_every=GONE)
    assert "next review" not in run("status", "meals.yaml", "--at", "2020-06-01").out


def test_a_node_suspends_an_agreement_and_goes_on_with_it(run, meals, tmp_path):
    """R2.8"""
    create_node(tmp_path / "node", "northtown")
    meals.rename(tmp_path / "node" / "agreements" / "meals.yaml")
    stopped = run(
        "suspend", "free-school-meals", "--node", "node", "--reason", "a breach", "--by", "the lead", "--json"
    )
    assert (stopped.code, stopped.data) == (0, {"agreement": "free-school-meals", "suspended": True, "entry": 1})
    assert "easement agreement resume free-school-meals --node node" in stopped.err
    assert run("suspend", "free-school-meals", "--node", "node", "--reason", "again").code == 2
    on = run("resume", "free-school-meals", "--node", "node")
    assert (on.code, on.out) == (0, "resumed free-school-meals (entry 2)\n")
    with open_node(tmp_path / "node") as node:
        types = [logged.entry.type for logged in node.ledger.entries()]
    assert types[-2:] == [EntryType.VERSION_SUSPENDED, EntryType.VERSION_RESUMED]
