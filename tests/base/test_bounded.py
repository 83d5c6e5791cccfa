"""Whoever answers over the network fills no memory and holds nobody up: every answer is read within bounds."""

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.bounded import TooLong, read_bounded
from easement.base.errors import EasementError, ProofFailed
from easement.client import Client, Problem
from easement.exchange import bulk_fetch
from easement.exchange.bulk import Profile
from easement.exchange.directory_service import fetch
from easement.staff.oidc import OidcClient

CHUNK = 1 << 20


class Endless(httpx.SyncByteStream):
    """A body without end, which knows how much of it was taken."""

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.taken += CHUNK
            yield b" " * CHUNK


def answering(body: httpx.SyncByteStream, **headers: str) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=body))


def a_clients_page(transport: httpx.MockTransport) -> None:
    with Client("https://node.example", "key", transport=transport) as client:
        list(client.agreements())


def a_list_of_links(transport: httpx.MockTransport) -> None:
    profile = Profile("https://provider.example/delta", "token", datetime.now(UTC), "a.b.c")
    with httpx.Client(transport=transport) as client:
        bulk_fetch._links(client, profile, "0" * 32)


def a_directory(transport: httpx.MockTransport) -> None:
    with httpx.Client(transport=transport) as client:
        fetch(client, "https://operator.example", 10)


def what_a_sign_in_provider_says(transport: httpx.MockTransport) -> None:
    with httpx.Client(transport=transport) as client:
        OidcClient("https://id.example", "us", "secret", "https://us.example", client).metadata(datetime.now(UTC))


@pytest.mark.parametrize("read", [a_clients_page, a_list_of_links, a_directory, what_a_sign_in_provider_says])
def test_an_answer_without_end_is_given_up_before_it_fills_the_memory(read: Callable[[httpx.MockTransport], None]):
    endless = Endless()
    with pytest.raises((EasementError, Problem)):
        read(answering(endless))
    assert endless.taken <= 65 << 20


@pytest.mark.parametrize("read", [a_clients_page, a_list_of_links, a_directory, what_a_sign_in_provider_says])
def test_an_answer_that_is_packed_is_not_unpacked(read: Callable[[httpx.MockTransport], None]):
    bomb = httpx.ByteStream(gzip.compress(b" " * (8 << 20)))
    with pytest.raises((EasementError, Problem)):
        read(answering(bomb, **{"content-encoding": "gzip"}))


@pytest.mark.parametrize("said", [b"[]", b"{}", b'{"file": 3}', b'{"file": {"id": "1"}}', b"\xff", b"[" * 99_999])
def test_a_list_of_links_that_is_none_is_told_as_such(said: bytes):
    with pytest.raises(ProofFailed, match="links"):
        a_list_of_links(answering(httpx.ByteStream(b"{}\n{}\n" + said)))


def dripping(clock: list[float]) -> Iterator[bytes]:
    while True:
        clock[0] += 9
        yield b"x"


class Dripping(httpx.SyncByteStream):
    """A byte every nine seconds, by a clock of the test's own."""

    def __init__(self) -> None:
        self.clock = [0.0]

    def __iter__(self) -> Iterator[bytes]:
        return dripping(self.clock)


def test_an_answer_that_drips_is_waited_for_no_longer_than_was_meant():
    slow = Dripping()
    with pytest.raises(httpx.ReadTimeout):
        read_bounded(httpx.Response(200, stream=slow), 1_000, 60, clock=lambda: slow.clock[0])
    assert slow.clock[0] <= 69


@given(st.binary(max_size=50), st.integers(0, 60))
def test_all_of_an_answer_is_read_or_none(body: bytes, most: int):
    response = httpx.Response(200, stream=httpx.ByteStream(body))
    if len(body) <= most:
        assert read_bounded(response, most, 60) == body
    else:
        with pytest.raises(TooLong):
            read_bounded(response, most, 60)
