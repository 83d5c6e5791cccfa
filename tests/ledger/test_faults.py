"""R5.1: what was acknowledged is never lost: not to a kill, a full disk, a refusing disk, or another process."""

import os
import random
import resource
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from easement.base.errors import EasementError, StorageFailed
from easement.ledger import verifier
from tests.ledger.makers import SIGNER, fill, new_ledger, released, reopened

ROOT = Path(__file__).parents[2]


def appender(home, name, many):
    command = [sys.executable, "-m", "tests.ledger.appender", str(home), name, str(many)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def acknowledged(output: bytes) -> dict[int, str]:
    """Index and mode of every entry that was said to be durable; a last line cut off by a kill says nothing."""
    whole = output.decode().rpartition("\n")[0]
    return {int(line.split()[0]): line.split()[1] for line in whole.splitlines()}


def lost(ledger, said: dict[int, str]) -> list[int]:
    """The acknowledged entries that are not there, or are not what was said."""
    kept = {logged.index: logged.entry.mode for logged in ledger.entries()}
    return [index for index, mode in said.items() if kept.get(index) != mode]


def killed_again_and_again(home, times):
    """Start an appender, kill it in the middle of its work, open the ledger and go on; all that was acknowledged."""
    chance = random.Random(20261121)
    new_ledger(home).engine.dispose()
    said: dict[int, str] = {}
    with forking() as start:
        for round_ in range(times):
            new = acknowledged(killed(start, home, f"r{round_}", chance.randrange(1, 60)))
            assert not said.keys() & new.keys()
            said |= new
    return said


@contextmanager
def forking():
    """A process that forks appenders: what it answers to one more line."""
    command = [sys.executable, "-m", "tests.ledger.appender"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def start(*words):
            process.stdin.write(" ".join(map(str, words)) + "\n")
            process.stdin.flush()
            return process.stdout

        yield start
        process.stdin.close()
    assert process.returncode == 0


def killed(start, home, name, lines):
    """What an appender said that is killed once it said so many lines."""
    pipe, errors = home / f"{name}.pipe", home / f"{name}.errors"
    os.mkfifo(pipe)
    answers = start(home, name, pipe, errors)
    pid = int(answers.readline())
    with pipe.open("rb") as told:
        first = b"".join(told.readline() for _ in range(lines))
        os.kill(pid, signal.SIGKILL)
        rest = told.read()
    assert int(answers.readline()) == -signal.SIGKILL
    assert errors.read_bytes() == b""
    return first + rest


def sound_after(home, said):
    ledger = reopened(home)
    assert ledger.refusal is None
    assert lost(ledger, said) == []
    ledger.checkpoint()
    assert ledger.fsck() == []
    assert verifier.check_log(str(home / "ledger"), [SIGNER.key]).size == ledger.size
    ledger.engine.dispose()


def test_twenty_kills_lose_nothing_that_was_acknowledged(home):
    said = killed_again_and_again(home, 20)
    assert len(said) >= 20
    sound_after(home, said)


@pytest.mark.torture
@pytest.mark.timeout(7200)
def test_a_thousand_kills_lose_nothing_that_was_acknowledged(home):
    sound_after(home, killed_again_and_again(home, 1_000))


def test_several_processes_append_and_publish_at_once(home):
    new_ledger(home).engine.dispose()
    processes = [appender(home, name, 15) for name in ("one", "two", "three")]
    said: dict[int, str] = {}
    for process in processes:
        output, errors = process.communicate(timeout=120)
        assert (process.returncode, errors) == (0, b"")
        said |= acknowledged(output)
    assert sorted(said) == list(range(1, 136))
    sound_after(home, said)


def test_many_threads_append_and_publish_at_once(home):
    ledger = new_ledger(home)
    said: dict[int, str] = {}

    def work(name):
        for number in range(20):
            said[ledger.append(released(mode=f"{name}-{number}"))] = f"{name}-{number}"
            if number % 7 == 0:
                ledger.checkpoint()

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == list(range(1, 161))
    assert lost(ledger, said) == []
    ledger.engine.dispose()
    sound_after(home, said)


FULL = """
import resource, signal, sys
from pathlib import Path
from easement.base.errors import StorageFailed
from tests.ledger.makers import released, reopened

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = reopened(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    for number in range(100_000):
        index = ledger.append(released(mode=f"n-{number}", fields={f"f{at}": "x" * 400 for at in range(20)}))
        print(index, f"n-{number}", flush=True)
except StorageFailed as failure:
    print("refused:", failure, file=sys.stderr)
try:
    ledger.append(released())
except StorageFailed as failure:
    print("refused again:", failure, file=sys.stderr)
"""


@pytest.mark.parametrize("room", [100_000, 333_333, 1_000_000])
def test_a_full_disk_refuses_and_loses_nothing_that_was_acknowledged(tmp_path, room):
    ledger = new_ledger(tmp_path)
    ledger.engine.dispose()
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(room)], cwd=ROOT, capture_output=True, check=False
    )
    told = done.stderr.decode()
    assert "refused: the database would not keep what it was given" in told
    assert "refused again: the database would not keep what it was given" in told
    said = acknowledged(done.stdout)
    assert said
    sound_after(tmp_path, said)


def test_a_full_disk_while_publishing_leaves_the_old_checkpoint_whole(home):
    ledger = new_ledger(home)
    fill(ledger, 300)
    before = ledger.published
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(StorageFailed, match="cannot write"):
            ledger.checkpoint()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)
    assert ledger.published == before
    assert ledger.fsck() == []
    assert ledger.checkpoint().size == 301
    assert ledger.fsck() == []
    ledger.engine.dispose()


def test_a_refusal_says_what_to_do_next(home):
    ledger = new_ledger(home)
    ledger.close()
    with pytest.raises(EasementError) as refused:
        ledger.append(released())
    assert refused.value.remedy
    ledger.engine.dispose()
