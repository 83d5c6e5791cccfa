"""Run the measures: `python -m bench` runs all, `python -m bench decide ledger` only those named."""

import importlib
import json
import sys

MEASURES = ("start", "decide", "ledger", "exchange", "bulk", "sets", "matching")


def main(names: list[str]) -> None:
    for name in names or MEASURES:
        for measure in importlib.import_module(f"bench.{name}").measures():
            print(json.dumps(measure), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
