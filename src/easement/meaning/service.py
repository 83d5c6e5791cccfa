"""What a person can do with meaning: look standards up, check one, and hold a table against its mapping."""

from collections.abc import Sequence
from pathlib import Path

from easement.meaning.mapping import read_mapping
from easement.meaning.measure import measured
from easement.meaning.model import Standard
from easement.meaning.report import Report
from easement.meaning.standards import read_standard, standard

__all__ = ["check_dataset", "check_standard"]


def check_standard(path: Path) -> Standard:
    """The standard in a file, if it holds; raises `BadFile` with every problem."""
    return read_standard(path)


def check_dataset(mapping_file: Path, data: Path, *, folders: Sequence[Path] = (), examples: bool = True) -> Report:
    """Hold a file of data against a mapping.

    Raises `BadFile` for a bad mapping, `SourceUnreachable` or `BadData` for a file that cannot be read.
    """
    from easement.sources.files import open_source

    mapping = read_mapping(mapping_file, folders)
    hints = mapping.source.model_dump(exclude={"path"}, exclude_none=True)
    with open_source(data, **hints) as source:
        return measured(source, mapping, standard(mapping.standard, folders), examples=examples)
