"""The bare endpoint that governed lookups are held against: the same records, from a database, and no more.

`python -m bench.bare PORT DATABASE` where DATABASE is a file, or a PostgreSQL address.
"""

import json
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy import Column, Date, Float, MetaData, String, Table, select

from easement.base.database import open_database

KEY = b"b" * 32
people = Table(
    "people",
    MetaData(),
    Column("family_name", String, primary_key=True),
    Column("given_name", String, primary_key=True),
    Column("date_of_birth", String, primary_key=True),
    Column("claim_reference", String),
    Column("postcode", String),
    Column("award", String),
    Column("net_monthly_earnings", Float),
    Column("award_start", Date),
)


def app(engine: Any) -> FastAPI:
    """Looks one person up by names and birthday and gives the record as JSON."""
    bare = FastAPI()

    @bare.post("/person")
    def person(asked: dict[str, str], request: Request) -> dict[str, Any]:
        place = [people.c[name] == value for name, value in asked.items()]
        with engine.connect() as plain:
            found = plain.execution_options(reads_only=True).execute(select(people).where(*place)).mappings().all()
        return {"records": [dict(row) for row in found]}

    return bare


if __name__ == "__main__":
    from pathlib import Path

    port, database = sys.argv[1:]
    if database.startswith("postgresql"):
        from easement.base.postgresql import connect_database

        engine = connect_database(database, json.loads(sys.stdin.readline()))
    else:
        engine = open_database(Path(database), KEY)
    uvicorn.run(app(engine), port=int(port), log_level="error", access_log=False)
