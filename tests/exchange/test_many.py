"""Several providers at once (R3.7): partial answers are answers, and who is silent is named with the reason."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from easement.base.database import reading
from easement.base.errors import UsageError
from easement.exchange import service, tables
from easement.exchange.message_carry import NoAnswer, Silence
from easement.exchange.model import Answered, Silent, Wish, picture_lines
from easement.exchange.service import ask_many

from .pair import ASKER, NOW, Pair, paired


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as made:
        yield made


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A pair that waits for no answer longer than two seconds."""
    with paired(tmp_path_factory.mktemp("hasty"), exchange__timeout_seconds=2) as made:
        yield made


@contextmanager
def stranger(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Something else that listens where a provider should."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def says(status: int, body: bytes = b"<h1>Bad gateway</h1>", **headers: str) -> Callable[[Any], None]:
    def answer(handler: Any) -> None:
        handler.send_response(status)
        for name, value in ({"content-length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hangs(handler: Any) -> None:
    time.sleep(4)


def drips(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100000")
    handler.end_headers()
    for _ in range(40):
        try:
            handler.wfile.write(b"x")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def dies(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


@pytest.fixture
def at(hasty: Pair) -> Iterator[Callable[[str], Pair]]:
    """The pair, with the department's address led elsewhere."""
    pair, known = hasty, hasty.directory.members

    def lead(url: str) -> Pair:
        pair.publish(*[each.model_copy(update={"url": url}) if each.id == "dwp" else each for each in known])
        return pair

    yield lead
    pair.publish(*known)


def silence(pair: Pair, **changes: Any) -> Silent:
    found = ask_many(pair.northtown, [pair.wish(**changes)], ASKER, NOW)
    assert found.answers == ()
    (silent,) = found.silent
    assert silent.text
    assert silent.text[0].islower() or silent.text[0] == "`"
    return silent


@pytest.mark.parametrize(
    ("answer", "why", "said"),
    [
        (says(502), "garbage", "is not its node"),
        (says(200), "garbage", "is not its node"),
        (says(500, b""), "garbage", "is not its node"),
        (says(302, b"", location="http://127.0.0.1:9/"), "garbage", "is not its node"),
        (says(200, b"x" * 100, content_encoding="gzip"), "garbage", "packs its answers"),
        (says(503, b"busy"), "busy", "has too much in hand"),
        (hangs, "slow", "did not answer within 2 seconds"),
        (drips, "slow", "did not answer within 2 seconds"),
        (dies, "broken-off", "broke off in the middle"),
    ],
    ids=["502", "200", "500", "redirect", "packed", "busy", "hangs", "drips", "dies"],
)
def test_a_provider_that_does_not_answer_is_told_apart_by_how(
    at: Callable[[str], Pair], answer: Callable[[Any], None], why: str, said: str
):
    with stranger(answer) as url:
        silent = silence(at(url))
        assert (silent.provider, silent.why) == ("dwp", why), silent.text
        assert said in silent.text
        assert silent.remedy


def test_a_provider_that_is_down_is_named_and_the_question_stays(at: Callable[[str], Pair]):
    pair = at(nobody())
    silent = silence(pair)
    assert silent.why == "down"
    with reading(pair.northtown.engine) as connection:
        assert tables.waiting(connection)


def test_a_refusal_carries_its_reasons(pair: Pair):
    silent = silence(pair, role="caretaker")
    assert (silent.why, silent.refusal and silent.refusal.refused_by) == ("refused", "here")
    there = silence(pair, share="forms", person={"family_name": "Twin", "date_of_birth": "2010-07-07"})
    assert there.why == "refused"
    assert there.refusal is not None
    assert there.refusal.refused_by == "dwp"
    assert "refused by dwp: more than one person" in there.text


def test_one_that_is_silent_holds_up_no_other(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    """The silent one ends only when the other has answered, so in turn they would never end."""
    real, done = service.ask, threading.Event()

    def asked(host: Any, wish: Wish, *rest: Any) -> Answered:
        if wish.provider == "police":
            assert done.wait(60)
            raise NoAnswer(Silence.SLOW, "did not answer within 10 seconds")
        told = real(host, wish, *rest)
        done.set()
        return told

    monkeypatch.setattr(service, "ask", asked)
    wishes = [replace(pair.wish(), provider="police"), pair.wish(), pair.wish(role="caretaker")]
    found = ask_many(pair.northtown, wishes, ASKER, NOW)
    assert [each.provider for each in found.answers] == ["dwp"]
    assert [(each.provider, each.why) for each in found.silent] == [("police", "slow"), ("dwp", "refused")]


def test_nobody_and_too_many_are_not_asked(pair: Pair):
    for wishes in ([], [pair.wish()] * 33):
        with pytest.raises(UsageError):
            ask_many(pair.northtown, wishes, ASKER, NOW)


def test_an_error_that_nobody_foresaw_is_one_silence_and_not_the_end(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: Any) -> Answered:
        raise RuntimeError("AB123456C")

    monkeypatch.setattr(service, "ask", broken)
    silent = silence(pair)
    assert silent.why == "failed"
    assert "AB123456C" not in silent.text


# The picture


def answered(provider: str, records: list[dict[str, Any]], pair: Pair) -> Answered:
    import json

    told = ask_many(pair.northtown, [pair.wish()], ASKER, NOW).answers[0]
    return replace(told, provider=provider, answer=json.dumps({"records": records}).encode())


def test_each_value_keeps_its_source_and_differences_are_shown_not_merged(pair: Pair):
    one = answered("dwp", [{"family_name": "Ash", "award": "UC"}], pair)
    other = answered("police", [{"family_name": "Ashe"}], pair)
    lines = {line.element: line for line in picture_lines([one, other])}
    name = lines["family_name"]
    assert [(each.provider, each.value) for each in name.values] == [("dwp", "Ash"), ("police", "Ashe")]
    assert name.differ
    assert not lines["award"].differ
    value = lines["award"].values[0]
    assert (value.agreement_id, value.version, value.basis, value.form) == (
        "school-meals", "1.0.0", "art6_1_e", "plain",
    )  # fmt: skip
    assert lines["postcode"].values == ()
    assert set(lines["postcode"].withheld) == {"dwp", "police"}


def test_providers_that_say_the_same_do_not_differ_and_several_records_of_one_are_no_difference(pair: Pair):
    one = answered("dwp", [{"award": "UC"}, {"award": "IS"}], pair)
    same = answered("police", [{"award": "IS"}, {"award": "UC"}], pair)
    (award, *_) = picture_lines([one, same])
    assert not award.differ
    assert [each.record for each in award.values] == [1, 2, 1, 2]
    assert not picture_lines([one])[0].differ


def test_a_picture_as_json_says_all_of_it(pair: Pair):
    found = ask_many(pair.northtown, [pair.wish(), pair.wish(role="caretaker")], ASKER, NOW)
    said = found.as_dict()
    assert [each["provider"] for each in said["answers"]] == ["dwp"]
    assert said["silent"][0]["refusal"]["decision"]["reasons"]
    assert {"element", "differ", "values", "withheld"} == set(said["picture"][0])
