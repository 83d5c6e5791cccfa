"""Files that people write: plain YAML alone, each error on its true line (R1.2)."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError

from easement.base.errors import BadFile
from easement.base.located import MAX_BYTES, MAX_DEPTH, MAX_NODES, misplaced, read_file, read_text, validate
from tests.often import often


def read(text: str) -> Any:
    return read_text(text, name="a.yaml", what="agreement").data


def refusal(text: str) -> BadFile:
    with pytest.raises(BadFile) as raised:
        read(text)
    assert raised.value.exit_code == 11
    assert raised.value.remedy
    return raised.value


def test_values_are_plain_and_few_words_are_special() -> None:
    text = "a: 1\nb: -2.50\nc: true\nd: null\ne:\nf: 'true'\ng: yes\nh: 2026-09-01\ni: 012\nj: 1e3\n"
    text += "k: [x, 'y, z', {l: ~}]\n"
    assert read(text) == {
        "a": 1, "b": -2.5, "c": True, "d": None, "e": None, "f": "true", "g": "yes", "h": "2026-09-01", "i": "012",
        "j": "1e3", "k": ["x", "y, z", {"l": None}],
    }  # fmt: skip


def test_a_long_number_stays_text_for_it_is_an_identifier() -> None:
    assert read("a: 12345678901234567") == {"a": "12345678901234567"}


def test_text_over_several_lines_is_kept_or_folded() -> None:
    assert read("a: |\n  one\n  two\nb: >\n  one\n  two\n") == {"a": "one\ntwo\n", "b": "one two\n"}


def test_a_text_that_is_read_twice_is_each_time_its_own_data_under_its_own_name() -> None:
    first, second = (read_text("a: {b: [1, 2.5, ~]}\n", name=name, what="x") for name in ("a.yaml", "b.yaml"))
    first.data["a"]["b"].append("changed")
    assert second.data == read_text(second.text, name="c.yaml", what="x").data == {"a": {"b": [1, 2.5, None]}}
    assert (first.where(("a",)), second.where(("a",))) == ("a.yaml:1:1", "b.yaml:1:1")
    for name in ("a.yaml", "b.yaml"):
        with pytest.raises(BadFile, match=f"{name}:2:1"):
            read_text("a: 1\na: 2\n", name=name, what="x")


def test_every_value_and_key_remembers_where_it_stood() -> None:
    document = read_text(
        "# about\nid: x\nparties:\n  dwp: {as: provider}\n  list:\n  - a\n  - b\n", name="a.yaml", what="x"
    )
    assert document.where() == "a.yaml:2:1"
    assert document.where(("id",)) == "a.yaml:2:1"
    assert document.where(("parties", "dwp", "as")) == "a.yaml:4:9"
    assert document.where(("parties", "list", 1)) == "a.yaml:7:5"
    assert document.where(("parties", "dwp", "nothing", "here")) == "a.yaml:4:3"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1", "has the key `a` twice"),
        ("x:\n  a: 1\n  a: 1\n", "3:3", "has the key `a` twice"),
        ("{a: 1, 'a': 2}", "1:8", "has the key `a` twice"),
        ("a: &x 1\nb: *x\n", "1:4", "uses an anchor or alias"),
        ("a: {<<: {b: 1}}\nb: *x\n", "2:4", "uses an anchor or alias"),
        ("a:\n  b: &x [1]\n", "2:6", "uses an anchor or alias"),
        ("&x a: 1\n", "1:1", "uses an anchor or alias"),
        ("a: !!python/object/apply:os.system ['true']\n", "1:4", "uses the tag"),
        ("a: !!str 5\n", "1:4", "uses the tag"),
        ("!!map\na: 1\n", "1:1", "uses the tag"),
        ("a: !include b.yaml\n", "1:4", "uses the tag `!include`"),
        ("? [a, b]\n: 1\n", "1:3", "has a key that is not plain text"),
        ("? {a: b}\n: 1\n", "1:3", "has a key that is not plain text"),
        ("'': 1\n", "1:1", "has a key that is not plain text"),
        ("a: 1\n---\nb: 2\n", "2:1", "holds a second document"),
        ("a: [1, 2\n", "2:1", "is not well-formed YAML"),
        ("a: 1\n b: 2\n", "2:3", "is not well-formed YAML"),
        ("a: 'open\n", "2:1", "is not well-formed YAML"),
        ("a:\n\t- 1\n", "2:1", "is not well-formed YAML"),
        ("a: b: c\n", "1:5", "is not well-formed YAML"),
        ("", "1:1", "is empty"),
        ("# only words\n", "1:1", "is empty"),
        ('a: "b\\0c"\n', "1:4", "holds the character U+0000"),
        ('a: ["\\e[2J"]\n', "1:5", "holds the character U+001B"),
        ('a: "\\ud800"\n', "1:4", "holds the character U+D800"),
        ('a: "\\uFFFF"\n', "1:4", "holds the character U+FFFF"),
        ('a: 1\n"b\\x01": 2\n', "2:1", "holds the character U+0001"),
    ],
)
def test_what_is_not_plain_is_refused_on_its_line(text: str, where: str, what: str) -> None:
    error = refusal(text)
    assert error.where == f"a.yaml:{where}"
    assert what in error.what


@pytest.mark.parametrize("text", ["a: \x00", "a: \x07", "a: \x1b"])
def test_a_character_that_yaml_does_not_allow_is_refused(text: str) -> None:
    assert "does not allow" in refusal(text).what or "not well-formed" in refusal(text).what


@pytest.mark.parametrize(
    "text",
    ['a: "\\UFFFFFFFF"', 'a: "\\U00110000"', f"%YAML {'9' * 5_000}.1\n---\na: 1", f"%YAML 1.{'9' * 5_000}\n---\na: 1"],
)
def test_a_number_beyond_what_the_parser_bears_is_refused_and_not_its_own_error(text: str) -> None:
    assert "that there is not" in refusal(text).what


def test_half_a_character_is_refused_before_anything_is_counted() -> None:
    assert "does not allow" in refusal("a: b # \ud800").what


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    lines = ['a0: &a0 ["lol", "lol"]'] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert refusal("\n".join(lines)).where == "a.yaml:1:5"


@pytest.mark.parametrize(
    "nest", ["[" * 5_000, "{a: " * 5_000, "- " * 5_000, "".join(f"{' ' * n}a:\n" for n in range(600))]
)
def test_depth_is_bounded_without_exhausting_the_stack(nest: str) -> None:
    assert f"deeper than {MAX_DEPTH} levels" in refusal(nest).what


def test_the_deepest_nesting_allowed_is_read() -> None:
    value = read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    depth = 1
    while value:
        value, depth = value[0], depth + 1
    assert depth == MAX_DEPTH


def test_size_is_bounded_in_bytes_not_letters() -> None:
    assert "larger than 262,144 bytes" in refusal("a: " + "é" * (MAX_BYTES // 2)).what
    assert len(read("a: " + "e" * (MAX_BYTES - 3))["a"]) == MAX_BYTES - 3


@pytest.mark.parametrize("data", [b"a: " + b"e" * MAX_BYTES, b"\xff" * (MAX_BYTES + 1), ("é" * MAX_BYTES).encode()])
def test_a_file_too_large_is_told_before_anything_else_of_it(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    with pytest.raises(BadFile, match="larger than 262,144 bytes"):
        read_file(path, what="agreement")


def test_of_a_file_without_an_end_no_more_is_read_than_may_be() -> None:
    with pytest.raises(BadFile, match="larger than 262,144 bytes"):
        read_file(Path("/dev/zero"), what="agreement")


def test_keys_and_values_are_bounded_in_number() -> None:
    most = MAX_NODES - 3
    assert read("a: [" + "1," * most + "]") == {"a": [1] * most}
    lines = "a:\n" + "- 1\n" * (most + 1)
    error = refusal(lines)
    assert error.what == "the agreement has more than 20,000 keys and values"
    assert error.where == f"a.yaml:{most + 2}:3"
    assert "20,000 keys" in refusal("".join(f"k{number}: 1\n" for number in range(MAX_NODES // 2))).what


def test_a_file_is_read_as_utf_8_with_or_without_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for data in (b"a: caf\xc3\xa9\n", b"\xef\xbb\xbfa: caf\xc3\xa9\r\n"):
        path.write_bytes(data)
        assert read_file(path, what="agreement").data == {"a": "café"}


@pytest.mark.parametrize("data", [b"a: 1\nb: caf\xe9\n", "a: 1\nb: café".encode("utf-16")])
def test_another_encoding_is_refused_by_its_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    with pytest.raises(BadFile, match="is not UTF-8 text") as raised:
        read_file(path, what="agreement")
    assert raised.value.where == f"{path}:{2 if data.startswith(b'a') else 1}"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(BadFile, match="cannot read the agreement") as raised:
            read_file(path, what="agreement")
        assert raised.value.remedy


class Party(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str = Field(alias="as")
    since: int = 0


class Duty(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    retain: str


class Agreement(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    parties: Mapping[str, Party] = {}
    duties: Duty | None = None
    notes: tuple[str, ...] = ()
    public: bool = True

    @model_validator(mode="after")
    def _named(self) -> "Agreement":
        if self.title == "untitled":
            raise ValueError("The title says nothing\nwrite what is shared")
        if "nobody" in self.parties:
            raise misplaced(("parties", "nobody"), "nobody cannot be a party", "name an organisation")
        return self


def problems(text: str) -> list[str]:
    with pytest.raises(BadFile) as raised:
        validate(Agreement, read_text(text, name="a.yaml", what="agreement"), what="agreement")
    return [str(problem) for problem in raised.value.problems]


def test_a_file_that_fits_becomes_the_model() -> None:
    document = read_text("title: x\nparties: {dwp: {as: provider}}\nnotes: [a]\n", name="a.yaml", what="agreement")
    assert validate(Agreement, document, what="agreement") == Agreement(
        title="x", parties={"dwp": Party.model_validate({"as": "provider"})}, notes=("a",)
    )


def test_an_unknown_key_brings_the_near_one() -> None:
    assert problems("title: x\npartys: {}\n") == ["a.yaml:2:1: `partys` is not a known key\n  did you mean `parties`?"]
    assert problems("title: x\nparties:\n  dwp: {as: provider, sinse: 3}\n") == [
        "a.yaml:3:23: `parties.dwp.sinse` is not a known key\n  did you mean `since`?"
    ]
    assert problems("title: x\nduties: {retian: P1Y, retain: P1Y}\n") == [
        "a.yaml:2:10: `duties.retian` is not a known key\n  did you mean `retain`?"
    ]


def test_an_unknown_key_unlike_any_brings_the_known_ones() -> None:
    assert problems("title: x\nzzz: 1\n") == [
        "a.yaml:2:1: `zzz` is not a known key\n  remove it; known here: duties, notes, parties, public, title"
    ]


def test_a_missing_key_is_told_where_it_is_missing() -> None:
    assert problems("public: true\n") == ["a.yaml:1:1: `title` is missing from the file\n  add `title:`"]
    assert problems("title: x\nparties:\n  dwp: {since: 1}\n") == [
        "a.yaml:3:3: `as` is missing from `parties.dwp`\n  add `as:`"
    ]


def test_every_problem_is_told_at_once_each_on_its_line() -> None:
    found = problems("title: 5\nparties:\n  dwp: {as: provider, since: soon}\nnotes: [a, 7]\npublic: maybe\n")
    assert [problem.split(": ")[0] for problem in found] == ["a.yaml:1:1", "a.yaml:3:23", "a.yaml:4:12", "a.yaml:5:1"]
    assert "put the value in quotes" in found[0]
    assert "write a whole number" in found[1]
    assert "write true or false" in found[3]


def test_a_models_own_words_are_told_with_their_mend() -> None:
    assert problems("title: untitled\n") == ["a.yaml:1:1: the title says nothing\n  write what is shared"]


def test_a_model_may_name_a_place_deeper_in_the_file() -> None:
    found = problems("title: x\nparties:\n  dwp: {as: a}\n  nobody: {as: b}\n")
    assert found == ["a.yaml:4:3: `parties.nobody`: nobody cannot be a party\n  name an organisation"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text", "5"])
def test_a_file_that_is_no_set_of_keys_is_told(text: str) -> None:
    document = read_text(text, name="a.yaml", what="agreement")
    with pytest.raises(BadFile, match="is not a set of `key: value` lines"):
        validate(Agreement, document, what="agreement")


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=8
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS.filter(bool), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(WORDS.filter(bool), VALUES, min_size=1, max_size=4))
def test_json_is_yaml_and_reads_the_same(value: dict[str, Any]) -> None:
    assert read(json.dumps(value, ensure_ascii=False)) == value


@settings(deadline=None, max_examples=often(200))
@given(st.text(max_size=60) | st.text("ab:-[]{}&*!|>#'\" \n,?%@`~", max_size=60))
def test_any_text_is_read_as_a_yaml_library_reads_it_or_is_a_bad_file(text: str) -> None:
    try:
        document = read_text(text, name="a.yaml", what="agreement")
    except BadFile:
        return
    with suppress(ConstructorError):  # a lone `=` is a kind of its own in YAML 1.1, which the library still knows
        assert same(document.data, YAML(typ="safe", pure=True).load(text))


def same(ours: Any, theirs: Any) -> bool:
    """Alike in shape; of values, text where we keep text that the library would turn into a date or a number."""
    if isinstance(ours, dict):
        ours, theirs = list(ours.values()), list(theirs.values())
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(same(a, b) for a, b in zip(ours, theirs, strict=True))
    return ours == theirs or isinstance(ours, str)
