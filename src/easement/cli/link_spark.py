"""The command `easement link spark`: two registers of one organisation linked on a Spark cluster."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easement.cli.present import emit, json_option, say

if TYPE_CHECKING:
    from easement.linkage.link import Linked

__all__ = ["spark"]

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog="Example: easement link spark department-council/1 --node dwp --held dwp/datasets/department.yaml "
    "--held-data warehouse.people --listed council.yaml --listed-data hdfs://lake/council --into hdfs://lake/links "
    "--master yarn"
)
@click.argument("ref", metavar="ID/VERSION")
@click.option("--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR",
              help="Your organisation's node.")  # fmt: skip
@click.option("--held", type=FILE, required=True, metavar="MAPPING", help="The mapping of one register.")
@click.option("--listed", type=FILE, required=True, metavar="MAPPING", help="The mapping of the other one.")
@click.option("--held-data", default="", metavar="PLACE", help="Its files, or its table in Spark's catalogue.")
@click.option("--listed-data", default="", metavar="PLACE", help="The same of the other one.")
@click.option(
    "--into", "out", required=True, metavar="FOLDER", help="Where `linked` and `doubtful` are written, as Parquet."
)
@click.option("--disclose", type=click.FloatRange(0.5, 0.999999), default=0.95, show_default=True, metavar="P",
              help="Linked from this probability on.")  # fmt: skip
@click.option("--hold", type=click.FloatRange(0.001, 0.95), default=0.2, show_default=True, metavar="P",
              help="Doubtful from this probability on.")  # fmt: skip
@click.option("--master", default="local[*]", show_default=True, metavar="ADDRESS", help="The cluster.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of Spark; may be repeated.")
@json_option
def spark(
    ref: str, home: Path, held: Path, listed: Path, held_data: str, listed_data: str, out: str, disclose: float,
    hold: float, master: str, settings: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Link two registers of your own on Spark by the signed model ID/VERSION, as DuckDB would link them.

    Pairs are written as both sides' own keys. Nothing is disclosed: what another organisation may have of it, it gets
    by an agreement.
    """
    from easement.base.errors import UsageError
    from easement.gate.spark import SparkSide, link_on_spark
    from easement.linkage.assign import Policy
    from easement.linkage.spark import spark_engine
    from easement.linkage.spark_session import check_spark, spark_session
    from easement.linkage.store import read_signed
    from easement.node.home import open_node

    if hold > disclose:
        raise UsageError("pairs are doubtful below what is linked", remedy="set --hold below --disclose")
    check_spark()
    with open_node(home) as node:
        model = read_signed(node.home, ref, node.member_keys[node.organisation])
    sides = SparkSide(held, held_data), SparkSide(listed, listed_data)
    with spark_session(master, _named(settings)) as session, spark_engine(session) as engine:
        found = link_on_spark(engine, *sides, model, Policy(disclose, hold), out, folders=(home / "standards",))
    emit(as_json, _figures(found) | {"model": ref, "digest": model.digest, "out": out}, lambda: _shown(found))
    say(f"written: {out}/linked and {out}/doubtful")


def _named(settings: tuple[str, ...]) -> Mapping[str, str]:
    from easement.base.errors import UsageError

    pairs = [each.partition("=") for each in settings]
    for name, sign, _ in pairs:
        if not (name and sign):
            remedy = "as in: --set spark.executor.memory=16g"
            raise UsageError(f"`{name}` sets nothing", remedy=remedy)
    return {name: value for name, _, value in pairs}


def _figures(found: "Linked") -> dict[str, Any]:
    return {
        "compared": found.scored.compared,
        "linked": found.linked,
        "held_pairs": found.doubtful,
        "held_people": found.queue,
        "blocking": [each.as_dict() for each in found.scored.blocking],
    }


def _shown(found: "Linked") -> str:
    return "\n".join([
        f"{found.scored.compared:,} pairs compared",
        f"linked    {found.linked:,}",
        f"doubtful  {found.doubtful:,} pairs, of {found.queue:,} people on the list",
    ])  # fmt: skip
