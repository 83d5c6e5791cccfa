"""A process that appends to a ledger until it is killed, and says each index only once it is durable.

python appender.py HOME NAME [ENTRIES]

Without words it forks such a process for each line `HOME NAME SAID ERRORS` that it reads, which costs far less than one
that loads everything anew, and answers with the child's number and, on a line of its own, what it ended with. `SAID` is
the pipe that the child writes to, `ERRORS` the file for what it should not have to say.
"""

import os
import sys
import traceback
from itertools import count
from pathlib import Path

from tests.ledger.makers import private, released, reopened


def main(home: Path, name: str, many: int) -> None:
    ledger = reopened(home)
    for number in count():
        if many and number >= many:
            return
        tickets = [
            ledger.submit(released(mode=f"{name}-{number}-{at}"), private() if at == 0 else None) for at in range(3)
        ]
        for at, ticket in enumerate(tickets):
            sys.stdout.write(f"{ticket.wait()} {name}-{number}-{at}\n")
        sys.stdout.flush()
        if number % 5 == 4:
            ledger.checkpoint()


def serve() -> None:
    import psycopg  # noqa: F401
    import sqlalchemy.dialects.postgresql
    import sqlalchemy.dialects.sqlite  # noqa: F401
    import sqlcipher3.dbapi2  # noqa: F401

    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a process with threads must not fork"
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            appended(*line.split())
        _say(child)
        _say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def appended(home: str, name: str, said: str, errors: str) -> None:
    """What the child does; it never returns."""
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), 2)
    os.dup2(os.open(said, os.O_WRONLY), 1)
    try:
        main(Path(home), name, 0)
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(1)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        serve()
    else:
        main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
