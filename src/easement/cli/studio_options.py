"""Options that the commands about standards, datasets and mappings have in common."""

from collections.abc import Sequence
from pathlib import Path

import click

__all__ = ["folder_option", "folders_of", "mapping_path", "node_option"]

mapping_path = click.Path(path_type=Path, dir_okay=False)
"""A file that need not be there yet."""
node_option = click.option(
    "--node",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="The node whose connections and own standards are meant.",
)
"""`--node`, for connections and a node's own standards."""

folder_option = click.option(
    "--folder",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder with standards of your own; may be given several times.",
)
"""`--folder`, for standards that stand elsewhere."""


def folders_of(folders: Sequence[Path], node: Path | None) -> tuple[Path, ...]:
    """Where standards are looked for: the folders named, and the node's own."""
    return (*folders, node / "standards") if node else tuple(folders)
