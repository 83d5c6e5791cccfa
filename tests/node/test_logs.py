"""The log of a running node: one line for each event, and nothing in it that could be a person."""

import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.node import logs


@pytest.fixture
def written() -> io.StringIO:
    stream = io.StringIO()
    logs.set_up(stream, human=False)
    return stream


def line(stream: io.StringIO) -> dict:
    return json.loads(stream.getvalue().splitlines()[-1])


def test_a_line_says_what_happened_when_and_where(written):
    logs.log("answered", route="/api/v1/agreements/{agreement}", status=200, milliseconds=1.5, agreement="meals")
    told = line(written)
    assert told["event"] == "answered"
    assert told["time"].endswith("Z")
    assert told["agreement"] == "meals"


def test_a_key_that_nobody_allowed_is_not_written(written):
    logs.log("answered", person="Zoë Ash", path="/people/zoe-ash", token="secret")
    assert line(written).keys() == {"event", "level", "time"}


@pytest.mark.parametrize("key", sorted(logs.KEYS.keys() - {"event", "level", "time"}))
@pytest.mark.parametrize("value", ["Zoë Ash", "AB123456C", "NT1 1AA", "943 476 5919", "zoe@example.org", ["x"], b"x"])
def test_a_value_that_does_not_fit_its_key_is_left_out(written, key, value):
    logs.log("answered", **{key: value})
    kept = line(written)[key]
    assert kept == logs.LEFT_OUT or (key in ("error", "place") and value == "AB123456C")


@given(st.text(min_size=1, max_size=60))
def test_no_sentence_gets_through(text):
    stream = io.StringIO()
    logs.set_up(stream, human=False)
    logs.log("answered", agreement=text + " ", route=text + " ", error=text + " ")
    told = line(stream)
    assert told["agreement"] == told["route"] == told["error"] == logs.LEFT_OUT


def test_what_a_library_says_is_not_passed_on(written):
    try:
        raise ValueError("Zoë Ash")
    except ValueError:
        logging.getLogger("sqlalchemy.pool").exception("cannot bind %s", "AB123456C")
    told = line(written)
    assert told["event"] == "a library warned"
    assert told["error"] == "ValueError"
    assert told["place"].startswith("sqlalchemy.pool.test_what_a_library_says_is_not_passed_on:")
    assert "Ash" not in written.getvalue()
    assert "AB123456C" not in written.getvalue()


def test_an_error_is_told_by_kind_and_place():
    try:
        raise KeyError("Zoë Ash")
    except KeyError as error:
        told = logs.place(error)
    assert told["error"] == "KeyError"
    assert "Ash" not in str(told)


def test_a_person_at_a_terminal_reads_words():
    stream = io.StringIO()
    logs.set_up(stream, human=True)
    logs.log("answered", status=200)
    assert "answered" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
