"""Models as files of a node: signed, never overwritten, and refused where anything was changed."""

from pathlib import Path

import pytest

from easement.base.errors import BadFile, ProofFailed, UsageError
from easement.ledger.note import Signer
from easement.linkage.comparisons import COMPARISONS
from easement.linkage.model import Frequencies, LinkModel, Trained
from easement.linkage.splink_engine import settings
from easement.linkage.standardise import VERSION
from easement.linkage.store import model_path, newest, next_version, read_model, read_signed, save

OURS, OTHER = Signer("dwp", b"1" * 32), Signer("dwp", b"2" * 32)


def model(version: int = 1) -> LinkModel:
    """A model of what every level is usually taken for."""
    return LinkModel(
        id="department-council",
        version=version,
        title="Department and council",
        standardised=VERSION,
        trained=Trained(held="one", listed="other", held_rows=10, listed_rows=10, seed=1, splink="5.0.0"),
        prior=0.001,
        comparisons={
            each.name: {level.name: Frequencies(m=level.m, u=level.u) for level in each.levels} for each in COMPARISONS
        },
        blocking=("birth", "names"),
    )


def test_a_signed_model_is_read_as_it_was_saved(tmp_path: Path) -> None:
    save(tmp_path, model(), OURS)
    assert read_signed(tmp_path, "department-council/1", [OURS.key]) == model()


def test_a_model_that_is_not_signed_is_refused(tmp_path: Path) -> None:
    save(tmp_path, model())
    with pytest.raises(ProofFailed, match="is not signed"):
        read_signed(tmp_path, "department-council/1", [OURS.key])


def test_a_model_that_somebody_else_signed_is_refused(tmp_path: Path) -> None:
    save(tmp_path, model(), OTHER)
    with pytest.raises(ProofFailed, match="does not hold"):
        read_signed(tmp_path, "department-council/1", [OURS.key])


def test_a_figure_that_was_changed_is_seen(tmp_path: Path) -> None:
    path = save(tmp_path, model(), OURS)
    path.write_text(path.read_text().replace('"prior": 0.001', '"prior": 0.01'))
    with pytest.raises(ProofFailed, match="does not hold"):
        read_signed(tmp_path, "department-council/1", [OURS.key])


def test_a_model_under_another_name_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path, model(), OURS)
    for each in (path, path.with_name(path.name + ".signature")):
        each.rename(each.with_name(each.name.replace("-1.", "-2.")))
    with pytest.raises(ProofFailed, match="holds the model"):
        read_signed(tmp_path, "department-council/2", [OURS.key])


def test_a_version_is_never_overwritten(tmp_path: Path) -> None:
    save(tmp_path, model(), OURS)
    with pytest.raises(UsageError, match="is there already"):
        save(tmp_path, model())
    assert next_version(tmp_path, "department-council") == 2


def test_the_newest_signed_one_is_taken_where_none_is_named(tmp_path: Path) -> None:
    save(tmp_path, model(), OURS)
    save(tmp_path, model(2))
    assert newest(tmp_path, "department-council", [OURS.key]) == "department-council/1"
    with pytest.raises(UsageError, match="no signed model"):
        newest(tmp_path, "births", [OURS.key])


@pytest.mark.parametrize("ref", ["../keys/1", "a/b/1", "model", "model/", "model/x", "/1"])
def test_a_name_that_is_none_reaches_no_file(tmp_path: Path, ref: str) -> None:
    with pytest.raises(UsageError, match="names no model"):
        model_path(tmp_path, ref)


def test_a_level_or_rule_that_is_not_known_is_refused_with_what_is(tmp_path: Path) -> None:
    path = save(tmp_path, model())
    path.write_text(path.read_text().replace('"birth",\n  "names"', '"1=1 --",\n  "names"'))
    with pytest.raises(BadFile, match="no blocking rule"):
        read_model(path)


def test_nothing_of_a_file_is_sql(tmp_path: Path) -> None:
    made = settings(model().compared, model().rules, prior=0.001, known=model().comparisons)
    known = {level.sql or "ELSE" for each in COMPARISONS for level in each.levels} | {
        each.missing for each in COMPARISONS
    }
    asked = {level["sql_condition"] for each in made["comparisons"] for level in each["comparison_levels"]}
    assert asked <= known
