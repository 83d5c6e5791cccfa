"""The command `easement link quality`: how many links are false, how many are missed, and for whom more than others."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from easement.cli.present import emit, json_option, say, table

if TYPE_CHECKING:
    from easement.linkage.quality import Quality
    from easement.linkage.quality_groups import TrueErrors

__all__ = ["quality"]

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group(epilog="Start with: easement link quality estimate QUEUE --node dwp, with a queue of: easement held list")
def quality() -> None:
    """Say how good a linkage is: false links and missed links told apart, each with the range it lies in.

    By people's decisions, or against the truth where you have it.
    """


@quality.command(epilog="Example: easement link quality estimate 5f0c2a71be94 --node dwp")
@click.argument("queue_id", metavar="QUEUE")
@click.option("--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR",
              help="Your organisation's node.")  # fmt: skip
@json_option
def estimate(queue_id: str, home: Path, as_json: bool) -> None:
    """Estimate how good the last match of QUEUE is, from what people decided of its pairs.

    Where decisions are too few it says so, and gives no figure.
    """
    from easement.linkage.quality_desk import quality_of
    from easement.node.home import open_node

    with open_node(home) as node:
        found = quality_of(node, queue_id)
    emit(as_json, {"queue": queue_id, **found.as_dict()}, lambda: _estimated(found))


def _estimated(found: "Quality") -> str:
    lines = [
        f"{found.links:,} links, {found.held:,} pairs in doubt",
        f"links that are right: {found.precision.words}",
        f"people in both who were found: {found.recall.words}",
    ]
    expected = {name: value for name, value in found.by_model.items() if value is not None}
    if expected:
        told = ", ".join(f"{name} {value:.4f}" for name, value in expected.items())
        lines.append(f"as the model alone expects: {told}")
    rows = [
        (each.name, "linked" if each.linked else "in doubt", f"{each.pairs:,}", f"{each.same:,}", f"{each.different:,}")
        for each in found.strata
    ]
    heads = ("stratum", "is", "pairs", "same", "different")
    return "\n".join([*lines, *([table(heads, rows)] if rows else [])])


@quality.command(
    epilog="Example: easement link quality true links.csv --truth truth.csv --columns council department --groups g.csv"
)
@click.argument("links", type=FILE)
@click.option("--truth", required=True, type=FILE, metavar="FILE", help="The true pairs, as CSV.")
@click.option("--columns", nargs=2, required=True, metavar="LISTED HELD",
              help="The columns of both files that hold the list's key and the holder's.")  # fmt: skip
@click.option("--groups", type=FILE, metavar="FILE",
              help="By the holder's key (first column), which groups somebody is in: a column a kind.")  # fmt: skip
@json_option
def true(links: Path, truth: Path, columns: tuple[str, str], groups: Path | None, as_json: bool) -> None:
    """Hold LINKS, a CSV of linked pairs, against the truth: false links and missed links, for everybody and by group.

    Kinds of group may be anything, such as sex, ethnicity, age band or postcode area. Groups of fewer than 10 people
    are counted and not told.
    """
    from easement.linkage.quality_files import read_groups, read_pairs
    from easement.linkage.quality_groups import true_errors

    found = true_errors(read_pairs(links, columns), read_pairs(truth, columns), read_groups(groups) if groups else None)
    emit(as_json, found.as_dict(), lambda: _true(found))
    if any(gap.certain for kind, named in found.groups.items() for name in named for gap in found.gaps(kind, name)):
        say("Gaps marked * are more than chance would make.")


def _true(found: "TrueErrors") -> str:
    whole = found.everybody
    rows = [("everybody", "", *_counts(whole), f"{whole.precision.value:.3f}", f"{whole.recall.value:.3f}", "")]
    for kind, named in found.groups.items():
        for name, each in named.items():
            recall = found.gaps(kind, name)[1]
            told = f"{recall.value:+.3f} ({recall.low:+.3f} to {recall.high:+.3f}){'*' if recall.certain else ''}"
            rows.append((kind, name, *_counts(each), f"{each.precision.value:.3f}", f"{each.recall.value:.3f}", told))
    heads = ("kind", "group", "right", "false", "missed", "precision", "recall", "recall against the others")
    return table(heads, rows)


def _counts(each: object) -> tuple[str, ...]:
    return tuple(f"{getattr(each, name):,}" for name in ("right", "false", "missed"))
