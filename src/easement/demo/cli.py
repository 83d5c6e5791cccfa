"""`easement demo`: the whole story on a small synthetic town."""

import sys
from pathlib import Path

import click

from easement.cli.present import emit, json_option

__all__ = ["demo"]

LEAST = 500
"""The fewest people among whom the story finds all it tells of."""


@click.command(epilog="Example: easement demo --dir small-town --people 2000")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default="easement-demo",
              show_default=True, help="Where the town and its offices are made.")  # fmt: skip
@click.option("--people", type=click.IntRange(min=LEAST), default=2000, show_default=True, help="How many live there.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same town.")
@click.option("--fresh/--keep", default=False, help="Remove an earlier demo in that folder, or keep it (the default).")
@click.option("--cluster", is_flag=True, help="Run five nodes and an operator, which people can sign in to.")
@click.option("--once", is_flag=True, help="With --cluster: stop after the tour.")
@json_option
def demo(folder: Path, people: int, seed: int, fresh: bool, cluster: bool, once: bool, as_json: bool) -> None:
    """Make a small town that is nowhere, and tell the whole story of sharing in it.

    Five registers, six offices, five agreements; shares, refusals, proofs, and what becomes of those who tamper. Every
    step runs the command that it shows. With --json the story goes to stderr and its sum to stdout.

    With --cluster, five of the offices run as nodes of their own on this machine, with an operator and people who can
    sign in; they answer until Ctrl+C.
    """
    from easement.demo.story import make_way, mark, tell_story
    from easement.demo.telling import Teller
    from easement.ledger.service import utc_now

    make_way(folder, fresh=fresh)
    teller = Teller(sys.stderr if as_json else sys.stdout)
    today = utc_now().date()
    if cluster:
        from easement.demo.cluster import run_cluster

        mark(folder)
        told = run_cluster(folder, people=people, seed=seed, today=today, teller=teller, once=once)
    else:
        told = tell_story(folder, people=people, seed=seed, today=today, teller=teller)
    if as_json:
        emit(as_json, told, "")
