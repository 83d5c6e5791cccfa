"""How the story begins: a town, six nodes, keys, mappings, and five agreements that everyone signs."""

import shlex
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from easement.demo.known import find_shared
from easement.demo.papers import AGREEMENTS
from easement.demo.stage import Stage
from easement.demo.town import FILES, Town, write_town
from easement.demo.world import HOLDERS, OFFICES, exchange_keys, furnish, write_agreements

__all__ = ["TOWN", "make_agreements", "make_nodes", "make_town", "sign"]

TOWN = Path("town")
"""Where the truth stays, once each office has its register."""


def make_town(stage: Stage, people: int, seed: int, today: date) -> Town:
    """The first chapter: the registers, as the offices have them."""
    stage.chapter(
        "A town that is nowhere",
        "Five registers of one made-up town, each in its office's own columns, codes and ways to write a date, with "
        "the slips, old addresses and missing days that real registers have. Nobody in them exists.",
    )
    made: list[Town] = []

    def make() -> Iterable[str]:
        made.append(write_town(TOWN, people, seed=seed, today=today))
        yield f"{made[0].people:,} people in {made[0].households:,} households"
        for register, rows in made[0].records.items():
            yield f"{FILES[register]:<24}{rows:>9,} rows  {OFFICES[HOLDERS[register]]}"

    stage.by_hand("Make the town", [f"easement demo --people {people} --seed {seed}"], make)
    return made[0]


def make_nodes(stage: Stage) -> None:
    """The second chapter: an office each, the keys between them, and what their tables mean."""
    stage.chapter(
        "Six offices, each with its own node",
        "A node is a folder on a machine of the office: its keys, its ledger, its agreements. Data stays where it is.",
    )
    stage.step(
        "Make a node for each",
        *(("init", id_, "--org", id_, "--name", name) for id_, name in OFFICES.items()),
        tell=lambda _: [
            f"{len(OFFICES)} nodes; each has a key that signs for the office, and one that signs its ledger"
        ],
    )
    offices = " ".join(OFFICES)
    loop = (
        f"for a in {offices}; do\n      for b in {offices}; do\n"
        "      [ $a = $b ] || cp $a/keys/organisation.vkey $b/members/$a.vkey; done; done"
    )
    stage.by_hand("Give each the others' public keys", [loop], lambda: [f"{exchange_keys()} keys given"])
    stage.by_hand("Put each register where its holder keeps it, with a mapping beside it", ["ls */datasets"], _place)
    register = "benefit_awards"
    files = [f"{HOLDERS[register]}/datasets/{name}" for name in (f"{register}.yaml", FILES[register])]
    stage.step(
        "Hold the department's table against the standard it is mapped to",
        ("dataset", "check", *files, "--no-examples"),
        tell=_mapped,
    )


def _place() -> Iterable[str]:
    for place in furnish(TOWN):
        yield f"{place}  says how {FILES[place.stem]} fits a standard"
    yield "one person, as each office has them:"
    for file, said in find_shared(TOWN):
        yield f"  {file:<24}{said}"


def _mapped(report: dict[str, Any]) -> Iterable[str]:
    filled = sum(element["had"] == "mapped" for element in report["elements"])
    yield f"{report['rows']:,} rows as {report['standard']}, {filled} elements mapped"
    for element in report["elements"]:
        for finding in element["findings"]:
            yield f"{element['name']}: {finding['count']:,} {finding['fault']}; withheld from every share, and told"


def make_agreements(stage: Stage, town: Town, today: date) -> None:
    """The third chapter: five agreements, complete, signed by every party and in force."""
    stage.chapter(
        "Five agreements that people sign and machines enforce",
        "Each is one file: who gives what to whom, what for, on which legal ground, in what form, for how long. It is "
        "checked against the law and the regulator's code before anyone can sign.",
    )
    write_agreements(Path("agreements"), town, today)
    for id_ in AGREEMENTS:
        sign(stage, Path("agreements") / f"{id_}.yaml", _parties(id_), quietly=id_ != AGREEMENTS[0])
    stage.by_hand(
        "Each party keeps what it signed",
        ["for node in " + " ".join(OFFICES) + "; do cp agreements/* $node/agreements/; done"],
        _keep,
    )


def _parties(id_: str) -> tuple[str, ...]:
    from easement.agreement.read import read_agreement

    return tuple(read_agreement(Path("agreements") / f"{id_}.yaml").terms.parties)


def sign(stage: Stage, file: Path, parties: tuple[str, ...], *, quietly: bool) -> None:
    """Check an agreement, sign it for every party, and see that it is in force; `quietly` as one step of three."""
    check = ("agreement", "check", str(file))
    signing = [("agreement", "sign", str(file), "--node", party) for party in parties]
    status = ("agreement", "status", str(file), "--node", parties[0])
    if quietly:
        stage.step(f"The same for {shlex.quote(file.name)}", check, *signing, status, tell=_stands)
        return
    stage.step("Is anything missing that the law or the regulator asks for?", check, tell=_complete)
    render = ("agreement", "render", str(file), "--to", "html", "--out", f"{file.stem}.html")
    stage.step(
        "The document that people read and sign is made from it", render, tell=lambda data: [f"open {data['file']}"]
    )
    stage.step("Both parties sign the same digest", *signing, tell=lambda data: [f"signed: {data['digest']}"])
    stage.step("Is it in force?", status, tell=_stands)


def _complete(found: dict[str, Any]) -> Iterable[str]:
    name = f"{found['agreement']} {found['version']}"
    yield f"{name}: {found['must']} must be mended, {found['should']} should be looked at"
    yield f"digest {found['digest']}"


def _stands(stood: dict[str, Any]) -> Iterable[str]:
    signed = ", ".join(stood["signed"])
    yield f"{stood['agreement']} {stood['version']} is {stood['state']}: signed by {signed}, until {stood['ends']}"


def _keep() -> Iterable[str]:
    import shutil

    papers = sorted(Path("agreements").iterdir())
    for office in OFFICES:
        for paper in papers:
            shutil.copy(paper, Path(office) / "agreements" / paper.name)
    yield f"{len(papers)} files in {len(OFFICES)} nodes"
