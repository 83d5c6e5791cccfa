"""A process that appends to a ledger until it is killed, and says each index only once it is durable.

python appender.py HOME NAME [ENTRIES]
"""

import sys
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


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
