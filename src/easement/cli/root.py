"""The `easement` command. Subcommands are named here and imported only when used, so `--help` stays quick."""

import difflib
import importlib
import os
import sys
from typing import Any, NamedTuple, NoReturn

import click

from easement import __version__
from easement.base.errors import UsageError
from easement.cli.present import show_error
from easement.cli.usage import in_our_words

__all__ = ["COMMANDS", "easement", "main"]


class Lazy(NamedTuple):
    """Where a command lives, and the line that the root's help shows for it."""

    module: str
    name: str
    help: str


COMMANDS = {
    "demo": Lazy("easement.demo.cli", "demo", "Make a small town and tell the whole story in it."),
    "init": Lazy("easement.node.cli", "init", "Make a node: its settings, keys and ledger."),
    "serve": Lazy("easement.api.cli", "serve", "Run a node: its pages, API and exchange with others."),
    "doctor": Lazy("easement.node.cli", "doctor", "Say what is wrong with a node, and how to mend it."),
    "node": Lazy("easement.node.cli", "node", "Look after a node: upgrade its database."),
    "staff": Lazy("easement.staff.cli", "staff", "Let people and programs in, and say what they may do."),
    "keys": Lazy("easement.node.cli", "keys", "See and change a node's keys."),
    "backup": Lazy("easement.node.cli", "backup", "Back up a node into one file, while it runs."),
    "restore": Lazy("easement.node.cli", "restore", "Make a node again from its backup."),
    "operator": Lazy("easement.exchange.cli", "operator", "Run a cluster: invite, admit and revoke its members."),
    "join": Lazy("easement.exchange.cli", "join", "Join a cluster with the code that its operator sent."),
    "directory": Lazy("easement.exchange.cli", "directory", "See the cluster a node belongs to, and tell of changes."),
    "law": Lazy("easement.law.cli", "law", "Look up bases, conditions, powers and gateways."),
    "assess": Lazy("easement.assessment.cli", "assess", "Ask whether something can be shared, and assess its impact."),
    "agreement": Lazy("easement.agreement.cli", "agreement", "Write, check, sign and compare agreements."),
    "proposal": Lazy("easement.permission.cli", "proposal", "Propose to share, agree, approve, sign and review."),
    "standard": Lazy("easement.cli.standards", "standard", "Look up and compare data standards; take them elsewhere."),
    "codes": Lazy("easement.cli.codes", "codes", "Look up code lists; change one knowing what that breaks."),
    "dataset": Lazy("easement.meaning.cli", "dataset", "Hold a table against its mapping to a standard."),
    "ask": Lazy("easement.gate.cli", "ask", "Ask whether something may be shared; nothing is read."),
    "share": Lazy("easement.gate.cli", "share", "Decide, release and prove one disclosure."),
    "link": Lazy("easement.linkage.cli", "link", "Train, try and sign models that say who is the same person."),
    "held": Lazy("easement.cli.held", "held", "See matches held because they are in doubt, and settle them."),
    "bulk": Lazy("easement.cli.bulk", "bulk", "Ask another node for many records; fetch and delete them."),
    "duties": Lazy("easement.cli.duties", "duties", "See what is owed after disclosures, and say that it is done."),
    "request": Lazy("easement.cli.request", "request", "Ask other nodes about a person, or for a count."),
    "picture": Lazy("easement.picture.cli", "picture", "See a person as several organisations do, on one page."),
    "correction": Lazy("easement.cli.correction", "correction", "Say what is wrong, and put right what was."),
    "audit": Lazy("easement.cli.request", "audit", "Compare your log with another organisation's."),
    "ledger": Lazy("easement.ledger.cli", "ledger", "Read, prove and check a node's ledger."),
    "verify": Lazy("easement.ledger.cli", "verify", "Check a receipt offline, with a public key alone."),
    "register": Lazy("easement.register.cli", "register", "Publish what is shared: the register, figures, a report."),
    "evidence": Lazy("easement.gate.cli", "evidence", "Pack the proof of disclosures for an auditor."),
}
"""Every command, in the order in which a newcomer meets them."""


class _Root(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        lazy = COMMANDS.get(cmd_name)
        if lazy is None:
            return None if ctx.resilient_parsing else _unknown(cmd_name)
        command: click.Command = getattr(importlib.import_module(lazy.module), lazy.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in COMMANDS.items()])


def _unknown(name: str) -> NoReturn:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    see = "see: easement --help"
    raise UsageError(f"no such command `{name}`", remedy=f"did you mean `easement {near[0]}`? {see}" if near else see)


@click.group(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: easement demo",
)
@click.version_option(__version__, prog_name="easement")
def easement() -> None:
    """Share data between public bodies under an agreement that people sign and machines enforce.

    Data goes to stdout and talk to stderr; every command takes --json.

    \b
    Exit codes: 0 ok, 1 failed, 2 wrong usage, 10 refused, 11 agreement incomplete or not in force,
    12 proof does not hold, 13 source unreachable, 14 data fails its checks.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command and end the process with its exit code; errors are told, never traced."""
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(argv: list[str]) -> int:
    as_json = "--json" in argv
    try:
        outcome: Any = easement.main(args=argv, prog_name="easement", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _hush()
        return 1
    except click.Abort:
        click.echo("stopped", err=True)
        return 1
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
            return error.exit_code
        return show_error(in_our_words(error), as_json=as_json)
    except Exception as error:
        return show_error(error, as_json=as_json)
    return outcome if isinstance(outcome, int) else 0


def _hush() -> None:
    """Whoever read our output has gone, as `head` does: what is left is not worth an error at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
