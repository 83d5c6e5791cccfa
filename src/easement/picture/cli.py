"""The command `easement picture`: one person, or a family, as several organisations see them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from easement.cli.present import emit, example, json_option, say, table

if TYPE_CHECKING:
    from easement.exchange.ports import Host
    from easement.picture.model import PersonSeen, Picture
    from easement.picture.service import Wanted

__all__ = ["picture"]

REFUSED, UNREACHABLE = 10, 13

PICTURE = (
    "easement picture --node northtown --purpose safeguarding-children --role social-worker "
    '--trained safeguarding-level-3 --why "A teacher is worried." '
    '--person "family_name=Ash; given_name=Jo; date_of_birth=2015-02-01"'
)


@click.command(epilog=example(PICTURE))
@click.option(
    "--node",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Your own organisation's node.",
)
@click.option("--purpose", required=True, metavar="CODE", help="What it is for.")
@click.option("--role", required=True, metavar="ROLE", help="The role of the person who asks.")
@click.option(
    "--person",
    "people",
    multiple=True,
    metavar="K=V;…",
    help="Who it is about, by parts such as family_name; again for each other person of a family.",
)
@click.option(
    "--people-file",
    type=click.File("r"),
    metavar="FILE",
    help="The same, one person a line, read from FILE or, for -, from stdin: kept off the command line.",
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="AGREEMENT/SHARE",
    help="Ask only this; again for each (default: all that the role may look up for the purpose).",
)
@click.option("--trained", multiple=True, metavar="CODE", help="Training that the person who asks has passed.")
@click.option("--consent-held", is_flag=True, help="The person's consent is held, where it is the basis.")
@click.option("--asked-by", default="", metavar="WHO", help="Who asks, as your own node knows them.")
@click.option("--why", default="", metavar="TEXT", help="Why, in words; kept in the private records alone.")
@json_option
def picture(as_json: bool, node: Path, **options: Any) -> int:
    """Ask every organisation that you may about one person, or a family, and put what they say side by side.

    Each is asked under its own agreement, at once, and both logs have it. Every value keeps its source; where sources
    differ, both stand there. What is withheld is named with why. Nothing of the answer is kept at this node. Exit
    codes: 0 somebody answered, 10 all refused, 13 nobody answered.
    """
    from easement.exchange.model import Asker
    from easement.ledger.service import utc_now
    from easement.node.home import open_node
    from easement.picture.service import Question, see

    people = tuple(_people(options["people"], options["people_file"]))
    asker = Asker(options["asked_by"], frozenset(options["trained"]))
    with open_node(node) as host:
        sources = _sources(host, options["sources"], options["role"], options["purpose"])
        question = Question(people, sources, options["purpose"], options["why"], options["consent_held"])
        seen = see(host, question, asker, utc_now())
    emit(as_json, seen.as_dict(), lambda: "\n\n".join(_shown(person) for person in seen.people))
    return _exit(seen)


def _exit(seen: "Picture") -> int:
    if seen.answered:
        return 0
    from easement.picture.model import Why

    unreached = {Why.NOT_ANSWERED, Why.NOT_GENUINE}
    refused = all(gap.why not in unreached for person in seen.people for gap in person.withheld)
    say("nobody gave anything; why stands with each", fg="yellow")
    return REFUSED if refused else UNREACHABLE


def _people(said: Sequence[str], file: IO[str] | None) -> Iterator[Mapping[str, str]]:
    """Everybody named, on the command line and in the file."""
    from easement.base.errors import UsageError

    lines = [*said, *(line.strip() for line in file or () if line.strip())]
    if not lines:
        raise UsageError(
            "nobody is named", remedy='name somebody: --person "family_name=Ash; date_of_birth=2015-02-01"'
        )
    for line in lines:
        parts = [part.partition("=") for part in line.split(";") if part.strip()]
        if not all(name.strip() and sign and value.strip() for name, sign, value in parts):
            raise UsageError(
                "a person is named by parts, each K=V", remedy="put `;` between parts, and give each a value"
            )
        yield {name.strip(): value.strip() for name, _, value in parts}


def _sources(host: "Host", named: Sequence[str], role: str, purpose: str) -> "tuple[Wanted, ...]":
    """The sources named, or all that the role is entitled to."""
    from easement.base.errors import UsageError
    from easement.ledger.service import utc_now
    from easement.picture.service import Wanted, entitled

    now = utc_now()
    if not named:
        return entitled(host, role, purpose, now)
    found = []
    for each in named:
        agreement, sign, share = each.partition("/")
        if not sign:
            raise UsageError(f"`{each}` names no share", remedy="name it as AGREEMENT/SHARE")
        offer = host.shelf.get(agreement, now.date()).prepared.offers.get(share)
        found.append(Wanted(agreement, share, offer.provider if offer else "", role))
    return tuple(found)


def _shown(person: "PersonSeen") -> str:
    """One person for a terminal: conflicts first, then everything by theme, then dates, and what is withheld."""
    who = ", ".join(f"{name} {value}" for name, value in person.named.items())
    parts = [f"{who}\n"]
    for row in person.conflicts:
        assert row.conflict is not None
        readings = "; ".join(
            f"{text} ({', '.join(person.source(number).provider for number in numbers)})"
            for text, numbers in row.conflict.readings
        )
        hint = f" — {row.conflict.hint}" if row.conflict.hint else ""
        parts.append(f"sources differ on {row.name}: {readings}{hint}")
    rows = [
        (row.name, value.value, source.provider, f"{source.agreement_id} {source.version}", source.basis, value.form,
         source.match.strength.value if source.match else "", "differs" if row.conflict else "")
        for theme in person.themes.values()
        for row in theme
        for value in row.values
        for source in (person.source(value.source),)
    ]  # fmt: skip
    if rows:
        parts.append(table(("what", "value", "from", "agreement", "basis", "form", "match", ""), rows))
    if person.timeline:
        dated = [(each.when, each.name, person.source(each.source).provider) for each in person.timeline]
        parts.append(table(("when", "what", "from"), dated))
    if person.withheld:
        gaps = [(gap.provider, gap.name or "everything", gap.why.value, gap.text) for gap in person.withheld]
        parts.append(table(("not shown, by", "what", "why", ""), gaps))
    return "\n".join(parts)
