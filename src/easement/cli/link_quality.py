"""The command `easement link quality`: how many links are false, how many are missed, and for whom more than others."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from easement.cli.present import emit, json_option, say, table

if TYPE_CHECKING:
    from easement.linkage.quality import Gap
    from easement.linkage.quality_groups import TrueErrors
    from easement.linkage.quality_report import GroupQuality, Report

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
    """Estimate how good the last match of QUEUE is, for everybody and by the groups that the agreement names.

    By what people decided of its pairs: where decisions are too few it says so, and gives no figure. What a model
    expects of its own links is told beside that.
    """
    from easement.linkage.quality_desk import quality_of
    from easement.node.home import open_node

    with open_node(home) as node:
        found = quality_of(node, queue_id)
    emit(as_json, {"queue": queue_id, **found.as_dict()}, lambda: _estimated(found))
    _say_gaps(found)


@quality.command(epilog="Example: easement link quality disclosure 41 --node dwp")
@click.argument("entry", type=click.IntRange(min=0))
@click.option("--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR",
              help="Your organisation's node.")  # fmt: skip
@json_option
def disclosure(entry: int, home: Path, as_json: bool) -> None:
    """Say how good the match is that ENTRY of the ledger disclosed or received.

    What its recipient was told, which its receipt proves, and for a disclosure of yours how it stands now, by what
    people decided since.
    """
    from easement.linkage.quality_desk import quality_of_entry
    from easement.node.home import open_node

    with open_node(home) as node:
        told, now = quality_of_entry(node, entry)
    data = {"entry": entry, "told": told.as_dict() if told else None, "now": now.as_dict() if now else None}
    lines = (
        [f"as the recipient was told: {line}" for line in told.lines] if told else ["The recipient was told nothing."]
    )
    emit(as_json, data, lambda: "\n".join([*lines, *(["", "as it stands now:", _estimated(now)] if now else [])]))
    if now:
        _say_gaps(now)


def _estimated(report: "Report") -> str:
    found = report.quality
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
    return "\n".join([*lines, *([table(heads, rows)] if rows else []), *_grouped(report)])


def _grouped(report: "Report") -> list[str]:
    """Each group's figures: by people who looked, and as the model expects."""
    rows = [
        (kind, name, f"{each.quality.links:,}", f"{each.quality.held:,}", *_figures(each, "precision"),
         *_figures(each, "recall"))
        for kind, of in report.groups.items()
        for name, each in of.items()
    ]  # fmt: skip
    heads = ("kind", "group", "links", "in doubt", "right, by people", "by model", "found, by people", "by model")
    few = [f"{kind}: {many:,} left out, of too few people" for kind, many in report.left_out.items() if many]
    return [*(["", table(heads, rows)] if rows else []), *few]


def _figures(each: "GroupQuality", name: str) -> tuple[str, str]:
    gap: Gap | None = getattr(each, f"{name}_gap")
    estimate = getattr(each.quality, name)
    likely = each.quality.by_model[name]
    by_people = f"{estimate.range.value:.3f} ({estimate.range.low:.3f} to {estimate.range.high:.3f})" if (
        estimate.range
    ) else f"too few: {estimate.decisions:,}"  # fmt: skip
    return by_people + ("*" if gap and gap.certain else ""), "" if likely is None else f"{likely:.3f}"


def _say_gaps(report: "Report") -> None:
    gaps = [
        gap for of in report.groups.values() for each in of.values() for gap in (each.precision_gap, each.recall_gap)
    ]
    if any(gap and gap.certain for gap in gaps):
        say("Figures marked * differ from the other groups' by more than chance would make.")


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
