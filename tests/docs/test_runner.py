"""The runner of the pages would notice: what it lets pass is what the page says, and nothing else."""

import pytest

from .page import commands, fences, matches
from .runner import Folder
from .test_fences import play

PAGE = """
A page.

<!-- setup
echo ready > ready.txt
-->

<!-- exit: 3; file: kept.txt -->
```console
$ cat ready.txt
ready
$ exit \\
> 3
```

Words between.

```json
{"a": 1}
```
"""


def test_a_page_is_read_in_order_with_its_remarks():
    setup, console, data = fences(PAGE)
    assert (setup.language, setup.text) == ("setup", "echo ready > ready.txt")
    assert console.remarks == {"exit": "3", "file": "kept.txt"}
    assert [(c.words, c.shown) for c in commands(console)] == [("cat ready.txt", ("ready",)), ("exit 3", ())]
    assert (data.language, data.remarks, data.line) == ("json", {}, 18)


def test_a_remark_holds_only_for_the_fence_right_after_it():
    (fence,) = fences("<!-- exit: 1 -->\nWords.\n```console\n$ true\n```\n")
    assert fence.remarks == {}


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (("one",), "one\n"),
        (("one...three",), "one two three\n"),
        (("...", "end"), "a\nb\nend\n"),
        (("start", "..."), "start\n"),
        (("a", "...", "c"), "a\nb\nb\nc\n"),
        (("trailing",), "trailing   \n\n"),
    ],
)
def test_what_is_shown_matches(shown, told):
    assert matches(shown, told)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (("one",), "one\ntwo\n"),
        (("one...three",), "one two\nthree\n"),
        (("...", "end"), "a\nend\nmore\n"),
        (("a.c",), "abc\n"),
        (("one",), ""),
    ],
)
def test_what_is_not_shown_does_not(shown, told):
    assert not matches(shown, told)


@pytest.mark.parametrize(
    "wrong",
    [
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ false\n```\n",
        "<!-- exit: 2 -->\n```console\n$ exit 3\n```\n",
        "<!-- exit: 1 -->\n```console\n$ false\n$ false\n```\n",
        "```console\n$ easement zzzz\n```\n",
        "```bash\nfalse\ntrue\n```\n",
        "```json\n{...}\n```\n",
        "```python\nassert 1 == 2\n```\n",
        "```ruby\nputs 1\n```\n",
        "<!-- elsewhere: tests/docs/test_runner.py -->\n```console\n$ never " + "mentioned\n```\n",
    ],
)
def test_a_page_that_is_wrong_is_caught(wrong, tmp_path, monkeypatch):
    folder = Folder(tmp_path, monkeypatch, quick=True)
    (fence,) = fences(wrong)
    with pytest.raises((AssertionError, ValueError)):
        play(fence, folder)


@pytest.mark.parametrize("text", ["format: easement-agreement/1\nid: x\n", "format: easement-standard/1\n", "a: [1\n"])
def test_a_file_that_does_not_read_is_caught(text, tmp_path, monkeypatch):
    from easement.base.errors import BadFile

    with pytest.raises(BadFile):
        play(next(fences(f"```yaml\n{text}```\n")), Folder(tmp_path, monkeypatch, quick=True))


@pytest.mark.parametrize("quick", [True, False])
def test_a_command_tells_the_same_in_this_process_and_out_of_it(quick, tmp_path, monkeypatch):
    code, told = Folder(tmp_path, monkeypatch, quick=quick).run("easement law lst")
    assert (code, told) == (
        2,
        "error: no such command `lst`\n  did you mean `easement law list`? see: easement law --help\n",
    )


def test_a_command_with_a_pipe_goes_through_a_shell(tmp_path, monkeypatch):
    folder = Folder(tmp_path, monkeypatch, quick=True)
    assert folder.run("easement --version | tr a-z A-Z")[1].startswith("EASEMENT")
    assert folder.run("easement --version > v.txt && cat v.txt")[1].startswith("easement")
