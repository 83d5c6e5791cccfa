"""The commands of a cluster, as the pages show them, one after the other; only the network is not there."""

import json
import shlex
from contextlib import ExitStack

import click
import pytest
from starlette.testclient import TestClient

from easement.cli import root
from easement.exchange import directory_service
from easement.ledger.service import utc_now
from easement.node.home import create_node, open_node, read_settings

from .hosts import app_of

BEGIN = (
    "easement operator init northshire-node --cluster-id northshire --org northshire "
    "--name 'Northshire public services' --url https://operator.northshire.example"
)
INVITE = "easement operator invite northtown --class local-authority --node northshire-node"
JOIN = "easement join $(cat code.txt) --node northtown-node --url https://node.northtown.example"
SHOW = "easement directory show --node northtown-node"
UPDATE = "easement directory update --node northtown-node --service lookup --service witness"
REFRESH = "easement directory refresh --node northtown-node"
REVOKE = "easement operator revoke northtown --node northshire-node"
REMOVE = "easement operator remove northtown --node northshire-node"
LEAVE = "easement directory leave --node northtown-node --yes"
SERVED = "easement serve --node northshire-node --behind-proxy"
"""Shown by a page; that it serves is the serving's own test."""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command in a folder of its own; what it told on both streams. Its questions reach the operator's node."""
    monkeypatch.chdir(tmp_path)

    def go(words, exit_code=0):
        if "$(cat code.txt)" in words:
            words = words.replace("$(cat code.txt)", (tmp_path / "code.txt").read_text().strip())
        with pytest.raises(SystemExit) as ended:
            root.main(shlex.split(words)[1:])
        told = capsys.readouterr()
        assert (ended.value.code or 0) == exit_code, told
        return told

    def outgoing():
        stack = ExitStack()
        node = stack.enter_context(open_node(tmp_path / "northshire-node"))
        client = TestClient(app_of(node, utc_now), base_url=node.settings.server.url)
        monkeypatch.setattr(client, "close", stack.close, raising=False)
        return client

    monkeypatch.setattr(directory_service, "outgoing", outgoing)
    return go


@pytest.fixture
def cluster(run, tmp_path):
    """A cluster with one member."""
    run(BEGIN)
    create_node(tmp_path / "northtown-node", "northtown", name="Northtown Council")
    (tmp_path / "code.txt").write_text(run(INVITE).out)
    run(JOIN)
    return run


def test_one_command_on_each_side(run, tmp_path):
    assert "`northshire` now operates the cluster `northshire`" in run(BEGIN).out
    create_node(tmp_path / "northtown-node", "northtown", name="Northtown Council")
    told = run(INVITE)
    assert len(told.out.splitlines()) == 1
    assert "send it by a way you trust" in told.err
    (tmp_path / "code.txt").write_text(told.out)
    told = run(JOIN)
    assert told.out == (
        "`northtown` is a member of `northshire`, at `https://node.northtown.example`, as local-authority.\n"
    )
    assert read_settings(tmp_path / "northtown-node").server.url == "https://node.northtown.example"
    assert "northtown     local-authority  https://node.northtown.example" in run(SHOW).out


def test_what_changes_is_told_and_seen(cluster):
    assert "version 3" in cluster(UPDATE).out
    assert "lookup, witness" in cluster(SHOW).out
    cluster(f"{UPDATE} --url https://new.northtown.example")
    (member,) = json.loads(cluster(f"{SHOW} --json").out)["members"]
    assert (member["url"], member["services"]) == ("https://new.northtown.example", ["lookup", "witness"])


def test_a_key_that_was_changed_is_announced(cluster):
    before = json.loads(cluster(f"{SHOW} --json").out)
    cluster("easement keys rotate organisation --node northtown-node")
    told = cluster(SHOW)
    assert "the directory has another key for us" in told.err
    cluster(REFRESH)
    after = json.loads(cluster(f"{SHOW} --json").out)
    assert (len(before["members"][0]["keys"]), len(after["members"][0]["keys"])) == (1, 2)
    assert after["problems"] == []


def test_who_was_revoked_is_told_and_joins_again(cluster, tmp_path):
    told = cluster(REVOKE)
    assert "Revoked every key of `northtown` in version 3" in told.out
    assert "next: easement operator invite northtown" in told.err
    assert "none: revoked" in cluster("easement operator members --node northshire-node").out
    cluster(REFRESH)
    assert "the operator revoked our key" in cluster(SHOW).err
    (tmp_path / "code.txt").write_text(cluster(INVITE).out)
    assert "the key was revoked" in cluster(JOIN, exit_code=10).err
    cluster("easement keys rotate organisation --node northtown-node")
    cluster(JOIN)
    assert cluster(SHOW).err == ""


def test_one_key_is_revoked_by_its_id(cluster):
    (member,) = json.loads(cluster("easement operator members --node northshire-node --json").out)["members"]
    (key,) = member["keys_in_use"]
    cluster(f"easement operator revoke-key northtown {key} --node northshire-node")
    told = cluster(f"easement operator revoke-key northtown {key} --node northshire-node", exit_code=2)
    assert "no such key to revoke" in told.err


def test_who_leaves_or_is_removed_is_out(cluster, tmp_path):
    assert cluster(LEAVE).out == "Left the cluster `northshire`.\n"
    assert "belongs to no cluster" in cluster(SHOW, exit_code=10).err
    (tmp_path / "code.txt").write_text(cluster(INVITE).out)
    cluster(JOIN)
    assert "`northtown` is out" in cluster(REMOVE).out
    cluster(REFRESH)
    assert "`northtown` is no longer a member" in cluster(SHOW).err
    assert "`northtown` is not a member" in cluster(REMOVE, exit_code=2).err
    cluster(INVITE)
    assert "`northtown` is out" in cluster(REMOVE).out
    assert cluster("easement operator members --node northshire-node").out == "Nobody yet.\n"


def test_the_operators_new_key_is_followed(cluster):
    cluster("easement keys rotate organisation --node northshire-node")
    cluster("easement keys rotate log --node northshire-node")
    cluster("easement operator publish --node northshire-node")
    assert json.loads(cluster(f"{REFRESH} --json").out)["sequence"] == 3
    assert cluster(SHOW).err == ""


def test_asking_is_stopped_before_it_leaves(cluster, monkeypatch):
    def no(*_words, **_how):
        raise click.Abort

    monkeypatch.setattr(click, "confirm", no)
    cluster(LEAVE.removesuffix(" --yes"), exit_code=1)
    cluster(SHOW)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("easement operator init elsewhere --cluster-id northshire", "--org ID"),
        (f"{BEGIN} --url http://operator.northshire.example/directory", "cannot be the address of a node"),
        (
            "easement operator init northshire-node --cluster-id northshire",
            "this node operates the cluster `northshire`",
        ),
        ("easement operator invite northtown --class council --node northshire-node", "not a class of body"),
        ("easement operator show --node northtown-node", "does not operate a cluster"),
        ("easement join nonsense --node northtown-node", "this is not a joining code"),
    ],
)
def test_what_is_put_wrongly_is_told(run, tmp_path, words, told):
    create_node(tmp_path / "northtown-node", "northtown")
    run(BEGIN)
    assert told in run(words, exit_code=2).err


def test_settings_keep_their_other_lines_when_an_address_is_written(run, tmp_path):
    create_node(tmp_path / "northshire-node", "northshire")
    path = tmp_path / "northshire-node" / "easement.toml"
    path.write_text(path.read_text().replace("[server]", "# ours\n[server]").replace("port = 8350", "port = 8351"))
    run(BEGIN.replace(" --org northshire", ""))
    server = read_settings(tmp_path / "northshire-node").server
    assert (server.port, server.url) == (8351, "https://operator.northshire.example")
    assert "# ours\n" in path.read_text()
    path.write_text(path.read_text().partition("# ours")[0])
    run("easement operator publish --node northshire-node --url https://other.example")
    assert read_settings(tmp_path / "northshire-node").server.url == "https://other.example"
