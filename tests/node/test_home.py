"""A node's directory (R7.2): whole or not there at all, its secrets its own, and damage told as what it is."""

import os
import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easement.base.database import reading, writing
from easement.base.errors import BadFile, EasementError, ProofFailed, StorageFailed, UsageError
from easement.ledger.model import Entry, EntryType
from easement.node.home import create_node, open_node
from easement.node.model import Settings
from easement.node.tables import fact, put_fact, secret_digest
from tests.often import often

SECRETS = ("organisation.key", "log.key", "database.key", "master.key")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return create_node(tmp_path / "dwp", "dwp", name="Department").home


def test_a_new_node_has_settings_keys_a_database_a_ledger_and_folders(home: Path) -> None:
    assert {path.name for path in home.iterdir()} == {
        "easement.toml", "keys", "members", "node.db", "ledger", "agreements", "standards", "datasets", "releases",
        "directory", "indexes", "jobs", "links",
    }  # fmt: skip
    with open_node(home) as node:
        assert (node.organisation, node.settings.organisation.name, node.memory_mb) == ("dwp", "Department", 600)
        assert node.settings.ledger.origin == "dwp/ledger" == node.ledger.key.name
        assert node.ledger.size == 1
        assert node.ledger.fsck() == []
        assert len(node.master_key) == 32


def test_secrets_are_for_their_owner_alone(home: Path) -> None:
    for name in SECRETS:
        assert (home / "keys" / name).stat().st_mode & 0o777 == 0o600
    for folder in ("keys", "releases", "directory", "indexes", "jobs", "links"):
        assert (home / folder).stat().st_mode & 0o777 == 0o700
    assert (home / "node.db").stat().st_mode & 0o777 == 0o600


def test_two_nodes_share_no_key(tmp_path: Path) -> None:
    homes = [create_node(tmp_path / name, "dwp").home for name in ("one", "two")]
    for name in SECRETS:
        assert len({(home / "keys" / name).read_text() for home in homes}) == 2
    all_of_one = [(homes[0] / "keys" / name).read_text() for name in SECRETS]
    assert len(set(all_of_one)) == len(SECRETS)


def test_the_public_keys_beside_the_secret_ones_are_theirs(home: Path) -> None:
    with open_node(home) as node:
        assert (home / "keys" / "organisation.vkey").read_text() == f"{node.organisation_key.key}\n"
        assert (home / "keys" / "log.vkey").read_text() == f"{node.ledger.key}\n"


def test_the_database_is_encrypted(home: Path) -> None:
    assert not (home / "node.db").read_bytes().startswith(b"SQLite format 3")


def test_what_is_written_stays_when_the_node_is_opened_again(home: Path) -> None:
    with open_node(home) as node:
        index = node.ledger.append(Entry(time="2026-11-21T12:00Z", type=EntryType.LOG_OPENED))
    with open_node(home) as node:
        assert node.ledger.entry(index).entry.time == "2026-11-21T12:00Z"


def test_a_node_that_was_closed_takes_no_more(home: Path) -> None:
    with open_node(home) as node:
        pass
    with pytest.raises(StorageFailed, match="closed"):
        node.ledger.append(Entry(time="2026-11-21T12:00Z", type=EntryType.LOG_OPENED))


# Making one


@pytest.mark.parametrize("there", ["a file in it", "a hidden file in it", "a file of its name"])
def test_nothing_that_stands_is_overwritten(tmp_path: Path, there: str) -> None:
    home = tmp_path / "dwp"
    if there == "a file of its name":
        home.write_text("mine")
    else:
        home.mkdir()
        (home / (".mine" if "hidden" in there else "mine")).write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        create_node(home, "dwp")
    assert [path.read_text() for path in (home.iterdir() if home.is_dir() else [home])] == ["mine"]


def test_an_empty_folder_becomes_the_node(tmp_path: Path) -> None:
    (tmp_path / "dwp").mkdir()
    assert create_node(tmp_path / "dwp", "dwp").organisation == "dwp"


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    assert create_node(tmp_path / "a" / "b" / "dwp", "dwp").home.is_dir()


def test_the_folder_one_stands_in_is_not_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="the folder you stand in"):
        create_node(Path(), "dwp")
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize("step", ["new_database", "_written", "flush_directory"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), StorageFailed("full"), KeyboardInterrupt()])
def test_a_node_that_cannot_be_made_whole_is_not_there_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    def broken(*_given: object) -> None:
        raise error

    monkeypatch.setattr(f"easement.node.home.{step}", broken)
    with pytest.raises(BaseException) as failed:
        create_node(tmp_path / "dwp", "dwp")
    assert isinstance(failed.value, EasementError | KeyboardInterrupt)
    if isinstance(error, OSError):
        assert "cannot make a node" in str(failed.value)
    monkeypatch.undo()
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    if (tmp_path / "dwp").exists():
        with open_node(tmp_path / "dwp") as node:
            assert node.ledger.fsck() == []


@pytest.mark.parametrize("organisation", ["North Town", "Dwp", "1st", "", "-x", "x" * 64, "dwp\n", "dŵp", "../dwp"])
def test_an_id_that_agreements_could_not_name_is_told_with_an_example(tmp_path: Path, organisation: str) -> None:
    with pytest.raises(UsageError) as refused:
        create_node(tmp_path / "dwp", organisation)
    assert refused.value.what == f"`{organisation}` cannot be an id"
    assert "--org north-town" in refused.value.remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "origin", "told"),
    [
        ("two\nlines", "", "the name holds a line break"),
        ("broken \udce9", "", "the name holds a line break or what cannot be seen"),
        ("bell\x07", "", "the name holds"),
        ("", "has blanks in it", "cannot be the name of a ledger"),
        ("", "has+plus", "cannot be the name of a ledger"),
        ("", "bell\x07", "cannot be the name of a ledger"),
    ],
)
def test_a_name_that_settings_cannot_hold_is_told(tmp_path: Path, name: str, origin: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        create_node(tmp_path / "dwp", "dwp", name=name, origin=origin)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=often(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=20))
def test_whatever_name_is_taken_reads_back_as_it_was_given(tmp_path: Path, name: str) -> None:
    home = tmp_path / "dwp"
    shutil.rmtree(home, ignore_errors=True)
    try:
        create_node(home, "dwp", name=name)
    except UsageError:
        assert not name.isprintable()
        assert not home.exists()
        return
    assert tomllib.loads((home / "easement.toml").read_text())["organisation"]["name"] == name


def test_a_ledger_may_have_a_name_of_its_own(tmp_path: Path) -> None:
    node = create_node(tmp_path / "dwp", "dwp", origin="log.dwp.example/2026")
    assert node.ledger.key.name == "log.dwp.example/2026"


# Opening one


def test_where_there_is_no_node_it_is_told_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused, open_node(tmp_path):
        pass
    assert refused.value.remedy == f"make one: easement init {tmp_path} --org ID"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[organisation\nid = 'dwp'\n", "line 1"),
        ("[organisation]\nid = 'dwp'\nname = oh dear\n", "line 3"),
        ("\xff", "cannot be read"),
    ],
)
def test_settings_that_are_no_toml_name_the_line(home: Path, text: str, told: str) -> None:
    (home / "easement.toml").write_text(text, encoding="latin-1")
    with pytest.raises(BadFile, match=told) as failed, open_node(home):
        pass
    assert failed.value.where == str(home / "easement.toml")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "dwp"', 'id = "Dwp"', "organisation.id"),
        ('id = "dwp"', 'ide = "dwp"', "organisation.ide"),
        ("memory_mb = 600", "memory_mb = 5", "sources.memory_mb"),
        ("memory_mb = 600", 'memory_mb = "lots"', "sources.memory_mb"),
        ("[sources]", "[source]", "source"),
    ],
)
def test_a_setting_that_cannot_stand_is_named(home: Path, old: str, new: str, key: str) -> None:
    path = home / "easement.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(BadFile) as failed, open_node(home):
        pass
    assert any(f"`{key}`" in problem.what for problem in failed.value.problems)


def test_settings_can_be_changed(home: Path) -> None:
    path = home / "easement.toml"
    path.write_text(path.read_text().replace("memory_mb = 600", "memory_mb = 1200"))
    with open_node(home) as node:
        assert node.memory_mb == 1200


def test_settings_may_leave_out_what_has_a_default(home: Path) -> None:
    (home / "easement.toml").write_text('[organisation]\nid = "dwp"\n[ledger]\norigin = "dwp/ledger"\n')
    with open_node(home) as node:
        assert node.settings == Settings.model_validate(
            {"organisation": {"id": "dwp"}, "ledger": {"origin": "dwp/ledger"}}
        )


@pytest.mark.parametrize("name", SECRETS)
def test_a_key_that_others_can_read_is_refused_with_the_mend(home: Path, name: str) -> None:
    path = home / "keys" / name
    path.chmod(0o640)
    with pytest.raises(EasementError, match="others can read the key") as failed, open_node(home):
        pass
    assert failed.value.remedy == f"chmod 600 {path}"


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"\xff\x00\xfe", b"ab" * 31])
def test_a_key_that_is_lost_or_damaged_is_named(home: Path, name: str, content: bytes | None) -> None:
    path = home / "keys" / name
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(EasementError) as failed, open_node(home):
        pass
    assert name in failed.value.what
    assert failed.value.remedy == "restore it from where you keep it"


def swap(home: Path, other: Path, name: str) -> None:
    (home / "keys" / name).write_bytes((other / "keys" / name).read_bytes())


def test_the_key_of_another_database_does_not_open_this_one(home: Path, tmp_path: Path) -> None:
    swap(home, create_node(tmp_path / "other", "dwp").home, "database.key")
    with pytest.raises(StorageFailed, match="cannot open the database"), open_node(home):
        pass


@pytest.mark.parametrize("stem", ["organisation", "log", "master"])
def test_a_key_of_another_node_is_caught_before_it_signs_or_opens_anything(
    home: Path, tmp_path: Path, stem: str
) -> None:
    swap(home, create_node(tmp_path / "other", "dwp").home, f"{stem}.key")
    with pytest.raises(EasementError, match=rf"`keys/{stem}\.key` is not the key of this node"), open_node(home):
        pass


def test_a_node_that_was_made_before_keys_were_held_against_its_database_takes_them_for_its_own(home: Path) -> None:
    with open_node(home) as node, writing(node.engine) as connection:
        for stem in ("organisation", "log", "master"):
            put_fact(connection, f"key:{stem}", None)
    with open_node(home) as node, reading(node.engine) as connection:
        assert fact(connection, "key:master") == secret_digest(node.master_key)


@pytest.mark.parametrize(("name", "says"), [("organisation.key", "easton"), ("log.key", "easton/ledger")])
def test_a_key_of_another_name_is_told(home: Path, tmp_path: Path, name: str, says: str) -> None:
    swap(home, create_node(tmp_path / "other", "easton").home, name)
    with pytest.raises(EasementError, match=f"signs for `{says}`"), open_node(home):
        pass


def test_a_lost_database_is_told_and_no_empty_one_takes_its_place(home: Path) -> None:
    (home / "node.db").unlink()
    with pytest.raises(StorageFailed, match="is not there"), open_node(home):
        pass
    assert not (home / "node.db").exists()


def test_a_folder_that_may_not_be_read_is_an_error_of_the_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_text

    def unreadable(path: Path, *given: object, **named: object) -> str:
        if path.name == "master.key":
            raise PermissionError(13, os.strerror(13), str(path))
        return real(path, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "read_text", unreadable)
    with pytest.raises(EasementError, match=r"cannot read the key .*: Permission denied"), open_node(home):
        pass


# Whom it knows


def test_members_are_known_by_the_name_of_their_file_which_is_their_keys(home: Path, tmp_path: Path) -> None:
    partner = create_node(tmp_path / "northtown", "northtown").organisation_key.key
    (home / "members" / "northtown.vkey").write_text(f"{partner}\n")
    (home / "members" / "README").write_text("not a key")
    with open_node(home) as node:
        assert dict(node.members) == {"northtown": partner, "dwp": node.organisation_key.key}


def test_a_members_key_under_another_name_is_told(home: Path, tmp_path: Path) -> None:
    partner = create_node(tmp_path / "northtown", "northtown").organisation_key.key
    (home / "members" / "easton.vkey").write_text(f"{partner}\n")
    with open_node(home) as node, pytest.raises(BadFile, match="the key is named `northtown`") as failed:
        _ = node.members
    assert failed.value.where == str(home / "members" / "easton.vkey")


def test_a_member_that_changed_its_key_is_known_by_the_new_one_and_its_old_signatures_still_hold(
    home: Path, tmp_path: Path
) -> None:
    old, new = (create_node(tmp_path / name, "northtown").organisation_key.key for name in ("one", "two"))
    (home / "members" / "northtown.vkey").write_text(f"{new}\n{old}\n")
    with open_node(home) as node:
        assert node.members["northtown"] == new
        assert node.member_keys["northtown"] == (new, old)


@pytest.mark.parametrize("content", [b"", b"not a key\n", b"\xff\xfe"])
def test_a_members_file_that_holds_no_key_is_named(home: Path, content: bytes) -> None:
    (home / "members" / "easton.vkey").write_bytes(content)
    with open_node(home) as node, pytest.raises(BadFile, match="not a public key") as failed:
        _ = node.members
    assert failed.value.where == str(home / "members" / "easton.vkey")


def test_a_key_in_members_does_not_stand_in_for_ones_own(home: Path, tmp_path: Path) -> None:
    stranger = create_node(tmp_path / "other", "dwp").organisation_key.key
    (home / "members" / "dwp.vkey").write_text(f"{stranger}\n")
    with open_node(home) as node:
        assert node.members["dwp"] == node.organisation_key.key


def test_the_secret_of_a_damaged_key_is_never_repeated(home: Path) -> None:
    path = home / "keys" / "log.key"
    secret = path.read_text().strip()
    path.write_text(secret[:-3] + "\n")
    with pytest.raises(EasementError) as failed, open_node(home):
        pass
    assert not isinstance(failed.value, ProofFailed)
    assert secret[-20:-3] not in str(failed.value)
