"""The ledger's public files over HTTP: what a monitor reads, and nothing else of the node."""

import pytest

from easement.ledger.tiles import tile_path
from easement.ledger.verifier import parse_key, verified_checkpoint

from .test_app import is_problem

FOREVER = "public, max-age=31536000, immutable"


def test_a_monitor_reads_key_checkpoint_tiles_and_entries(client, node):
    key = parse_key(client.get("/ledger/key").text.strip())
    checkpoint = verified_checkpoint(client.get("/ledger/checkpoint").content, [key])
    assert checkpoint.size == node.ledger.published.size > 3
    for level in (0, "entries"):
        answer = client.get(f"/ledger/{tile_path(level, 0, checkpoint.size)}")
        assert answer.content == (node.home / "ledger" / tile_path(level, 0, checkpoint.size)).read_bytes()
        assert answer.headers["cache-control"] == FOREVER
        assert answer.headers["content-type"] == "application/octet-stream"


def test_the_checkpoint_is_asked_for_again_each_time(client):
    first = client.get("/ledger/checkpoint")
    assert first.headers["cache-control"] == "public, no-cache"
    again = client.get("/ledger/checkpoint", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_its_head_can_be_asked_for_alone(client):
    whole, head = client.get("/ledger/checkpoint"), client.head("/ledger/checkpoint")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/64/000",
        "tile/0/0",
        "tile/0/x000/",
        "tile/entries",
        "tile/0/000.p",
        "tile/../../keys/master.key",
        "tile/0/../../../keys/master.key",
        ".lock",
        "tile/0/000.p/4%00",
        "../easement.toml",
        "checkpoint/",
    ],
)
def test_nothing_else_of_the_node_is_there(client, path):
    is_problem(client.get(f"/ledger/{path}"), 404)
