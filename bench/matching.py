"""Linking two generated registers by a model, against Splink by hand with the same rules and weights.

Both begin from the same standardised tables and end with one-to-one links. Each run is a process of its own, so that
its peak memory is its own; the kinds take turns. `EASEMENT_BENCH_PEOPLE` sets how many each register holds: 500,000, or
5,000,000 for the large run, which wants 16 GB and an hour. Seven in ten people are in both registers.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

PEOPLE = int(os.environ.get("EASEMENT_BENCH_PEOPLE", "500000"))
LEARNT_ON = 20_000
ROUNDS = 1 if PEOPLE > 1_000_000 else 3

STARTS = [
    "bar", "cal", "dun", "el", "fair", "gar", "hol", "in", "jes", "ken", "lor", "mos", "nut", "oak", "pick", "quay",
    "rush", "stan", "thack", "un",
]  # fmt: skip
MIDDLES = ["a", "ber", "den", "fi", "gra", "ha", "kel", "lo", "man", "ner", "ri", "ster", "ti", "wor"]
ENDS = ["ley", "ton", "son", "by", "ham", "wick", "worth", "ford", "den", "low"]
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"

NAMES = """create table {kind} as
  select row_number() over (order by hash(name)) - 1 as n, name from (
    select distinct concat({parts}) as name from {tables})"""
"""Made-up names: some ten thousands of the family, some hundreds of the first."""


def _drawn(kind: str, chance: str) -> str:
    return f"floor((select count(*) from {kind}) * pow({chance} % 100000 / 100000.0, 2))::bigint"


PERSON = f"""create table person as
  select i, f.name as family, g.name as given,
    date '1940-01-01' + (hash(i, 2) % 28000)::integer as birth,
    ['NT', 'ZE', 'QX', 'VB'][(1 + hash(i, 3) % 4)::int] || (1 + hash(i, 4) % 60)::varchar || (hash(i, 5) % 10)::varchar
      || '{LETTERS}'[(1 + hash(i, 6) % 20)::int] || '{LETTERS}'[(1 + hash(i, 7) % 20)::int] as place,
    case hash(i, 8) % 2 when 0 then 'male' else 'female' end as sex
  from (select i, {_drawn("families", "hash(i)")} as f_n, {_drawn("firsts", "hash(i, 1)")} as g_n
    from range({{most}}) as t(i)) join families as f on f.n = f_n join firsts as g on g.n = g_n"""
"""Names are common and rare, as squares of even chances are."""

SIDE = """create table {side} as
  select row_number() over (order by hash(i, '{side}')) as {side}_row, i as easement_person,
    null::varchar as key_identifier,
    case when hash(i, '{side}', 1) % 100 < 6 then left(family, 2) || right(family, -3) else family end as key_family,
    given as key_given, given as key_givens,
    case when hash(i, '{side}', 2) % 100 < 5 then null
      when hash(i, '{side}', 3) % 100 < 4 and day(birth) <= 12 then make_date(year(birth), day(birth), month(birth))
      else birth end as key_birth,
    case when hash(i, '{side}', 4) % 100 < 12 then 'ZE' || (1 + hash(i, 9) % 60)::varchar || '1AA'
      when hash(i, '{side}', 5) % 100 < 4 then null else place end as key_place,
    sex as key_sex
  from person where i >= {first} and i < {first} + {many}"""
"""One register: six in a hundred family names lack a letter, birth dates are missing or turned about, people moved."""


def opened(folder: Path, many: int) -> Any:
    """An engine in which both registers stand, standardised."""
    import duckdb

    from easement.linkage.link import prepared, run

    connection = duckdb.connect(str(folder / f"people-{os.getpid()}.duckdb"))
    connection.execute("set preserve_insertion_order = false; set enable_progress_bar = false").fetchall()
    for kind, parts in (
        ("families", (STARTS, MIDDLES, MIDDLES, ENDS)),
        ("firsts", (STARTS, MIDDLES, ["a", "na", "o"])),
    ):
        tables = ", ".join(f"(select unnest({part}) as s) as t{place}" for place, part in enumerate(parts))
        columns = ", ".join(f"t{place}.s" for place in range(len(parts)))
        connection.execute(NAMES.format(kind=kind, parts=columns, tables=tables)).fetchall()
    connection.execute(PERSON.format(most=many * 13 // 10)).fetchall()
    for side, first in (("held", 0), ("listed", many * 3 // 10)):
        connection.execute(SIDE.format(side=side, first=first, many=many)).fetchall()
    run(connection, prepared())
    return connection


def learnt(folder: Path) -> None:
    """Train the model of both kinds on registers of the same make."""
    from easement.linkage.train import train

    made = train(opened(folder, LEARNT_ON), id="bench", title="Generated", held="held", listed="listed")
    (folder / "model.json").write_text(json.dumps(made.model.model_dump(mode="json")))


def ours(connection: Any, model: Any, policy: Any) -> Callable[[], Any]:
    """Choose rules, score and assign, as the gate does."""
    from easement.linkage.link import link

    return partial(link, connection, model, policy)


def by_hand(connection: Any, model: Any, policy: Any) -> Callable[[], Any]:
    """Splink's own prediction with the same settings, and the best partner of each on both sides.

    Which rules are worth their pairs is known beforehand.
    """
    from easement.linkage.blocking import affordable
    from easement.linkage.splink_engine import settings

    rules = [each.rule for each in affordable(connection, model.rules) if each.used and not each.within]
    made = settings(model.compared, rules, prior=model.chance, known=model.comparisons)
    return partial(_predicted, connection, made, policy)


def _predicted(connection: Any, made: dict[str, Any], policy: Any) -> None:
    from splink import DuckDBAPI, Linker

    from easement.linkage.model import bits

    database = DuckDBAPI(connection)
    sides = [database.register(name, dataset_display_name=name) for name in ("held_people", "listed_people")]
    found = Linker(sides, made, log_level=None).inference.predict(threshold_match_weight=policy.floor)
    connection.execute(
        "create table linked as select unique_id_l as held_row, unique_id_r as listed_row from "
        f"{found.physical_name} qualify match_weight = max(match_weight) over (partition by unique_id_l) "
        f"and match_weight = max(match_weight) over (partition by unique_id_r) "
        f"and match_weight >= {bits(policy.disclose)}"
    ).fetchall()


KINDS = {"ours": ours, "splink": by_hand}


def one(kind: str, folder: Path) -> None:
    """One run in this process; prints its figures."""
    from easement.linkage.assign import Policy
    from easement.linkage.model import LinkModel

    model = LinkModel.model_validate_json((folder / "model.json").read_text())
    connection = opened(folder, PEOPLE)
    job = KINDS[kind](connection, model, Policy())
    begun = (time.perf_counter(), time.process_time())
    job()
    seconds, work = time.perf_counter() - begun[0], time.process_time() - begun[1]
    [[linked, right, both]] = connection.execute(
        "select count(*), count(*) filter (where h.easement_person = l.easement_person), "
        "(select count(*) from held join listed using (easement_person)) "
        "from linked join held as h using (held_row) join listed as l using (listed_row)"
    ).fetchall()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "work": work, "peak_mb": round(peak), "linked": linked, "right": right,
                      "both": both}))  # fmt: skip


def measures() -> Iterator[dict[str, Any]]:
    """The ratio of times, and what either links."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _run("learn", folder)
        told: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        for _ in range(ROUNDS):
            for kind in told:
                told[kind].append(_run(kind, folder))
                for left in folder.glob("people-*"):
                    left.unlink()
    wall, work = (
        statistics.median(a[what] / b[what] for a, b in zip(told["ours"], told["splink"], strict=True))
        for what in ("seconds", "work")
    )
    yield {"measure": f"link {PEOPLE:,} × {PEOPLE:,} by a model, of Splink by hand", "ratio": round(wall, 2),
           "processor_ratio": round(work, 2), "bar": 1.1}  # fmt: skip
    for kind, each in told.items():
        last = each[-1]
        yield {"measure": f"link {PEOPLE:,} × {PEOPLE:,}: {kind}", "seconds": round(last["seconds"], 1),
               "peak_mb": last["peak_mb"], "precision": round(last["right"] / last["linked"], 5),
               "recall": round(last["right"] / last["both"], 4)}  # fmt: skip


def _run(kind: str, folder: Path) -> dict[str, Any]:
    """One kind in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.matching", kind, str(folder)], check=True, stdout=subprocess.PIPE
    )
    return dict(json.loads(done.stdout.splitlines()[-1])) if done.stdout else {}


if __name__ == "__main__":
    if sys.argv[1] == "learn":
        learnt(Path(sys.argv[2]))
    else:
        one(sys.argv[1], Path(sys.argv[2]))
