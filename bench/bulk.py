"""Governed bulk of 10 million rows by 10 columns against the same projection in plain DuckDB, Parquet to Parquet.

Each run is a process of its own, so that its peak memory is its own; the kinds take turns, and the ratio is the median
of the pairs, of wall time and (steadier on a shared machine) of processor time. Time is of the disclosure alone
(decide, intend, query, seal, record, deliver), not of starting Python.
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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROWS = int(os.environ.get("EASEMENT_BENCH_ROWS", "10000000"))
ROUNDS = 3
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
COLUMNS = (
    "claim_reference", "national_insurance_number", "family_name", "given_name", "date_of_birth",
    "sex", "postcode", "award", "net_monthly_earnings", "award_start",
)  # fmt: skip

MAKE = """
copy (
  select
    'C' || lpad(i::varchar, 8, '0') as claim_reference,
    'AB' || lpad((i * 7919 % 1000000)::varchar, 6, '0') || 'C' as national_insurance_number,
    'Family' || (hash(i) % 50000)::varchar as family_name,
    'Given' || (hash(i + 1) % 5000)::varchar as given_name,
    date '1940-01-01' + (hash(i + 2) % 25000)::integer as date_of_birth,
    case hash(i + 3) % 2 when 0 then 'male' else 'female' end as sex,
    'NT' || (hash(i + 4) % 90 + 10)::varchar || ' ' || (hash(i + 5) % 9)::varchar || 'AA' as postcode,
    case hash(i + 6) % 4 when 0 then 'UC' when 1 then 'IS' when 2 then 'PC' else 'ESA' end as award,
    round((hash(i + 7) % 200000) / 100.0, 2)::double as net_monthly_earnings,
    date '2020-01-01' + (hash(i + 8) % 2000)::integer as award_start
  from range({rows}) as t(i)
) to '{path}' (format parquet)
"""

TERMS = """
format: easement-agreement/1
id: bulk-bench
version: 1.0.0
title: Bulk
parties:
  dwp: {{as: provider, class: work-and-pensions-department, controller: independent, contact: ig@dwp.example}}
  northtown: {{as: recipient, class: local-authority, controller: independent, contact: dpo@northtown.example}}
purpose:
  code: benefit-eligibility
  statement: Identify pupils whose household receives a qualifying benefit.
  benefits: [Children get a meal.]
  harm_if_not_shared: Children go without.
  necessity: Only the department holds awards.
law:
  dwp: {{power: edu_2005_s110, basis: art6_1_e}}
  northtown: {{power: edu_2005_s110, basis: art6_1_e}}
  special_category: none
  criminal_offence: none
  confidentiality: {{engaged: true, met_by: edu_2005_s110}}
  dpia: {{reference: DPIA-1, outcome: low, dated: 2026-05-02}}
shares:
  everyone:
    from: dwp
    to: [northtown]
    standard: benefit-award/1
    modes: [bulk]
    subjects: all
    fields: {{{fields}}}
people: {{northtown: {{roles: [benefits-officer]}}}}
duties: {{retain: P1Y, then: delete, certificate: required, onward: none, breach_notice: PT24H, corrections: notify,
         risk_after_disclosure: recipient}}
term: {{starts: 2026-09-01, ends: 2029-08-31, review_every: P12M}}
transparency: {{public: true, in_plain_words: The council checks who can have meals.}}
emergency: none
"""


def measures() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _prepare(home)
        runs: dict[str, list[dict[str, float]]] = {"plain": [], "governed": [], "pseudonym": []}
        for _ in range(ROUNDS):
            for kind, found in runs.items():
                found.append(_run(kind, home))
        plain = statistics.median(run["seconds"] for run in runs["plain"])
        for kind, bar in (("governed", "<= 1.25"), ("pseudonym", "<= 3")):
            seconds = statistics.median(run["seconds"] for run in runs[kind])
            pairs = list(zip(runs[kind], runs["plain"], strict=True))
            yield {
                "measure": f"bulk-{kind}",
                "rows": ROWS,
                "columns": len(COLUMNS),
                "seconds": round(seconds, 2),
                "plain_duckdb_seconds": round(plain, 2),
                "ratio": round(statistics.median(a["seconds"] / b["seconds"] for a, b in pairs), 2),
                "cpu_ratio": round(statistics.median(a["cpu"] / b["cpu"] for a, b in pairs), 2),
                "bar": f"ratio {bar}",
                "peak_mb": round(max(run["peak_mb"] for run in runs[kind])),
                "memory_bar": "< 1000 MB",
            }


def _prepare(home: Path) -> None:
    import duckdb

    from easement.agreement.read import read_agreement
    from easement.agreement.signing import sign
    from easement.node.home import create_node

    nodes = {org: create_node(home / org, org) for org in ("dwp", "northtown")}
    keys = {org: node.organisation_key for org, node in nodes.items()}
    (home / "dwp" / "members" / "northtown.vkey").write_text(f"{keys['northtown'].key}\n")
    datasets = home / "dwp" / "datasets"
    duckdb.execute(MAKE.format(rows=ROWS, path=datasets / "awards.parquet"))
    elements = "".join(f"  {name}: {name}\n" for name in COLUMNS) + "  award_end: {absent: not kept}\n"
    (datasets / "awards.yaml").write_text(
        "format: easement-mapping/1\nid: awards\ntitle: Awards\norganisation: dwp\nstandard: benefit-award/1\n"
        f"source: {{path: awards.parquet, format: parquet}}\nrecord_key: claim_reference\nelements:\n{elements}"
    )
    for kind in ("governed", "pseudonym"):
        forms = dict.fromkeys(COLUMNS, "plain")
        if kind == "pseudonym":
            forms["claim_reference"] = "pseudonym"
        agreement = home / f"{kind}.yaml"
        agreement.write_text(TERMS.format(fields=", ".join(f"{name}: {form}" for name, form in forms.items())))
        note = None
        for org in keys:
            note = sign(read_agreement(agreement), keys[org], note)
        agreement.with_name(f"{agreement.name}.signatures").write_text(str(note))


def _run(kind: str, home: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.bulk", kind, str(home)], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _plain(home: Path) -> None:
    import duckdb

    columns = ", ".join(COLUMNS)
    source, target = home / "dwp" / "datasets" / "awards.parquet", home / "plain.parquet"
    duckdb.execute(f"copy (select {columns} from '{source}') to '{target}' (format parquet)")


def _governed(home: Path, kind: str) -> None:
    from easement.agreement.model import Mode
    from easement.gate import service
    from easement.gate.ask import Ask
    from easement.gate.model import Request
    from easement.node.home import open_node

    request = Request("everyone", "northtown", "benefits-officer", "benefit-eligibility", Mode.BULK)
    asked = Ask(home / f"{kind}.yaml", request, out=home / f"{kind}.parquet")
    with open_node(home / "dwp") as node:
        outcome = service.share(node, asked, now=NOW, clock=lambda: NOW)
    assert outcome.decision.allowed, outcome.decision.unmet
    assert outcome.released.count == ROWS


def _one(kind: str, home: Path) -> None:
    run: Callable[[], None] = (lambda: _plain(home)) if kind == "plain" else (lambda: _governed(home, kind))
    import duckdb  # noqa: F401  both kinds have it loaded before the clock starts

    if kind != "plain":
        import easement.gate.service  # noqa: F401
    start, worked = time.perf_counter(), time.process_time()
    run()
    seconds, cpu = time.perf_counter() - start, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak}))


if __name__ == "__main__":
    _one(sys.argv[1], Path(sys.argv[2]))
