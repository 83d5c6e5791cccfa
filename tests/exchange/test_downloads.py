"""Slow downloads keep nobody out: each recipient has its share of the places, and who does not read is hung up on."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from easement.api.guard import Guard, Limits
from easement.base.canonical import sha256_hex
from easement.base.database import writing
from easement.base.sealed import SealedWriter
from easement.exchange import sets
from easement.exchange.delta import File
from easement.exchange.delta_api import router
from easement.exchange.downloads import GRACE_SECONDS, LEAST_PACE, Full, Places, too_slow
from easement.node.home import open_node
from tests.gate.world import World, copied, furnish

from .serving import Serving, address_of, bound
from .test_delta import TOKEN, Clock, Shared

SIZE = 12 << 20
"""More than the buffers of a connection hold, so that a download which nobody reads stays in hand."""

WAITING = 6


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return furnish(tmp_path_factory.mktemp("world"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(world: World, tmp_path) -> Iterator[Shared]:
    mine = copied(world, tmp_path / "world")
    with open_node(mine.node) as node:
        object.__setattr__(node.settings.server, "max_waiting", WAITING)
        yield Shared(mine, node)


@pytest.fixture
def serving(shared: Shared, clock: Clock) -> Iterator[Serving]:
    app, listening = FastAPI(), bound()
    address = address_of(listening)
    app.state.node, app.state.clock = shared.node, clock
    app.include_router(router)
    limits = Limits(hosts=frozenset({urlsplit(address).netloc}), waiting=WAITING)
    app.add_middleware(Guard, limits=limits, answered=lambda *_: None, organisation="dwp")
    object.__setattr__(shared.node.settings.server, "url", address)
    with Serving(app, listening) as server:
        yield server


def long_file(shared: Shared, recipient: str = "northtown", number: int = 0) -> str:
    """A set of one file that is longer than a connection's buffers, and a link to it."""
    id_ = f"{number:x}".rjust(32, "e")
    (sets.sets_folder(shared.node.home) / id_).mkdir(parents=True)
    data = os.urandom(SIZE)
    with SealedWriter(sets.file_path(shared.node.home, id_, 0), sets.file_key(shared.node.master_key, id_, 0)) as file:
        file.write(data)
    files = (File(0, SIZE, 1, sha256_hex(data)),)
    made = sets.Made(
        id_, shared.digest, "school-meals", "forms", recipient, 2, 1_790_000_900_000, "{}", files, intent=0
    )
    with writing(shared.node.engine) as connection:
        sets.add_set(connection, made)
    return id_


def address_to(shared: Shared, serving: Serving, id_: str) -> str:
    return shared.link(serving, id_, int(datetime.now(UTC).timestamp()) + 3_600)


class Slow:
    """Asks for a file and reads no more of it than the first line of the answer."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self.socket.connect((parts.hostname, parts.port))
        head = f"GET {parts.path}?{parts.query} HTTP/1.1\r\nhost: {parts.netloc}\r\n\r\n"
        self.socket.sendall(head.encode())
        self.status = int(self.socket.recv(12).split()[1])

    def close(self) -> None:
        self.socket.close()

    def rest(self) -> int:
        """How many bytes still come before the other side hangs up."""
        count = 0
        with suppress(ConnectionError):
            while piece := self.socket.recv(1 << 20):
                count += len(piece)
        return count


def test_one_recipient_that_reads_nothing_leaves_room_for_the_next(shared: Shared, serving: Serving):
    url = address_to(shared, serving, long_file(shared))
    with ExitStack() as open_:
        slow = [open_.enter_context(closing(Slow(url))) for _ in range(WAITING)]
        assert [each.status for each in slow].count(200) < WAITING
        assert 503 in {each.status for each in slow}
        token = {"Authorization": f"Bearer {TOKEN}"}
        assert httpx.get(f"{serving.address}/delta/shares", headers=token).status_code == 200


def test_who_takes_a_file_too_slowly_is_hung_up_on_and_its_place_is_free_again(
    shared: Shared, serving: Serving, clock: Clock
):
    url = address_to(shared, serving, long_file(shared))
    with closing(Slow(url)) as first, closing(Slow(url)) as second:
        assert (first.status, second.status) == (200, 503)
        clock.more = timedelta(minutes=9)
        assert first.rest() < SIZE
    clock.more = timedelta()
    answer = httpx.get(url)
    assert (answer.status_code, len(answer.content)) == (200, SIZE)


def test_the_place_of_whoever_hangs_up_is_free_again(shared: Shared, serving: Serving):
    url = address_to(shared, serving, long_file(shared))
    for _ in range(WAITING):
        Slow(url).close()
    while (answer := httpx.get(url)).status_code == 503:
        assert answer.headers["retry-after"]
    assert len(answer.content) == SIZE


@given(st.integers(0, 1 << 40), st.floats(0, 1e6))
def test_a_download_at_the_least_pace_is_never_too_slow_and_none_lasts_longer(sent: int, seconds: float):
    assert not too_slow(int(seconds * LEAST_PACE) + 1, seconds)
    assert too_slow(sent, sent / LEAST_PACE + GRACE_SECONDS + 1)


@given(st.integers(1, 40), st.lists(st.integers(1, 12), max_size=8))
def test_whatever_others_take_the_next_finds_a_place(most: int, wanted: list[int]):
    places = Places(most)
    with ExitStack() as open_:
        for number, times in enumerate(wanted):
            taken = 0
            with suppress(Full):
                for taken in range(times):  # noqa: B007 - how far it came is looked at
                    open_.enter_context(places.taken(f"other-{number}"))
            assert taken <= max(1, most // 2)
        open_.enter_context(places.taken("the next"))
    assert places == Places(most, places._lock)
