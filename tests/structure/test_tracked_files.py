"""What may stand in the repository: nothing of the machine it was written on, no addresses but those of sources."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from .tree import ROOT, SOURCE, tracked

TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".svg", ".json", ".lock", ".csv", ".txt", ""}

SOURCES = (
    r"([a-z0-9-]+\.)*example(\.(com|org|net))?\.?",
    r"(www\.)?(legislation|nao|gov|nationalarchives)(\.gov)?\.uk",
    r"([a-z0-9-]+\.)*(gov|nhs|police|ac|parliament)\.uk",
    r"(www\.)?(ico|ofcom)\.org\.uk",
    r"((www|schemas)\.)?(w3|w3id|rfc-editor|json-schema|c2sp|keepachangelog|semver|diataxis|apache|oecd|iso|unicode|purl|openxmlformats|iana)\.(org|fr)",
    r"(ico|publishing\.service)\.gov\.uk",
    r"(publications\.europa\.eu|xmlns\.com)",
    r"(localhost|127\.0\.0\.1|\[::1)(:[\d{].*)?",
)
"""Hosts that the text may name: the law, the regulator, standards and their words, and names that exist nowhere. The
law's catalogue is not held to it: there, every entry carries the address of its own source."""

ADDRESS = re.compile(r"https?://([^/\s\"'`)>\]}]+)")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
TRACKER = re.compile(r"\b(issue|ticket|pull request|PR) ?#\d+", re.IGNORECASE)
HOME = re.compile(r"(?<![\w./])/(home|Users|root)/\w")


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXT and path.name != "LICENSE"]


def hits(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {found.group()}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for found in pattern.finditer(line)
    ]


def test_nothing_names_the_machine_it_was_written_on():
    assert hits(HOME, texts()) == []
    place = re.compile(r"(?<![\w.])" + re.escape(str(ROOT)) + r"\b")
    assert hits(place, texts()) == []


def test_addresses_are_those_of_sources_and_examples():
    allowed = re.compile("|".join(f"(?:{host})" for host in SOURCES))
    ours = [path for path in texts() if not path.is_relative_to(SOURCE / "law" / "data")]
    strange = {hit for hit in hits(ADDRESS, ours) if not allowed.fullmatch(hit.rsplit("//", 1)[1].lower())}
    assert strange == set()


def test_nothing_is_left_for_later():
    code = [path for path in texts() if path.suffix == ".py"]
    assert hits(UNFINISHED, code) == []


def test_nothing_leans_on_a_tracker_that_the_reader_cannot_see():
    assert hits(TRACKER, texts()) == []


def test_what_can_be_made_is_not_kept():
    generated = (".venv", "__pycache__", ".hypothesis", ".pytest_cache", "build", "dist", "node_modules")
    assert [path for path in tracked() if set(path.relative_to(ROOT).parts) & set(generated)] == []
    assert [path for path in tracked() if path.suffix in {".key", ".db", ".parquet", ".duckdb", ".pyc"}] == []


@pytest.mark.parametrize("name", ["dev.lock", "easement.lock"])
def test_a_lock_pins_every_package_by_hash_and_names_no_address(name: str):
    text = (ROOT / "requirements" / name).read_text()
    assert "//" not in text
    assert not re.search(r"^\s*--(index-url|extra-index-url|find-links|trusted-host)", text, re.MULTILINE)
    pins = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert [pin.split()[0] for pin in pins if "==" not in pin.split()[0]] == []
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_locks_agree_and_hold_what_the_project_asks_for():
    small, large = (_pins(ROOT / "requirements" / name) for name in ("easement.lock", "dev.lock"))
    assert {name: pin for name, pin in small.items() if large.get(name) != pin} == {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {_name(line) for line in project["project"]["dependencies"]}
    assert asked - small.keys() == set()
    assert {_name(line) for line in project["dependency-groups"]["dev"]} - large.keys() == set()


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", path.read_text(), re.MULTILINE))


def _name(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9._-]+", requirement).group().lower().replace("_", "-").replace(".", "-")


def test_what_ci_runs_is_one_target_and_can_be_run():
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    listed = subprocess.run(["git", "ls-files", "-s", ".ci/run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not listed.stdout or listed.stdout.startswith("100755")
