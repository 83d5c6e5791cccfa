"""How a database is reached stands in a file, and its password apart (R3.5): both are held to what they must be."""

from pathlib import Path

import pytest

from easement.base.errors import BadFile, EasementError, UsageError
from easement.sources.connection import read_connection

URL = "postgresql://reader@db.northtown.example/pupils"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("datasets", "keys"):
        (tmp_path / folder).mkdir()
    return tmp_path


def write(home: Path, text: str, name: str = "pupils") -> None:
    (home / "datasets" / f"{name}.connection.yaml").write_text(f"format: easement-connection/1\n{text}")


def test_a_connection_is_read_with_its_password(home: Path) -> None:
    write(home, f"url: {URL}\nseconds: 60\n")
    secret = home / "keys" / "pupils.password"
    secret.write_text("hunter2 \n")
    secret.chmod(0o600)
    found = read_connection("pupils", home)
    assert (str(found.url), found.seconds, found.password) == (URL, 60, "hunter2 ")
    assert "hunter2" not in repr(found)


def test_many_databases_need_no_password(home: Path) -> None:
    write(home, f"url: {URL}\n")
    assert read_connection("pupils", home).password == ""


def test_a_password_that_others_may_read_is_refused(home: Path) -> None:
    write(home, f"url: {URL}\n")
    (home / "keys" / "pupils.password").write_text("hunter2")
    (home / "keys" / "pupils.password").chmod(0o644)
    with pytest.raises(EasementError, match="others can read the password") as raised:
        read_connection("pupils", home)
    assert raised.value.remedy.startswith("chmod 600")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:hunter2@db.example/x",
        "postgresql://reader@db.example/x?password=hunter2",
        "mariadb://reader@db.example/x?passwd=hunter2",
        "postgresql://db.example/x?sslpassword=hunter2",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(home: Path, url: str) -> None:
    write(home, f"title: x\nurl: {url}\n")
    with pytest.raises(BadFile) as raised:
        read_connection("pupils", home)
    assert "pupils.connection.yaml:3:" in str(raised.value)
    assert "the address holds a password" in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("url: what is this\n", "not the address of a database"),
        ("title: x\n", "`url` is missing"),
        (f"url: {URL}\nseconds: 0\n", "`seconds`"),
        (f"url: {URL}\npasword: x\n", "`pasword` is not a known key"),
        ("url: sqlite://\n", "the address names no file"),
    ],
)
def test_what_is_wrong_with_a_connection_is_told_with_its_line(home: Path, text: str, said: str) -> None:
    write(home, text)
    with pytest.raises(BadFile) as raised:
        read_connection("pupils", home)
    assert said in str(raised.value)
    assert "pupils.connection.yaml" in str(raised.value)


@pytest.mark.parametrize("name", ["other", "../datasets/pupils", "Pupils", "", "a/b"])
def test_a_connection_that_the_node_does_not_have_is_told(home: Path, name: str) -> None:
    write(home, f"url: {URL}\n")
    with pytest.raises(UsageError, match="this node has no connection"):
        read_connection(name, home)


def test_a_file_of_sqlite_stands_from_the_folder_of_its_connection(home: Path) -> None:
    write(home, "url: sqlite:///../elsewhere/x.db\n")
    found = read_connection("pupils", home)
    assert found.place is not None
    assert found.place.resolve() == (home / "elsewhere" / "x.db").resolve()
    write(home, f"url: {URL}\n")
    assert read_connection("pupils", home).place is None
