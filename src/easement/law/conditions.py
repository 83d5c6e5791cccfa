"""What special category and criminal offence data needs besides a basis: UK GDPR Articles 9 and 10, and Schedule 1."""

from collections.abc import Collection, Iterator

from easement.base.errors import UsageError
from easement.law.findings import Finding, Fit, Outcome, finding, judge
from easement.law.model import Condition, ConditionKind, Sensitivity
from easement.law.shelves import Catalogue

__all__ = ["conditions_for", "conditions_hold"]

_FIRST = {
    True: (ConditionKind.CRIMINAL_OFFENCE, ConditionKind.SCHEDULE_1, ConditionKind.PART_3),
    False: (ConditionKind.ARTICLE_9, ConditionKind.PART_3),
}
"""The kinds of condition of which one must hold: for offence data, and for special categories."""


def conditions_for(sensitivity: str, catalogue: Catalogue) -> tuple[Condition, ...]:
    """Every condition that can serve this sensitivity, those that can stand first before those that only support.

    Raises `UsageError` for a sensitivity that is none of the special categories nor `criminal`.
    """
    first = _FIRST[_known(sensitivity) is Sensitivity.CRIMINAL]
    serving = (condition for condition in catalogue.conditions if sensitivity in condition.covers)
    return tuple(sorted(serving, key=lambda condition: condition.kind not in first))


def conditions_hold(chosen: Collection[str], sensitivity: str, catalogue: Catalogue) -> Fit:
    """Whether the chosen conditions (ids or aliases) suffice for this sensitivity, and what is missing.

    Raises `UsageError` for a condition or a sensitivity that is not known.
    """
    kinds = _FIRST[_known(sensitivity) is Sensitivity.CRIMINAL]
    conditions = tuple(catalogue.condition(id_) for id_ in chosen)
    return judge(_findings(conditions, Sensitivity(sensitivity), kinds, catalogue))


def _findings(
    chosen: tuple[Condition, ...], sensitivity: Sensitivity, kinds: tuple[ConditionKind, ...], catalogue: Catalogue
) -> Iterator[Finding]:
    standing = [condition for condition in chosen if condition.kind in kinds and sensitivity in condition.covers]
    if not standing:
        example = next(c for c in conditions_for(sensitivity, catalogue) if c.kind in kinds)
        mend = f"choose one, such as `{example.id}`; list them: easement law list --kind condition"
        yield finding(example, "condition", Outcome.NOT_MET, f"no condition for `{sensitivity}` data is chosen", mend)
    for condition in standing:
        yield finding(condition, "condition", Outcome.MET, condition.plain)
        yield from _support(condition, chosen, sensitivity, catalogue)
    for condition in chosen:
        if condition.policy_document != "no":
            text = condition.policy_document_text or "an appropriate policy document is due"
            yield finding(condition, "policy-document", Outcome.NOTE, text)


def _support(
    condition: Condition, chosen: tuple[Condition, ...], sensitivity: Sensitivity, catalogue: Catalogue
) -> Iterator[Finding]:
    if not condition.needs_one_of:
        return
    able = [c for c in map(catalogue.condition, condition.needs_one_of) if sensitivity in c.covers]
    held = [c for c in chosen if c in able]
    if held:
        yield from (finding(c, "schedule-1", Outcome.MET, c.plain) for c in held)
    else:
        names = ", ".join(f"`{c.id}`" for c in able[:3]) + (" …" if len(able) > 3 else "")
        text = f"`{condition.id}` needs a paragraph of Schedule 1 besides"
        yield finding(condition, "schedule-1", Outcome.NOT_MET, text, f"choose one of {names}")


def _known(sensitivity: str) -> Sensitivity:
    try:
        return Sensitivity(sensitivity)
    except ValueError:
        known = ", ".join(f"`{name}`" for name in Sensitivity)
        raise UsageError(f"`{sensitivity}` is not a known sensitivity", remedy=f"known: {known}") from None
