"""The commands `easement link …`: models that say how surely two records are of one person."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from easement.cli.link_encode import encode, encode_key
from easement.cli.link_quality import quality
from easement.cli.link_spark import spark
from easement.cli.present import emit, json_option, say, table

if TYPE_CHECKING:
    from easement.gate.linking import Side, Told, Tried
    from easement.linkage.assign import Policy
    from easement.linkage.blocking import Counted
    from easement.linkage.model import LinkModel
    from easement.linkage.through import Through

__all__ = ["link"]

Ties = tuple[tuple[str, str, str], ...]
Command = TypeVar("Command", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False)
_REGISTERS = "--held dwp/datasets/department.yaml --listed council.yaml --list council.csv"

node_option = click.option(
    "--node", "home", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Your organisation's node."
)
model_argument = click.argument("ref", metavar="ID/VERSION")


def _registers(command: Command) -> Command:
    """The options that name two registers."""
    options = (
        click.option("--held", type=FILE, required=True, metavar="MAPPING", help="The mapping of your own register."),
        click.option("--listed", type=FILE, required=True, metavar="MAPPING", help="The mapping of the other one."),
        click.option("--list", "data", type=FILE, metavar="FILE", help="The other one's file, where its mapping does "
                     "not say."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _thresholds(command: Command) -> Command:
    """The options that say what becomes of a pair, as an agreement's share does."""
    options = (
        click.option("--through", nargs=3, multiple=True, metavar="MAPPING HELD_MODEL LISTED_MODEL",
                     help="A further register that ties records of the two, and its models with your own register and "
                     "with the other one."),
        click.option("--disclose", type=click.FloatRange(0.5, 0.999999), default=0.95, show_default=True, metavar="P",
                     help="Linked from this probability on."),
        click.option("--hold", type=click.FloatRange(0.001, 0.95), default=0.2, show_default=True, metavar="P",
                     help="Held for a person from this probability on."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group(epilog="Start with: easement link list --node dwp")
def link() -> None:
    """Train, try, explain and sign models that say how surely two records are of one person.

    A model is learnt from the registers themselves, without labels, and holds no record. An agreement's share names the
    one that its matches go by; only a model that your organisation signed is used for that.
    """


link.add_command(quality)


@link.command(epilog=f"Example: easement link train department-council --node dwp {_REGISTERS}")
@click.argument("id_", metavar="ID")
@node_option
@_registers
@click.option("--title", default="", metavar="TEXT", help="What people call the model.")
@click.option("--by", default="", metavar="WHO", help="Who trained it; kept in the model.")
@click.option("--seed", type=int, metavar="N", help="Of the random pairs; the same gives the same model.")
@json_option
def train(
    id_: str, home: Path, held: Path, listed: Path, data: Path | None, title: str, by: str, seed: int | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Learn a new version of the model ID from two registers, and save it in the node, not signed yet."""
    from datetime import UTC, datetime

    from easement.gate.linking import opened, train_on
    from easement.linkage.store import next_version, save

    ours, theirs = _sides(held, listed, data)
    node = _home(home)
    named: dict[str, Any] = {"id": id_, "version": next_version(node, id_), "title": title or id_, "by": by,
                             "at": datetime.now(UTC).date().isoformat()}  # fmt: skip
    _check_id(id_)
    with opened(node, ours, theirs) as session:
        made = train_on(session, ours, theirs, **named, **({} if seed is None else {"seed": seed}))
    path = save(node, made.model)
    emit(as_json, made.model.as_dict() | {"blocking": _counts(made.blocking), "file": str(path)},
         lambda: f"{_shown(made.model)}\n\n{_blocking(made.blocking)}")  # fmt: skip
    say(f"saved as {path}, not signed yet")
    say(f"next: easement link score {made.model.ref} --node {home} --held {held} --listed {listed}"
        + (f" --list {data}" if data else ""))  # fmt: skip


@link.command(name="list", epilog="Example: easement link list --node dwp")
@node_option
@json_option
def list_(home: Path, as_json: bool) -> None:
    """List the models of a node, and whether each is signed."""
    from easement.linkage.store import model_files, read_model

    found = [(path, read_model(path)) for path in model_files(_home(home))]
    said = [
        {"model": model.ref, "title": model.title, "digest": model.digest, "signed": _signed(home, path, model)}
        for path, model in found
    ]
    rows = [(each["model"], each["title"], "yes" if each["signed"] else "no") for each in said]
    emit(as_json, said, table(("model", "title", "signed"), rows) if rows else "This node has no models.")
    if not rows:
        say(f"next: easement link train department-council --node {home} {_REGISTERS}")


@link.command(epilog="Example: easement link show department-council/1 --node dwp")
@model_argument
@node_option
@json_option
def show(ref: str, home: Path, as_json: bool) -> None:
    """Show what the model ID/VERSION takes each agreement and difference for, in bits: 1 more is twice the odds."""
    model = _model(home, ref)
    emit(as_json, model.as_dict(), lambda: _shown(model))


@link.command(epilog=f"Example: easement link score department-council/1 --node dwp {_REGISTERS}")
@model_argument
@node_option
@_registers
@_thresholds
@json_option
def score(
    ref: str, home: Path, held: Path, listed: Path, data: Path | None, through: Ties, disclose: float, hold: float,
    as_json: bool,
) -> None:  # fmt: skip
    """Try the model ID/VERSION on two registers: how many it would link and hold, and what each rule compares.

    Nothing crosses and nothing is kept.
    """
    from easement.gate.linking import opened, try_on

    model, policy = _model(home, ref), _policy(disclose, hold)
    thirds, ties = _ties(home, through)
    with opened(_home(home), *_sides(held, listed, data), thirds=thirds) as session:
        found = try_on(session, model, policy, ties)
    emit(as_json, found.as_dict(), lambda: _tried(found))
    say(f"next: easement link sign {ref} --node {home}")


@link.command(epilog=f"Example: easement link explain department-council/1 P1 C1 --node dwp {_REGISTERS}")
@model_argument
@click.argument("listed_key", metavar="LISTED_KEY")
@click.argument("held_key", metavar="HELD_KEY")
@node_option
@_registers
@_thresholds
@json_option
def explain(
    ref: str, listed_key: str, held_key: str, home: Path, held: Path, listed: Path, data: Path | None,
    through: Ties, disclose: float, hold: float, as_json: bool,
) -> None:  # fmt: skip
    """Explain by the model ID/VERSION why two records are taken for one person or for two, and what becomes of them.

    LISTED_KEY and HELD_KEY are either side's own keys, by the mappings' `record_key`. With --through, both steps are
    explained by which a further register ties the two.
    """
    from easement.base.errors import UsageError
    from easement.gate.linking import explain_pair, opened

    model, policy = _model(home, ref), _policy(disclose, hold)
    thirds, ties = _ties(home, through)
    with opened(_home(home), *_sides(held, listed, data), thirds=thirds) as session:
        found = explain_pair(session, model, listed_key, held_key, policy=policy, through=ties)
    if found is None:
        remedy = "see that both keys are there; pairs that agree in nothing by which people are found are not compared"
        raise UsageError(f"`{listed_key}` and `{held_key}` are not compared", remedy=remedy)
    emit(as_json, found.as_dict(), lambda: _explained(found, ref, listed_key, held_key))


@link.command(epilog="Example: easement link sign department-council/1 --node dwp")
@model_argument
@node_option
@json_option
def sign(ref: str, home: Path, as_json: bool) -> None:
    """Sign the model ID/VERSION with your organisation's key, so that matches may go by it."""
    from easement.base.durable import write_whole
    from easement.linkage.store import model_path
    from easement.linkage.store import sign as signed
    from easement.node.home import open_node

    with open_node(home) as node:
        path, model = model_path(node.home, ref), _model(home, ref)
        write_whole(path.with_name(path.name + ".signature"), signed(model, node.organisation_key))
    emit(as_json, {"model": ref, "digest": model.digest}, f"Signed {ref}, digest {model.digest}.")
    say("next: name it in an agreement's share: `match: {method: model, model: " + ref + "}`")


link.add_command(encode)
link.add_command(encode_key)
link.add_command(spark)


def _home(home: Path) -> Path:
    from easement.node.home import read_settings

    read_settings(home)
    return home


def _check_id(id_: str) -> None:
    import re

    from easement.base.errors import UsageError

    if not re.fullmatch(r"[a-z][a-z0-9-]{0,62}", id_):
        raise UsageError(f"`{id_}` is no id of a model", remedy="use small letters, digits and `-`, a letter first")


def _sides(held: Path, listed: Path, data: Path | None) -> "tuple[Side, Side]":
    from easement.gate.linking import Side

    return Side(held), Side(listed, data)


def _policy(disclose: float, hold: float) -> "Policy":
    from easement.base.errors import UsageError
    from easement.linkage.assign import Policy

    if hold > disclose:
        raise UsageError("pairs are held below what is disclosed", remedy="set --hold below --disclose")
    return Policy(disclose, hold)


def _ties(home: Path, named: Ties) -> "tuple[list[Side], tuple[Through, ...]]":
    """Further registers as sides to open, and their models with the held register and with the list."""
    from easement.gate.linking import Side, ties_of

    thirds = [Side(Path(mapping)) for mapping, _, _ in named]
    return thirds, ties_of(thirds, [(_model(home, held), _model(home, listed)) for _, held, listed in named])


def _model(home: Path, ref: str) -> "LinkModel":
    from easement.base.errors import UsageError
    from easement.linkage.store import model_path, read_model

    path = model_path(_home(home), ref)
    if not path.is_file():
        raise UsageError(
            f"this node has no model `{ref}`", remedy=f"see which it has: easement link list --node {home}"
        )
    return read_model(path)


def _signed(home: Path, path: Path, model: "LinkModel") -> bool:
    from easement.base.errors import ProofFailed
    from easement.linkage.store import check_signed
    from easement.node.home import open_node

    with open_node(home) as node:
        try:
            check_signed(path, model, node.member_keys[node.organisation])
        except ProofFailed:
            return False
    return True


def _shown(model: "LinkModel") -> str:
    rows = [
        (f"{comparison.title} {level.words}", f"{found.m:.4f}", f"{found.u:.6f}", f"{found.weight:+.1f}")
        for comparison in model.compared
        for level in comparison.levels
        for found in [model.comparisons[comparison.name][level.name]]
    ]
    head = [
        f"{model.title} ({model.ref}), digest {model.digest}",
        f"One pair in {1 / model.chance:,.0f} is of one person. In bits, 1 more is twice the odds:",
    ]
    heads = ("what is met", "of one person", "of two", "bits")
    return "\n".join([*head, "", table(heads, rows), *(f"note: {note}" for note in model.notes)])


def _counts(blocking: "tuple[Counted, ...]") -> list[dict[str, Any]]:
    return [each.as_dict() for each in blocking]


def _blocking(blocking: "tuple[Counted, ...]") -> str:
    titles = {each.rule.name: each.rule.words for each in blocking}
    rows = [
        (each.rule.words, f"{each.pairs:,}",
         f"among those of {titles[each.within]}" if each.within else "yes" if each.used else "no")
        for each in blocking
    ]  # fmt: skip
    return table(("pairs are compared that have", "pairs", "used"), rows)


def _tried(found: "Tried") -> str:
    share = f", of which {found.expected:.2%} are right as the model expects" if found.linked else ""
    return "\n".join([
        f"{found.held_rows:,} records against {found.listed_rows:,}: {found.scored.compared:,} pairs compared",
        f"linked  {found.linked:,}{share}",
        f"held    {found.doubtful:,} pairs, of {found.queue:,} people on the list",
        "",
        _blocking(found.scored.blocking),
    ])  # fmt: skip


def _explained(told: "Told", ref: str, listed: str, held: str) -> str:
    from easement.cli.explaining import pair_explained

    became = f"By itself a match takes the pair as {told.became}."
    return pair_explained(told.why, listed, held, model=ref, became=became)
