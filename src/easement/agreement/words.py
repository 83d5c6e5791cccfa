"""Plain words for terms: what the signed document and the comparison of two versions both say.

Pure functions from a term to English at a reading age of 9 to 12. What stands in the file stays findable: a number
or a code keeps its own characters, and words are put around it.
"""

from collections.abc import Iterator

from easement.agreement.forms import Form, FormKind, bands, days
from easement.agreement.model import Level, Matching, Mode
from easement.base.words import listed, many, number

__all__ = [
    "CERTIFICATE",
    "CONTROLLER",
    "CORRECTIONS",
    "LEVEL",
    "MODE",
    "RISK",
    "ROLE",
    "SUBJECTS",
    "THEN",
    "form_words",
    "match_words",
    "named",
]

ROLE = {"provider": "gives data", "recipient": "receives data"}
"""What a party does, in words."""

CONTROLLER = {
    "independent": "independent controller: it decides by itself how and why it uses the data",
    "joint": "joint controller: it decides together with the others how and why the data is used",
    "processor": "processor: it uses the data only as it is told to",
}
"""What kind of controller a party is, in words."""

LEVEL = {
    Level.IDENTIFIABLE: "identifiable: you can tell who each person is",
    Level.PSEUDONYMISED: "pseudonymised: codes stand in the place of names, and a key held elsewhere can undo them",
    Level.ANONYMISED: "anonymised: nobody can be picked out of their group",
    Level.AGGREGATE: "aggregate: counts and totals only, no records about single people",
}
"""How far a share lets people be known, in words."""

MODE = {
    Mode.LOOKUP: "lookup: one person at a time",
    Mode.MATCH: "match: the recipient sends its own list and learns about the people on it",
    Mode.BULK: "bulk: many records at once",
    Mode.AGGREGATE: "aggregate: counts and totals",
}
"""How a share may be asked for, in words."""

SUBJECTS = {
    "matched": "matched: only people on the recipient’s own list",
    "all": "all: everyone whom the rows are about",
}
"""Whom a share covers, in words."""

THEN = {
    "delete": "delete it",
    "return": "return it to who gave it, and keep no copy",
    "anonymise": "anonymise it, so that it is about nobody any more",
}
"""What happens to the data when its time is over, in words."""

CERTIFICATE = {
    "required": "required: the recipient confirms in writing that this was done",
    "none": "none: no written confirmation is asked for",
}
"""Whether that is confirmed, in words."""

CORRECTIONS = {
    "notify": "notify: whoever finds a mistake tells everyone who was given the data",
    "none": "none: nobody is told of mistakes found later",
}
"""Who is told of mistakes found later, in words."""

RISK = {
    "recipient": "the recipient",
    "provider": "the provider",
    "shared": "shared: both the provider and the recipient",
}
"""Who answers for the data after disclosure, in words."""


def named(code: str) -> str:
    """A code as words: `net_monthly_earnings` and `benefits-officer` without their joints."""
    return code.replace("_", " ").replace("-", " ")


_PLAIN_FORMS = {
    FormKind.PLAIN: "in full",
    FormKind.PSEUDONYM: "as a code that only this recipient’s copies share",
    FormKind.YEAR: "the year only",
    FormKind.MONTH: "the month and year only",
    FormKind.OUTWARD: "the first half of the postcode only",
    FormKind.PRESENT: "only whether there is a value, not what it is",
}


def form_words(form: Form) -> str:
    """What is done to a value before it crosses: `in full`, `as a band: under 300, 300 or more`."""
    match form.kind:
        case FormKind.BAND:
            return f"as a band: {', '.join(label for _, label in bands(form.edges))}"
        case FormKind.TRUNCATE:
            return f"only the first {'character' if form.length == 1 else many(form.length, 'character')}"
        case FormKind.SHIFT:
            return f"moved by a secret number of days, at most {many(days(form.shift), 'day')} either way"
    return _PLAIN_FORMS[form.kind]


def match_words(match: Matching) -> tuple[str, ...]:
    """How people on a list are found, in words."""
    who = "one person, or a program that may review," if match.reviewers == 1 else "two people, and no program,"
    looked_at = (
        f"{who} must say of a pair in doubt that it is one person",
        *_sampled(match),
    )
    if match.method == "rules":
        return ("rules: names, dates, places and identifiers must be equal by fixed rules", *looked_at)
    if match.method == "encoded":
        return (
            "encoded: the recipient sends keyed encodings in place of names, dates and places (easement-encoded/1)",
            f"linked from a likeness of {match.disclose} on (Dice), where nothing speaks against it",
            f"in doubt from a likeness of {match.hold} on: counted, but not disclosed and not kept: nobody could look",
        )
    named_model = f"the model {match.model}" if match.model else "the giver’s newest model for this share"
    return (
        f"model: {named_model}, learnt from the registers, weighs what agrees and what differs",
        *_tied(match),
        f"linked from a probability of {match.disclose} on, where nothing speaks against it",
        f"held for a person from a probability of {match.hold} on, and not disclosed",
        *looked_at,
    )


def _tied(match: Matching) -> Iterator[str]:
    if match.through:
        datasets = listed([f"`{each}`" for each in match.through])
        yield f"records that say too little of themselves are tied by the giver’s {datasets}, of which nothing crosses"


def _sampled(match: Matching) -> Iterator[str]:
    if match.sample:
        drawn = (
            "of the links of each match, {} drawn by chance {} looked at by people who do not see that they are links"
        )
        yield drawn.format(number(match.sample), "is" if match.sample == 1 else "are")
    if match.groups:
        yield f"errors are counted by {listed(named(name) for name in match.groups)}, within the giver alone"
