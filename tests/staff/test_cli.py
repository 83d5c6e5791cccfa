"""The commands `easement staff …`, as whoever runs the node meets them."""

import json
import re

import pyotp
import pytest
from sqlalchemy import update

from easement.base.database import writing
from easement.cli.root import main
from easement.ledger import service as ledger_service
from easement.node.home import create_node, open_node
from easement.staff import service, tables

from .keeper import CHEAP, NOW, PASSWORD, later


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger_service, "utc_now", lambda: NOW)
    create_node(tmp_path / "node", "northtown")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "node"


@pytest.fixture
def easement(capsys, home):
    """Run `easement staff` with some words; its exit code, and what it told."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["staff", *map(str, arguments), "--node", str(home)])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.fixture
def told(easement):
    """The data that a command prints."""

    def run(*arguments):
        code, out, _ = easement(*arguments, "--json")
        assert code == 0
        return json.loads(out)

    return run


def test_the_first_administrator_gets_in_with_the_code_that_is_printed(easement, home):
    code, out, err = easement("add", "Amina Patel", "--administrator")
    assert code == 0
    assert ":8350/enrol and type this code" in out
    assert "hand it to the person" in err
    token = re.search(r"^  ([a-z2-7]{52})$", out, re.MULTILINE).group(1)
    with open_node(home) as node:
        secret = service.begin_enrolment(node, token, NOW).secret
        first = service.finish_enrolment(node, token, PASSWORD, pyotp.TOTP(secret).at(NOW), now=NOW, hashing=CHEAP)
        assert first.signed_in.identity.organisation_roles == {"administrator"}
        code = pyotp.TOTP(secret).at(later(minutes=1))
        assert service.sign_in_local(node, "amina patel", PASSWORD, code, now=later(minutes=1), hashing=CHEAP)


def test_the_list_shows_what_people_hold(easement, told):
    told("add", "Amina Patel", "--node-role", "caseworker", "--node-role", "analyst", "--email", "a@northtown.example")
    told("grant", "Amina Patel", "free-school-meals", "benefits-officer", "--until", "2027-08-31")
    told("grant", "Amina Patel", "housing", "clerk")
    told("train", "Amina Patel", "governance", "--passed", "2026-09-01", "--expires", "2027-09-01")
    _, out, _ = easement("list")
    assert "Amina Patel" in out
    assert "analyst, caseworker" in out
    assert "benefits-officer (free-school-meals), clerk (housing)" in out
    assert "governance" in out
    (person,) = told("list")
    assert person["grants"][0]["expires"] == "2027-09-01T00:00:00+00:00", "the last day counts whole"
    assert (person["state"], person["email"], person["signed_in"]) == ("invited", "a@northtown.example", None)


def test_what_is_given_can_be_taken(told, easement):
    told("add", "Amina Patel", "--node-role", "auditor")
    told("grant", "amina patel", "meals", "clerk")
    assert told("revoke", "AMINA PATEL", "meals", "clerk")["role"] == "clerk"
    assert told("roles", "Amina Patel")["roles"] == []
    (person,) = told("list")
    assert (person["grants"], person["roles"]) == ([], [])
    code, _, err = easement("revoke", "Amina Patel", "meals", "clerk")
    assert (code, "was not granted" in err) == (2, True)


def test_somebody_is_shut_out_and_let_in_again(told, easement):
    told("add", "Amina Patel")
    assert told("disable", "Amina Patel")["state"] == "disabled"
    assert "disabled" in easement("list")[1]
    assert told("enable", "Amina Patel")["state"] == "invited"


def test_a_reset_gives_a_new_code(told, easement):
    first = told("add", "Amina Patel")
    second = told("password-reset", "Amina Patel")
    assert first["id"] == second["id"]
    assert first["code"] != second["code"]
    assert "opens nothing any more" in easement("password-reset", "Amina Patel")[1]


def test_somebody_is_linked_to_a_provider(told, easement):
    told("add", "Amina Patel")
    code, _, err = easement("link", "Amina Patel", "00u1f2")
    assert (code, "name no provider" in err) == (2, True)
    assert (
        told("link", "Amina Patel", "00u1f2", "--issuer", "https://login.example")["issuer"] == "https://login.example"
    )
    assert told("list")[0]["linked_to"] == ["https://login.example"]


def test_a_programs_key_is_made_listed_and_revoked(told, easement, home):
    code, out, err = easement("key", "make", "case system", "--scope", "disclosure:person:ask", "--days", "30")
    assert code == 0
    key = re.search(r"easement_k[a-z2-7_]+", out).group()
    assert "not shown again" in err
    told("grant", "case system", "meals", "clerk")
    told("train", "case system", "governance", "--passed", "2026-09-01")
    with open_node(home) as node:
        identity = service.identity_of_key(node, key, NOW)
    assert (identity.role_for("meals"), identity.training) == ("clerk", {"governance"})
    _, out, _ = easement("key", "list")
    assert key not in out
    assert "clerk (meals)" in out
    assert told("key", "revoke", "case system")["state"] == "revoked"
    assert told("key", "list")[0]["state"] == "revoked"
    with open_node(home) as node:
        assert service.identity_of_key(node, key, NOW) is None


def test_a_name_that_two_keys_have_is_not_enough(told, easement):
    ids = [told("key", "make", "case system", "--scope", "data:job:run")["id"] for _ in range(2)]
    code, _, err = easement("key", "revoke", "case system")
    assert (code, "several keys" in err) == (2, True)
    assert told("key", "revoke", ids[0])["id"] == ids[0]
    assert told("key", "revoke", "case system")["id"] == ids[1]
    assert easement("key", "revoke", "no such key")[0] == 2


def test_a_program_named_like_a_person_is_not_taken_for_them(told, easement):
    person = told("add", "Amina Patel")["id"]
    told("key", "make", "Amina Patel", "--scope", "data:job:run")
    code, _, err = easement("grant", "Amina Patel", "meals", "clerk")
    assert (code, "a person and a program" in err) == (2, True)
    assert told("grant", person, "meals", "clerk")["id"] == person


def test_the_trail_says_what_was_done_and_whether_it_was_changed(told, easement, home):
    id_ = told("add", "Amina Patel")["id"]
    told("grant", id_, "meals", "clerk")
    _, out, _ = easement("trail")
    assert "staff:grant:given" in out
    assert "agreement meals, role clerk" in out
    assert "Amina" not in out
    with open_node(home) as node, writing(node.engine) as connection:
        connection.execute(update(tables.trail).where(tables.trail.c.number == 0).values(by="nobody"))
    code, out, err = easement("trail", "--json")
    assert (code, json.loads(out)["broken_at"]) == (12, 0)
    assert "line 0 was changed" in err


def test_scopes_are_explained(capsys):
    with pytest.raises(SystemExit):
        main(["staff", "key", "scopes", "--json"])
    assert {"scope": "data:job:run", "allows": "Start bulk disclosures and follow them."} in json.loads(
        capsys.readouterr().out
    )


@pytest.mark.parametrize("who", ["Nobody", "", "\x1b[31m", "p" * 13, "' or ''='"])
def test_nobody_is_told_of_plainly(easement, who: str):
    code, out, err = easement("disable", who)
    assert (code, out) == (2, "")
    assert "nobody of that name" in err
    assert "\x1b" not in err


def test_names_that_cannot_be_kept_are_refused(easement):
    for name in ("", "a\u202eb", "x" * 101):
        assert easement("add", name)[0] == 2
    assert easement("add", "Amina Patel")[0] == 0
    code, _, err = easement("add", "amina patel")
    assert (code, "already" in err) == (2, True)
