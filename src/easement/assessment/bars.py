"""The bars: Acts that forbid a body to tell. Each that concerns the case is cleared before any power is used."""

from collections.abc import Callable, Iterator, Mapping

from easement.assessment.facts import Facts
from easement.assessment.result import Section, Standing, Statement, cited
from easement.law.fits import bars
from easement.law.power import Nature, Power

__all__ = ["bar_statements", "open_bars"]


def _guarded(*kinds: str) -> Callable[[Facts], bool]:
    return lambda facts: bool(set(kinds) & set(facts.answers.protected or ()))


def _held_by(kind: str, code: str) -> Callable[[Facts], bool]:
    held = _guarded(kind)
    return lambda facts: held(facts) or bool(facts.giver and facts.catalogue.is_a(facts.giver.id, code))


def _never(_facts: Facts) -> bool:
    return False


_CONCERNS: Mapping[str, Callable[[Facts], bool]] = {
    "gra_2004_s22": _guarded("gender-history"),
    "hfea_1990_s33A": _guarded("fertility"),
    "aca_2002_s57": _guarded("adoption"),
    "roa_1974_s9": _guarded("spent-convictions"),
    "crca_2005_s18": _held_by("tax", "tax-authority"),
    "ssaa_1992_s123": _held_by("social-security", "work-and-pensions-department"),
    "csa_1991_s50": _held_by("child-maintenance", "child-maintenance-service"),
    "dpa_2018_s170": _never,
    "common_law_confidence": _never,
    "hra_1998_art8": _never,
}
"""Which answers bring a bar into play. The offence of s.170 is what a disclosure that the controller decides on is not;
confidence and Article 8 have sections of their own. A bar that is not named here concerns every giver it binds."""

SECRECY = frozenset({"crca_2005_s18", "ssaa_1992_s123", "csa_1991_s50", "roa_1974_s9"})
"""Bars on telling without lawful authority: a power that names the giver is that authority."""


def concerned(facts: Facts) -> tuple[Power, ...]:
    """The bars that concern the case, whichever body they bind."""
    binding = {bar.id for bar in bars(facts.giver.id, facts.catalogue)} if facts.giver else set()
    restrictions = (each for each in facts.catalogue.powers if each.nature is Nature.RESTRICTION)
    return tuple(
        bar for bar in restrictions if (_CONCERNS[bar.id](facts) if bar.id in _CONCERNS else bar.id in binding)
    )


def open_bars(facts: Facts) -> tuple[Power, ...]:
    """The bars that concern the case and that no power lifts: a person must say what does."""
    return tuple(bar for bar in concerned(facts) if not _lifted(bar, facts))


def bar_statements(facts: Facts) -> Iterator[Statement]:
    """How each bar that concerns the case stands; one sentence where none does."""
    found = concerned(facts)
    for bar in found:
        yield _stands(bar, facts)
    if not found:
        offence = facts.catalogue.power("dpa_2018_s170")
        text = "no bar concerns such data; but whoever takes it without the giver's decision commits an offence"
        yield Statement(Section.BARS, Standing.HOLDS, text, cited(offence), answers=("giver", "protected"))


def _stands(bar: Power, facts: Facts) -> Statement:
    answers = ("giver", "protected", "cleared")
    why = (facts.answers.cleared or {}).get(bar.id)
    if _lifted(bar, facts) and facts.chosen is not None:
        power = facts.chosen.power
        text = f"{bar.plain} {power.citation} is the lawful authority to tell"
        mend = f"tell only what {power.citation} covers" if facts.chosen.standing is not Standing.HOLDS else ""
        standing = Standing.TO_DO if mend else Standing.HOLDS
        return Statement(Section.BARS, standing, text, cited(bar), mend, answers)
    if why:
        mend = f"have your legal lead confirm that this lifts {bar.citation}, and keep the advice"
        return Statement(Section.BARS, Standing.TO_DO, f"{bar.plain} You say: {why}", cited(bar), mend, answers)
    limits = "; ".join(bar.restrictions)
    mend = f"leave those facts out, or find the exception that applies ({limits}) and have your legal lead confirm it"
    return Statement(Section.BARS, Standing.AGAINST, f"{bar.plain} Nothing here lifts it.", cited(bar), mend, answers)


def _lifted(bar: Power, facts: Facts) -> bool:
    """A bar of secrecy is lifted by an express power that surely names the giver, or whose words lift such bars."""
    chosen = facts.chosen
    if bar.id not in SECRECY or chosen is None or facts.giver is None or chosen.standing > Standing.TO_DO:
        return False
    if chosen.power.nature not in (Nature.MANDATORY, Nature.PERMISSIVE):
        return False
    if bar.id == "crca_2005_s18" and not facts.catalogue.is_a(facts.giver.id, "tax-authority"):
        return False
    return chosen.lifts_confidence or _names(chosen.power, facts.giver.id)


def _names(power: Power, giver: str) -> bool:
    """Whether the Act names this very kind of body as a giver, and not only public bodies at large."""
    return any(giver in route.givers.classes for route in power.routes)
