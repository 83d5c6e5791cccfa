"""What click says of a command that was put wrongly, in the words and the shape of every other error."""

import re

import click

from easement.base.errors import EasementError, UsageError

__all__ = ["in_our_words"]


def in_our_words(error: click.ClickException) -> EasementError:
    """The error with exit code 2, the person's words in backticks, and the help page or near command as next step."""
    message = click.ClickException.format_message(error) if _near(error) else error.format_message()
    what = re.sub(r"'([^']*)'", r"`\1`", message.strip().removesuffix("."))
    what = what[:1].lower() + what[1:]
    if not isinstance(error, click.UsageError):
        return EasementError(what, remedy="check the name and who may read or write there")
    return UsageError(what, remedy=_next(error))


def _near(error: click.ClickException) -> list[str]:
    return sorted(getattr(error, "possibilities", None) or ())


def _next(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx else "easement"
    see = f"see: {command} --help"
    near = " or ".join(f"`{name if name.startswith('-') else f'{command} {name}'}`" for name in _near(error))
    return f"did you mean {near}? {see}" if near else see
