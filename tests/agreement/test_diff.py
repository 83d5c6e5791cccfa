"""What changed between two versions, in words, and whether it lets more cross."""

from typing import Any

import pytest
from hypothesis import given, settings

from easement.agreement.clauses import CLAUSES
from easement.agreement.diff import Effect, differences, report, summary
from tests.often import often

from .full import changes, model_paths
from .makers import GONE, Data, agreements, as_file, as_text, changed, example, read_agreement_text, with_changes

FLIPPED = {Effect.WIDER: Effect.NARROWER, Effect.NARROWER: Effect.WIDER}
SHARE = "shares.entitled-children"


def test_every_key_of_the_format_has_a_clause() -> None:
    known = set(CLAUSES)
    for path in model_paths():
        name = ".".join(path)
        assert any(clause == name or clause.startswith(f"{name}.") for clause in known), name


def test_every_clause_is_a_key_of_the_format() -> None:
    paths = {".".join(path) for path in model_paths()}
    chosen = {f"{path}.*" for path in paths}
    assert set(CLAUSES) <= paths | chosen


def test_one_changed_value_is_one_difference_and_flips_when_read_backwards() -> None:
    for path, old, new in changes():
        (there,), (back,) = differences(old, new), differences(new, old)
        assert path.startswith(there.clause) or there.clause.startswith(path), path
        assert (there.was, there.now) == (back.now, back.was), path
        assert there.was != there.now, path
        assert back.effect is FLIPPED.get(there.effect, there.effect), path


@given(agreements())
@settings(max_examples=often(40), deadline=None)
def test_an_agreement_does_not_differ_from_itself(data: Data) -> None:
    file = as_file(data)
    assert differences(file, file) == ()
    again = read_agreement_text(as_text(data))
    assert differences(file, again) == ()


@given(agreements(), agreements())
@settings(max_examples=often(60), deadline=None)
def test_any_two_agreements_differ_alike_from_both_sides(one: Data, other: Data) -> None:
    a, b = as_file(one), as_file(other)
    there, back = differences(a, b), differences(b, a)
    assert {d.clause for d in there} == {d.clause for d in back}
    effects = {d.clause: d.effect for d in back}
    assert all(effects[d.clause] is FLIPPED.get(d.effect, d.effect) for d in there)
    assert bool(there) is (a.digest != b.digest)


EFFECTS: list[tuple[str, Any, Effect]] = [
    (f"{SHARE}.fields.sex", "plain", Effect.WIDER),
    (f"{SHARE}.fields.postcode", GONE, Effect.NARROWER),
    (f"{SHARE}.fields.postcode", "outward", Effect.NARROWER),
    (f"{SHARE}.fields.date_of_birth", "year", Effect.NARROWER),
    (f"{SHARE}.fields.net_monthly_earnings", "plain", Effect.WIDER),
    (f"{SHARE}.fields.net_monthly_earnings", {"band": [0, 100, 300, 616.67]}, Effect.WIDER),
    (f"{SHARE}.fields.net_monthly_earnings", {"band": [0, 616.67]}, Effect.NARROWER),
    (f"{SHARE}.fields.net_monthly_earnings", {"band": [1, 300, 616.67]}, Effect.CHANGED),
    (f"{SHARE}.fields.net_monthly_earnings", "present", Effect.NARROWER),
    (f"{SHARE}.limits.records_per_day", 30_000, Effect.WIDER),
    (f"{SHARE}.limits.records_per_day", GONE, Effect.WIDER),
    (f"{SHARE}.limits.records_per_request", 10, Effect.NARROWER),
    (f"{SHARE}.modes", ["lookup"], Effect.NARROWER),
    (f"{SHARE}.modes", ["aggregate", "bulk", "match", "lookup"], Effect.CHANGED),
    (f"{SHARE}.subjects", "all", Effect.WIDER),
    (f"{SHARE}.rows", GONE, Effect.WIDER),
    (f"{SHARE}.rows", "award = 'UC'", Effect.CHANGED),
    (f"{SHARE}.level", "pseudonymised", Effect.NARROWER),
    (f"{SHARE}.aggregate", {"dimensions": ["award"]}, Effect.WIDER),
    (f"{SHARE}.match", {"sample": 50}, Effect.CHANGED),
    (f"{SHARE}.match", {"method": "encoded"}, Effect.CHANGED),
    (f"{SHARE}.match", {"method": "model", "through": ["index"]}, Effect.CHANGED),
    ("purpose.never_for", ["debt-recovery"], Effect.WIDER),
    ("purpose.never_for", ["debt-recovery", "immigration-enforcement", "research"], Effect.NARROWER),
    ("purpose.code", "welfare-support", Effect.CHANGED),
    ("purpose.necessity", "In other words.", Effect.WORDING),
    ("people.northtown.roles", ["benefits-officer", "analyst"], Effect.WIDER),
    ("people.northtown.training", ["data-protection"], Effect.NARROWER),
    ("people", GONE, Effect.NARROWER),
    ("law.special_category", {"condition": "art9_g"}, Effect.WIDER),
    ("law.dwp.power", "dea_2017_s35", Effect.CHANGED),
    ("term.ends", "2030-08-31", Effect.WIDER),
    ("term.starts", "2026-09-02", Effect.NARROWER),
    ("term.review_every", "P6M", Effect.NARROWER),
    ("term.review_every", GONE, Effect.WIDER),
    ("duties.retain", "P1M", Effect.NARROWER),
    ("duties.retain", "P400D", Effect.WIDER),
    ("duties.retain", "P365D", Effect.CHANGED),
    ("duties.retain", "P11M32D", Effect.WIDER),
    ("duties.retain", "P11M30D", Effect.CHANGED),
    ("duties.certificate", "none", Effect.WIDER),
    ("duties.onward", ["schools"], Effect.WIDER),
    ("duties.breach_notice", GONE, Effect.WIDER),
    ("joining", GONE, Effect.NARROWER),
    ("title", "Another title", Effect.WORDING),
]


@pytest.mark.parametrize(
    ("path", "value", "effect"), EFFECTS, ids=[f"{p}={'gone' if v is GONE else v}" for p, v, _ in EFFECTS]
)
def test_the_effect_of_a_change(path: str, value: Any, effect: Effect) -> None:
    old, new = as_file(example()), as_file(with_changes(example(), {path: value}))
    assert [difference.effect for difference in differences(old, new)] == [effect]


def test_a_duration_in_other_units_that_means_the_same_is_wording() -> None:
    (found,) = differences(changed(duties__retain="P12M"), changed(duties__retain="P1Y"))
    assert (found.clause, found.effect) == ("digest", Effect.WORDING)


def test_an_added_share_is_one_difference_that_says_what_it_shares() -> None:
    share = {"from": "dwp", "to": ["northtown"], "standard": "person/1", "modes": ["lookup"], "subjects": "all"}
    new = as_file(with_changes(example(), {"shares.names": share | {"fields": {"family_name": "plain"}}}))
    (found,) = differences(as_file(example()), new)
    assert (found.clause, found.was, found.effect) == ("shares.names", "not shared", Effect.WIDER)
    assert "person/1" in found.now
    assert "family name: in full" in found.now


def test_the_summary_comes_first_and_counts() -> None:
    new = changed(term__ends="2030-08-31", duties__retain="P2Y", duties__certificate="none", title="Other")
    new = as_file(with_changes(new.document.data, {f"{SHARE}.modes": ["lookup"]}))
    found = differences(as_file(example()), new)
    assert report(found).splitlines()[0] == summary(found)
    assert summary(found) == "3 changes widen what is shared, 1 narrows it, 1 is wording only"
    assert summary(()) == "the two versions are the same"


def test_differences_stand_in_the_order_of_the_document() -> None:
    new = changed(term__ends="2030-08-31", purpose__statement="Other", duties__then="return")
    found = differences(as_file(example()), new)
    assert [d.clause for d in found] == ["purpose.statement", "duties.then", "term.ends"]
    assert all(d.as_dict()["section"] for d in found)
    assert (found[2].was, found[2].now) == ("31 August 2029", "31 August 2030")
