"""`easement law` reads well for someone who is no lawyer, and gives the same as JSON (R1.2)."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from easement.base.errors import UsageError
from easement.law.catalogue import catalogue
from easement.law.cli import KINDS, law
from easement.law.entry import Kind

FSM = ["--giver", "work-and-pensions-department", "--receiver", "local-authority", "--purpose", "benefit-eligibility"]
ONE_OF_EACH = [catalogue().shelf(kind)[0].id for kind in Kind]


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(law, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result


def data(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_the_list_begins_with_what_kinds_there_are() -> None:
    assert {row["kind"]: row["entries"] for row in data("list")}.keys() == KINDS.keys()
    assert "easement law list --kind power" in run("list").stderr


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_listed(kind: str) -> None:
    rows = data("list", "--kind", kind)
    assert rows
    shown = run("list", "--kind", kind).stdout
    assert all(row["id"] in shown and row["check"] in shown for row in rows)


def test_powers_bars_and_exemptions_are_told_apart() -> None:
    counts = {kind: len(data("list", "--kind", kind)) for kind in ("power", "restriction", "exemption")}
    assert counts == {"power": 76, "restriction": 11, "exemption": 3}


def test_filters_say_how_surely_the_words_take_it_in() -> None:
    assert {row["id"] for row in data("list", *FSM)} == {"edu_2005_s110", "wra_2012_s131"}
    by_giver = {row["id"]: row["words"] for row in data("list", "--giver", "work-and-pensions-department")}
    assert by_giver["edu_2005_s110"] == "name it"
    assert by_giver["dea_2017_s35"] == "may mean it"


def test_search_and_kind_work_together() -> None:
    assert data("list", "--search", "free school meals")[0]["id"] == "edu_2005_s110"
    assert {row["kind"] for row in data("list", "--search", "school", "--kind", "class")} == {"class"}


def test_nothing_found_says_whom_to_ask() -> None:
    result = run("list", "--search", "unicorn licensing")
    assert result.stdout == "nothing was found\n"
    assert "ask your information governance lead" in result.stderr


def test_a_filter_on_what_has_no_givers_is_refused() -> None:
    with pytest.raises(UsageError, match="`--kind basis` has no givers"):
        run("list", "--kind", "basis", "--giver", "school")


@pytest.mark.parametrize("entry", ONE_OF_EACH)
def test_an_entry_of_every_kind_can_be_shown(entry: str) -> None:
    shown = run("show", entry)
    assert shown.stdout.startswith(f"{entry}: ")
    assert "how checked" in shown.stdout
    assert "sources" in shown.stdout
    assert shown.stderr.count("Not legal advice") == 1
    assert "legal advice" not in shown.stdout
    given = data("show", entry)
    assert given["id"] == entry
    assert given["as_at"] == "2026-07-31"


def test_a_power_is_shown_in_words_beside_its_codes() -> None:
    shown = run("show", "edu_2005_s110").stdout
    assert "DWP / Secretary of State, HMRC" in shown
    assert "school (perhaps)" in shown
    assert "read in the source, as at 31 July 2026" in shown


def test_both_directions_and_uncertain_places_are_shown() -> None:
    shown = run("show", "wra_2012_s127").stdout
    assert shown.count("from ") >= 2
    assert "not settled for Scotland" in run("show", "cda_1998_s115").stdout
    assert "only if named or approved" in run("show", "dea_2017_s35").stdout


def test_legal_obligation_asks_for_a_law() -> None:
    assert "names a law that requires the disclosure" in run("show", "art6_1_c").stdout


def test_an_unknown_id_is_answered_with_near_ones() -> None:
    with pytest.raises(UsageError) as refused:
        run("show", "edu_2005_s11")
    assert "edu_2005_s110" in refused.value.remedy


def test_a_power_is_held_against_a_case() -> None:
    answer = data("fit", "edu_2005_s110", *FSM, "--on", "2026-09-01", "--where", "england")
    assert answer["verdict"] == "fits"
    assert {finding["about"] for finding in answer["findings"]} >= {"giver", "receiver", "purpose", "in-force"}
    told = run("fit", "edu_2005_s110", *FSM, "--on", "2026-09-01", "--where", "scotland").stdout
    assert "does not fit" in told
    assert "jurisdiction: no" in told
    assert "what to do: use a power of the place" in told


def test_with_no_id_the_powers_that_may_fit_are_found() -> None:
    rows = data("fit", *FSM)
    assert {row["id"] for row in rows} == {"edu_2005_s110", "wra_2012_s131"}
    shown = run("fit", *FSM)
    assert "settle first" in shown.stdout
    assert "next: easement law fit" in shown.stderr


def test_no_power_found_means_refer_and_never_guess() -> None:
    nothing = ["fit", "--giver", "bank", "--receiver", "charity", "--purpose", "school-admissions"]
    assert data(*nothing) == []
    assert "do not guess" in run(*nothing).stdout


def test_no_line_is_wider_than_a_terminal_but_for_addresses() -> None:
    for entry in ("edu_2005_s110", "art6_1_ea", "breach_notification"):
        lines = run("show", entry).stdout.splitlines()[1:]
        assert all(len(line) <= 100 or "https://" in line for line in lines)


@pytest.mark.parametrize("command", ["list", "show", "fit"])
def test_help_ends_in_an_example(command: str) -> None:
    assert f"Example: easement law {command} " in run(command, "--help").stdout
