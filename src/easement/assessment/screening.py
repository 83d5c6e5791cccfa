"""Is an impact assessment due? The answers held against the signs that the regulation and the regulator name (R1.4)."""

from collections.abc import Iterator, Mapping

from easement.assessment.facts import Facts
from easement.assessment.result import Section, Standing, Statement, cited
from easement.base.words import listed

__all__ = ["impact_due", "impact_statements", "signs"]


def signs(facts: Facts) -> Mapping[str, str]:
    """Each sign that the answers show, by the id of its trigger in the law catalogue, with what shows it.

    A sign that counts only beside a second one is left out where it stands alone.
    """
    found = dict(_shown(facts))
    weak = [id_ for id_ in found if _needs_another(facts, id_)]
    if len(found) == 1 and weak:
        return {}
    return found


def _needs_another(facts: Facts, id_: str) -> bool:
    return any(each.id == id_ and each.needs_another for each in facts.catalogue.dpia_triggers)


def _shown(facts: Facts) -> Iterator[tuple[str, str]]:
    answers = facts.answers
    if facts.one_off:
        return
    if facts.sensitive:
        yield "dpia_large_scale_special", f"it holds {listed(facts.sensitive)} data, and not about one person once"
    if answers.decided_by == "program":
        yield "dpia_automated_evaluation", "a program alone decides about people"
    if "match" in (answers.modes or ()):
        yield "dpia_data_matching", "lists of two bodies are matched"
    if "biometric" in facts.sensitive:
        yield "dpia_biometric", "it identifies people by their bodies"
    if "genetic" in facts.sensitive:
        yield "dpia_genetic", "it holds genetic data"
    if answers.told in ("exempt", "no"):
        yield "dpia_invisible_processing", "people are not told"
    if {"children", "at-risk"} & set(answers.people or ()) or (
        facts.purpose is not None and facts.purpose.family in ("education", "safeguarding")
    ):
        yield "dpia_targeting_vulnerable", "it is about children or people at risk"
    if {"victims", "at-risk"} & set(answers.people or ()) and not facts.nameless:
        yield "dpia_physical_harm", "whoever finds out where somebody is may harm them"
    if answers.often in ("as-needed", "regularly") and not facts.nameless:
        yield "dpia_recurring_share", "it is shared again and again"


def impact_due(facts: Facts) -> bool:
    """Whether an impact assessment is due."""
    return bool(signs(facts))


def impact_statements(facts: Facts) -> Iterator[Statement]:
    """Each sign that makes one due, and where it stands; or the one sentence that says none is."""
    found, answers = signs(facts), ("sensitive", "modes", "people", "often", "decided_by", "told")
    steps = cited(facts.catalogue.entry("dpia_steps"))
    if not found:
        if facts.answers.often is not None:
            text = "the answers show no sign that makes one due"
            yield Statement(Section.IMPACT, Standing.HOLDS, text, steps, answers=answers)
        return
    triggers = {each.id: each for each in facts.catalogue.dpia_triggers}
    for id_, shown in found.items():
        text = f"one is due: {triggers[id_].plain.rstrip('.')} ({shown})"
        yield Statement(Section.IMPACT, Standing.HOLDS, text, cited(triggers[id_]), answers=answers)
    if facts.answers.impact_reference:
        text = f"the impact assessment was made: {facts.answers.impact_reference}"
        yield Statement(Section.IMPACT, Standing.HOLDS, text, steps, answers=("impact_reference",))
    else:
        when = "afterwards, and at once" if facts.answers.emergency else "before anything is shared"
        mend = f"make the impact assessment {when}: one can be drafted from these answers"
        yield Statement(
            Section.IMPACT,
            Standing.TO_DO,
            "the impact assessment has not been made",
            steps,
            mend,
            ("impact_reference",),
        )
