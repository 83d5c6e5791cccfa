"""The first thing a newcomer meets: help that is quick, whole, and ends in something to run."""

import json
import subprocess
import sys

from easement import __version__
from easement.cli.root import COMMANDS


def test_help_names_every_command_and_exit_code(run):
    told = run("--help")
    assert told.code == 0
    assert all(f"  {name} " in told.out for name in COMMANDS)
    assert all(f" {code} " in told.out.replace("\n", " ") for code in (0, 1, 2, 10, 11, 12, 13, 14))
    assert told.out.rstrip().endswith("Start with: easement demo")


def test_the_short_option_is_help_too(run):
    assert run("-h").out == run("--help").out


def test_the_version_is_told(run):
    assert run("--version").out.strip() == f"easement, version {__version__}"


def test_help_imports_nothing_heavy():
    """The root's help must stay quick, so what takes long to import waits until a command needs it."""
    script = "import sys, json; sys.argv = ['easement', '--help']\nfrom easement.cli.root import main\n"
    script += "try: main()\nexcept SystemExit: print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(json.loads(ended.stdout.splitlines()[-1]))
    heavy = {"pydantic", "duckdb", "sqlalchemy", "sqlglot", "pyarrow", "cryptography", "ruamel.yaml", "jinja2", "rich"}
    assert loaded & heavy == set()
