"""Does a power take in this giver, this receiver and this purpose, here and on this day?

Codes are held against codes, and never more widely than the power's words go: what the words leave open is `unclear`,
with the words shown, for a person to settle.
"""

from collections.abc import Collection, Iterator
from datetime import date

from easement.base.words import day, listed
from easement.law.entry import Jurisdiction, Verdict
from easement.law.findings import Finding, Fit, Outcome, finding, judge
from easement.law.model import BodyClass, Purpose
from easement.law.power import Nature, Power, Route, Side, Status
from easement.law.shelves import Catalogue

__all__ = ["bars", "fit", "in_force", "passes", "powers_for", "serves"]


def fit(
    power: Power,
    giver_class: str,
    receiver_class: str,
    purpose: str,
    catalogue: Catalogue,
    on: date,
    where: Collection[Jurisdiction] = (),
) -> Fit:
    """Hold a power against a case; `where` are the places the sharing touches, if they are known.

    Raises `UsageError` for a class or purpose that the catalogue does not know.
    """
    giver, receiver = catalogue.body_class(giver_class), catalogue.body_class(receiver_class)
    route = min(power.routes, key=lambda route: _worst(route, giver, receiver, catalogue))
    return judge(
        (
            _nature(power),
            _side(power, "giver", route.givers, giver, catalogue),
            _side(power, "receiver", route.receivers, receiver, catalogue),
            _purpose(power, catalogue.purpose(purpose)),
            _in_force(power, catalogue.as_at, on),
            _jurisdiction(power, (giver, receiver), where),
            *_notes(power),
        )
    )


def powers_for(
    giver_class: str,
    receiver_class: str,
    purpose: str,
    catalogue: Catalogue,
    on: date,
    where: Collection[Jurisdiction] = (),
) -> tuple[tuple[Power, Fit], ...]:
    """The powers that fit a case or may fit it, the surest and strongest first; none means: refer, never guess."""
    answers = (
        (power, fit(power, giver_class, receiver_class, purpose, catalogue, on, where)) for power in catalogue.powers
    )
    open_ = [(power, answer) for power, answer in answers if answer.verdict is not Verdict.DOES_NOT_FIT]
    strength = list(Nature)
    return tuple(sorted(open_, key=lambda pair: (len(pair[1].against), strength.index(pair[0].nature))))


def bars(giver_class: str, catalogue: Catalogue) -> tuple[Power, ...]:
    """The restrictions that bind, or may bind, a giver of this class: each is cleared before any power is used."""
    restrictions = (power for power in catalogue.powers if power.nature is Nature.RESTRICTION)
    return tuple(bar for bar in restrictions if passes(bar, catalogue, giver_class) is not Outcome.NOT_MET)


def passes(power: Power, catalogue: Catalogue, giver: str = "", receiver: str = "") -> Outcome:
    """Whether a power's words let data pass from this class to that one, by whichever route suits best.

    A side that is not named is not asked about. Raises `UsageError` for a class that is not known.
    """
    return min(
        max(
            _within(route.givers, giver, catalogue) if giver else Outcome.MET,
            _within(route.receivers, receiver, catalogue) if receiver else Outcome.MET,
        )
        for route in power.routes
    )


def serves(power: Power, purpose: str) -> Outcome:
    """Whether a power's words cover this purpose."""
    if purpose in power.purposes:
        return Outcome.MET
    return Outcome.UNCLEAR if purpose in power.purposes_if or power.purposes_open else Outcome.NOT_MET


def in_force(power: Power, on: date) -> Outcome:
    """Whether a power's words have force of law on a day, as far as was found at the catalogue's date."""
    force = power.in_force
    early = on < (force.valid_from or date(force.enacted or 1, 1, 1))
    late = force.valid_to is not None and on > force.valid_to
    if early or late or force.status in (Status.NOT_COMMENCED, Status.REPEALED):
        return Outcome.NOT_MET
    return Outcome.MET if force.status is Status.IN_FORCE else Outcome.UNCLEAR


def _within(side: Side, code: str, catalogue: Catalogue) -> Outcome:
    if any(catalogue.is_a(code, never) for never in side.never):
        return Outcome.NOT_MET
    if any(catalogue.is_a(code, named) for named in side.classes):
        part_left_out = any(catalogue.is_a(never, code) for never in side.never)
        return Outcome.UNCLEAR if side.specified or part_left_out else Outcome.MET
    vague = any(catalogue.is_a(code, perhaps) for perhaps in side.perhaps)
    wider = any(catalogue.is_a(named, code) for named in side.named)
    return Outcome.UNCLEAR if vague or wider else Outcome.NOT_MET


def _worst(route: Route, giver: BodyClass, receiver: BodyClass, catalogue: Catalogue) -> tuple[int, int]:
    sides = _within(route.givers, giver.id, catalogue), _within(route.receivers, receiver.id, catalogue)
    return max(sides), sum(sides)


def _nature(power: Power) -> Finding:
    if not power.is_power:
        mend = "name the power that lets you share; this entry is to be minded besides"
        return finding(power, "nature", Outcome.NOT_MET, f"{power.nature}: {power.nature.words}", mend)
    if power.nature is Nature.IMPLIED:
        mend = "look for an express power; failing that, write down why sharing is necessary and have it signed off"
        return finding(power, "nature", Outcome.UNCLEAR, f"{power.nature}: {power.nature.words}", mend)
    return finding(power, "nature", Outcome.MET, f"{power.nature}: {power.nature.words}")


def _side(power: Power, role: str, side: Side, asked: BodyClass, catalogue: Catalogue) -> Finding:
    outcome = _within(side, asked.id, catalogue)
    words = power.givers_text if role == "giver" else power.receivers_text
    quoted = f"its words: “{words}”" if words.strip("-") else f"it names no {role}"
    text, mend = _side_words(outcome, side, asked, role, catalogue)
    return finding(power, role, outcome, f"{text}; {quoted}", mend)


def _side_words(outcome: Outcome, side: Side, asked: BodyClass, role: str, catalogue: Catalogue) -> tuple[str, str]:
    name = f"`{asked.label}`"
    if outcome is Outcome.MET:
        return f"{name} is a {role} that it names", ""
    if outcome is Outcome.NOT_MET:
        return f"{name} is not a {role} that it names", "look for a power that names this kind of body"
    narrower = sorted(code for code in side.named if catalogue.is_a(code, asked.id) and code != asked.id)
    if narrower and not any(catalogue.is_a(asked.id, code) for code in side.named):
        labels = listed((catalogue.body_class(code).label.lower() for code in narrower), "or")
        return f"it names only some of {name}: {labels}", "say which narrower kind of body it is"
    if side.specified:
        mend = "find the body in the regulations, register or approval that names it, and note where"
        return f"{name} is a {role} only if it is named, approved or registered as the law says", mend
    return (
        f"{name} may be a {role}, but the words do not settle it",
        "read the section and note why the body is within it",
    )


def _purpose(power: Power, purpose: Purpose) -> Finding:
    outcome = serves(power, purpose.id)
    quoted = f"its words: “{power.purposes_text}”" if power.purposes_text.strip("-") else "it names no purpose"
    if outcome is Outcome.MET:
        return finding(
            power, "purpose", outcome, f"`{purpose.label}` is within it; hold your own words against {quoted}"
        )
    if outcome is Outcome.UNCLEAR:
        mend = (
            "name the function that the sharing serves"
            if power.purposes_open
            else "read the section and note why it is"
        )
        return finding(power, "purpose", outcome, f"`{purpose.label}` may be within it; {quoted}", mend)
    mend = "look for a power that names this purpose; use for another purpose is refused"
    return finding(power, "purpose", outcome, f"`{purpose.label}` is not within it; {quoted}", mend)


def _in_force(power: Power, as_at: date, on: date) -> Finding:
    force, outcome = power.in_force, in_force(power, on)
    if force.valid_from and on < force.valid_from:
        text, mend = f"it starts on {day(force.valid_from)}, after {day(on)}", "wait, or use another power"
    elif force.enacted and on.year < force.enacted:
        text, mend = f"it was made in {force.enacted}, after {day(on)}", "use the law of that day"
    elif force.valid_to and on > force.valid_to:
        text, mend = f"it ended on {day(force.valid_to)}", "use the law that took its place"
    elif outcome is Outcome.MET:
        text, mend = f"in force when last looked at, {day(as_at)}", ""
    else:
        not_law = "use a power that is in force, or read the section if it now is"
        mend = not_law if outcome is Outcome.NOT_MET else "see whether it is in force before you rely on it"
        text = f"found at {day(as_at)}: {force.text}"
    return finding(power, "in-force", outcome, text, mend)


def _jurisdiction(power: Power, bodies: tuple[BodyClass, ...], where: Collection[Jurisdiction]) -> Finding:
    reach, perhaps = set(power.jurisdiction), set(power.jurisdiction_if)
    text = f"it reaches {_places(power.jurisdiction)}"
    mend = "use a power of the place where the sharing happens"
    strangers = [body.label for body in bodies if not (reach | perhaps).intersection(body.jurisdiction)]
    if strangers or not set(where) <= reach | perhaps:
        text += f"; there is no `{strangers[0]}` there" if strangers else f", not all of {_places(where)}"
        return finding(power, "jurisdiction", Outcome.NOT_MET, text, mend)
    if not (set(where) <= reach and all(reach.intersection(body.jurisdiction) for body in bodies)):
        text += f"; whether it reaches {_places(power.jurisdiction_if)} was not settled"
        return finding(power, "jurisdiction", Outcome.UNCLEAR, text, mend)
    return finding(power, "jurisdiction", Outcome.MET, text)


def _places(places: Collection[Jurisdiction]) -> str:
    return ", ".join(place.replace("-", " ").title() for place in Jurisdiction if place in places)


def _notes(power: Power) -> Iterator[Finding]:
    yield finding(power, "confidentiality", Outcome.NOTE, f"lifts confidentiality: {power.confidence}")
    for restriction in power.restrictions:
        yield finding(power, "restriction", Outcome.NOTE, restriction)
    if not power.onward.startswith(("None", "-")):
        yield finding(power, "onward", Outcome.NOTE, power.onward)
