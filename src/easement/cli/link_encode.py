"""The commands `easement link encode …`: a list as keyed encodings in place of names, and the secret they need."""

from pathlib import Path
from typing import Any

import click

from easement.base.words import many
from easement.cli.present import emit, json_option, say

__all__ = ["encode", "encode_key"]

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(name="encode-key", epilog="Start with: easement link encode-key new meals.key")
def encode_key() -> None:
    """Make the secret that two parties encode lists by, and compare that both have the same.

    Carry the file to the other party by hand, or by a way that you would trust with the names themselves. The provider
    keeps it in its node as `keys/encoding-AGREEMENT.key`.
    """


@encode_key.command(epilog="Example: easement link encode-key new meals.key")
@click.argument("file", type=FILE)
@json_option
def new(file: Path, as_json: bool) -> None:
    """Draw a new secret into FILE, which you alone may read, and show its fingerprint; never the secret."""
    from easement.linkage.encode import fingerprint
    from easement.linkage.encode_files import new_secret

    found = fingerprint(new_secret(file))
    emit(as_json, {"file": str(file), "fingerprint": found}, f"fingerprint {found}")
    say(f"next: bring {file} to the other party, and compare by telephone: easement link encode-key show {file}")


@encode_key.command(epilog="Example: easement link encode-key show meals.key")
@click.argument("file", type=FILE)
@json_option
def show(file: Path, as_json: bool) -> None:
    """Show the fingerprint of the secret in FILE, to be read out and compared."""
    from easement.linkage.encode import fingerprint
    from easement.linkage.encode_files import read_secret

    found = fingerprint(read_secret(file))
    emit(as_json, {"file": str(file), "fingerprint": found}, f"fingerprint {found}")


@click.command(
    epilog="Example: easement link encode roll.csv roll.yaml --key meals.key --agreement meals.yaml "
    "--share entitled-children --as northtown --out roll-encoded.parquet"
)
@click.argument("list_", metavar="LIST", type=FILE)
@click.argument("mapping", type=FILE)
@click.option("--key", type=FILE, required=True, metavar="FILE", help="The secret that both parties have.")
@click.option("--agreement", type=FILE, required=True, metavar="FILE", help="The agreement that it is for.")
@click.option("--share", required=True, metavar="ID", help="The share that will be asked for.")
@click.option("--as", "recipient", metavar="ORG", help="Your organisation, where the share is to several.")
@click.option("--out", type=FILE, required=True, metavar="FILE", help="Where it goes, as .parquet or .csv.")
@click.option("--salt", is_flag=True, help="Key the letters by year of birth too: harder to attack, finds fewer.")
@click.option("--standards", type=click.Path(path_type=Path, file_okay=False), multiple=True, metavar="DIR",
              help="Where standards of your own are.")  # fmt: skip
@json_option
def encode(
    list_: Path, mapping: Path, key: Path, agreement: Path, share: str, recipient: str | None, out: Path, salt: bool,
    standards: tuple[Path, ...], as_json: bool,
) -> None:  # fmt: skip
    """Write LIST, seen by its MAPPING, as your own references and keyed encodings, without a name or date.

    The encodings hold for this version of the agreement, this share and your organisation alone. They are still
    personal data: whoever has the secret can try every name. A row that holds nothing to find anybody by is left out,
    and so is one of somebody who is on the list already. No node is needed.
    """
    from easement.agreement.read import read_agreement
    from easement.gate.datasets import dataset_from
    from easement.gate.encoding import encode_list, identifier_of
    from easement.linkage.encode import Hardening, Made, encoding_key
    from easement.linkage.encode_files import read_secret
    from easement.meaning.standards import standard

    format_ = _format(out)
    file, secret = read_agreement(agreement), read_secret(key)
    terms = _share(file.terms.shares, share)
    who = _recipient(terms.recipients, share, recipient)
    dataset = dataset_from(mapping, list_, standards)
    known = standard(dataset.mapping.standard, standards)
    identifier = identifier_of(dataset, known, standard(terms.standard, standards))
    made = Made(Hardening.SALT if salt else Hardening.DIFFUSE, identifier)
    keyed = encoding_key(secret, agreement=file.digest, share=share, recipient=who, made=made)
    done = encode_list(dataset, known, keyed, out, format_)
    left = f"; {many(done.left_out, 'row')} left out, with nothing to find anybody by" if done.left_out else ""
    left += f"; {many(done.twice, 'row')} left out, of people who are on the list already" if done.twice else ""
    emit(
        as_json,
        {"rows": done.rows, "left_out": done.left_out, "twice": done.twice, "header": keyed.header, "file": str(out)},
        f"encoded: {many(done.rows, 'row')} in {out}{left}",
    )
    say(f"next: ask {terms.provider} with it: easement bulk ask --from {terms.provider} … --match {out.name}")


def _format(out: Path) -> str:
    from easement.base.errors import UsageError

    if out.suffix not in (".parquet", ".csv"):
        raise UsageError(f"`{out.name}` is neither .parquet nor .csv", remedy="end its name in one of them")
    return out.suffix[1:]


def _share(shares: Any, share: str) -> Any:
    from easement.base.errors import UsageError

    if share not in shares:
        raise UsageError(f"the agreement has no share `{share}`", remedy=f"it has: {', '.join(shares)}")
    return shares[share]


def _recipient(recipients: tuple[str, ...], share: str, named: str | None) -> str:
    from easement.base.errors import UsageError

    who = named or (recipients[0] if len(recipients) == 1 else "")
    if who not in recipients:
        remedy = f"name yours: --as ORG, one of {', '.join(recipients)}"
        raise UsageError(f"the share `{share}` is not to `{who}`" if who else "the share is to several", remedy=remedy)
    return who
