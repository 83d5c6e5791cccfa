"""The part of the cluster's tour in which something turns out to be wrong: a picture, and a wrong link taken back."""

from collections.abc import Iterable
from typing import Any

from easement.demo.known import Worry
from easement.demo.stage import Stage

__all__ = ["put_right", "see_picture"]

ASKED = ("--purpose", "safeguarding-children", "--role", "social-worker", "--trained", "safeguarding-level-3")
WHO = ("--asked-by", "Nina Okafor", "--why", "A teacher is worried.")


def see_picture(stage: Stage, worry: Worry) -> str:
    """Ask everybody whom a social worker may ask, at once; the message of the trust's answer."""
    said = "; ".join(f"{name}={value}" for name, value in worry._asdict().items() if value)
    seen = stage.step(
        "The same as one picture: everybody she may ask, side by side, kept nowhere",
        ("picture", "--node", "northtown", *ASKED, *WHO, "--person", said),
        tell=_pictured,
    )
    (person,) = seen["people"]
    return next(str(each["message"]) for each in person["sources"] if each["provider"] == "trust")


def _pictured(seen: dict[str, Any]) -> Iterable[str]:
    (person,) = seen["people"]
    for source in person["sources"]:
        match = source["match"] or {"strength": "no", "words": "nobody was found"}
        yield f"{source['provider']}: {match['strength']} match, {match['words']}"
    differ = [row["name"] for row in person["rows"] if row["conflict"]]
    yield f"they differ on {', '.join(differ)}" if differ else "they differ on nothing"
    yield f"{len(person['timeline'])} dates; {len(person['withheld'])} things are not shown, each with by whom and why"


def put_right(stage: Stage, message: str) -> None:
    """The trust's record turns out to be a cousin's: said, broken, and put right wherever it was given."""
    stage.chapter(
        "A wrong link",
        "The child's mother says that one of the records is a cousin's. The council tells the trust; the trust breaks "
        "the link, and everybody who was given something through it is told and has to put it right.",
    )
    why = ("--why", "The mother says that this is a cousin.")
    case = stage.step(
        "The council says what is wrong",
        ("correction", "report", "--node", "northtown", "--from", "trust", "--message", message,
         "--kind", "wrong-person", *why),
        tell=lambda data: [f"a case at the trust, to be answered by {data['due']}; in both ledgers, nobody named"],
    )["id"]  # fmt: skip
    stage.step(
        "The trust breaks the link",
        ("correction", "answer", case, "--node", "trust", "--outcome", "link-broken", "--text", "Two share a name."),
        tell=lambda _: ["nobody is told by it again, and everybody who was hears of it"],
    )
    found = stage.step(
        "The council was told, for each answer that rests on it",
        ("correction", "received", "--node", "northtown"),
        tell=lambda data: [f"{len(data)} to put right by {data[0]['due']}"],
    )
    done = [("correction", "done", each["id"], "--message", each["message"], "--node", "northtown") for each in found]
    stage.step(
        "It puts them right, and the trust has the certificates",
        *done,
        tell=lambda data: [f"entry {data['made']} here, entry {data['certified']} in the trust's ledger"],
    )
