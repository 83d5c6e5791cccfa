"""Training without labels: how often levels are met is learnt from the two registers themselves.

`u` is counted on pairs taken at random, which are hardly ever of one person; `m` is found by expectation maximisation
(Winkler, 1988) among pairs that agree in one thing, once for each of several things; the prior follows from how many
links the model then expects. Nothing is thrown at whoever trains on little: what could not be learnt stands at what it
is taken for, and the model's notes say so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from easement.base.errors import BadData
from easement.linkage.blocking import Counted, affordable, count_pairs
from easement.linkage.comparisons import COMPARISONS, Blocking, Comparison, Level
from easement.linkage.decoys import checked
from easement.linkage.model import BLOCKING_BY_NAME, Frequencies, LinkModel, Trained, bits
from easement.linkage.splink_engine import HELD, LISTED, blocking_sql, settings, splink, splink_version
from easement.linkage.standardise import VERSION

__all__ = ["SEED", "Training", "train"]

SEED = 20_260_901
"""Of the random pairs, where nobody gives another: the same data and seed give the same model."""

RANDOM_PAIRS = 1_000_000
"""Pairs taken at random to count `u`: a level met once in 100,000 is then met 10 times."""

EM_PAIRS = 2_000_000
"""Most pairs of one round of expectation maximisation: more move no figure that matters."""

FEWEST_PAIRS = 30
"""Fewest pairs on which a round is run: on fewer it follows chance."""

PSEUDO_M, PSEUDO_U = 30.0, 2.0
"""As many pairs' worth does what a level is taken for count beside what was learnt, so that what was met never, or
twice, is neither certain nor impossible."""

ROUNDS = {
    "birth": ("birth",),
    "names": ("family", "given"),
    "place-family": ("place", "family"),
    "place-given": ("place", "given"),
    "number": ("number",),
    "given-family-sound": ("given", "family"),
}
"""The rules by which pairs are found for each round, and the comparisons that each settles and so learns nothing of."""

ALWAYS = 3
"""Rounds that are run in any case; the others where those leave something unlearnt."""

PASSES = 1
"""Times that everything is learnt anew once the random pairs are rid of those that are of one person."""

LEAST_LEFT = 0.02
"""What is left of a level's `u` at least, however many of the pairs that met it are taken to be of one person."""

PRIORS = 6
"""Times that the prior is worked out anew from the links that are expected by it."""


@dataclass(frozen=True, slots=True)
class Training:
    """A trained model, and each blocking rule with the pairs it finds in the data at hand."""

    model: LinkModel
    blocking: tuple[Counted, ...]


def train(
    connection: Any,
    *,
    id: str,  # noqa: A002 (the word of the file)
    title: str,
    held: str,
    listed: str,
    version: int = 1,
    seed: int = SEED,
    by: str = "",
    at: str = "",
) -> Training:
    """Train a model on the tables `HELD` and `LISTED` of a connection; `held` and `listed` name them to people.

    Raises `BadData` where a side is empty, or no rule finds any pair.
    """
    rows = _rows(connection)
    if not all(rows):
        raise BadData("a register without records trains no model", remedy="name two registers that hold people")
    compared = _comparable(connection)
    counted = affordable(connection)
    used = [each.rule for each in counted if each.used]
    rules = [each.rule for each in counted if each.used and not each.within]
    if not rules or len(compared) < 2:
        remedy = "see that both mappings give names, birth dates or postcodes, in one form"
        raise BadData("no two records of these registers agree in anything that people are found by", remedy=remedy)
    learner = _Learner(connection, compared, rules, rows, seed)
    known, prior, notes = learner.learn()
    trained = Trained(held=held, listed=listed, held_rows=rows[0], listed_rows=rows[1], seed=seed,
                      splink=splink_version(), by=by, at=at)  # fmt: skip
    left_out = (
        f"rule `{each.rule.name}` finds {each.pairs:,} pairs, which are too many: it is left out"
        for each in counted
        if each.pairs and not each.used
    )
    model = LinkModel(
        id=id, version=version, title=title, standardised=VERSION, trained=trained, prior=prior,
        comparisons=known, blocking=tuple(rule.name for rule in used), notes=(*notes, *left_out),
    )  # fmt: skip
    told = checked(connection, model)
    return Training(model.model_copy(update={"shift": told.shift, "doubts": told.doubts}), counted)


def _rows(connection: Any) -> tuple[int, int]:
    [found] = connection.execute(
        f"select (select count(*) from {HELD}), (select count(*) from {LISTED})"  # noqa: S608 (names of ours)
    ).fetchall()
    return int(found[0]), int(found[1])


def _comparable(connection: Any) -> tuple[Comparison, ...]:
    """The comparisons for which both sides have a value anywhere; identifiers always, for other numbers hold a pair."""
    columns = {"number": "number", "family": "family", "given": "given", "middle": "middles", "birth": "birth",
               "place": "place", "sex": "sex"}  # fmt: skip
    counts = ", ".join(f"count({columns[each.name]})" for each in COMPARISONS)
    found = [connection.execute(f"select {counts} from {side}").fetchall()[0] for side in (HELD, LISTED)]  # noqa: S608
    return tuple(each for each, held, listed in zip(COMPARISONS, *found, strict=True)
                 if (held and listed) or each.name == "number")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Learner:
    connection: Any
    compared: tuple[Comparison, ...]
    rules: Sequence[Blocking]
    rows: tuple[int, int]
    seed: int

    def learn(self) -> tuple[dict[str, dict[str, Frequencies]], float, tuple[str, ...]]:
        everybody = self.rows[0] * self.rows[1]
        prior = min(0.1, max(1e-12, 0.3 * min(self.rows) / everybody))
        met = self._met(prior)
        known, notes = self._pass(met, prior, None)
        for _ in range(PASSES):
            prior = self._prior(known, prior)
            known, notes = self._pass(_without_matches(met, known, prior), prior, known)
        return known, self._prior(known, prior), notes

    @property
    def _sampled(self) -> int:
        """About how many pairs are taken at random."""
        return min(RANDOM_PAIRS, self.rows[0] * self.rows[1])

    def _met(self, prior: float) -> dict[str, dict[str, float]]:
        """How often each level is met among pairs taken at random."""
        with splink(self.connection, settings(self.compared, self.rules, prior=prior)) as found:
            found.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS + 1.0, seed=self.seed)
            said = dict(_levels(found.misc.save_model_to_json(), "u_probability"))
        return {
            each.name: {
                level.name: _weighed([value] if isinstance(value := said[each.name].get(level.name), float) else [],
                                     level.u, self._sampled, PSEUDO_U)
                for level in each.levels
            }
            for each in self.compared
        }  # fmt: skip

    def _pass(
        self, u: Mapping[str, Mapping[str, float]], prior: float, known: Mapping[str, Mapping[str, Frequencies]] | None
    ) -> tuple[dict[str, dict[str, Frequencies]], tuple[str, ...]]:
        """`m` by several rounds with `u` as it is said; begun from what is usual, or from what a pass before found."""
        begun = {
            each.name: {
                level.name: Frequencies(m=known[each.name][level.name].m if known else level.m,
                                        u=_rounded(u[each.name][level.name]))
                for level in each.levels
            }
            for each in self.compared
        }  # fmt: skip
        with splink(self.connection, settings(self.compared, self.rules, prior=prior, known=begun)) as found:
            return _settled(self.compared, u, *self._rounds(found), self._sampled)

    def _rounds(self, found: Any) -> tuple[dict[str, list[dict[str, float | None]]], dict[str, float]]:
        """What each round learnt of `m`, by comparison, and on how many pairs of one person, about."""
        m = defaultdict[str, list[dict[str, float | None]]](list)
        matches = defaultdict[str, float](float)
        done = 0
        for name, settled in ROUNDS.items():
            rule = BLOCKING_BY_NAME[name]
            others = [each.name for each in self.compared if each.name not in settled]
            count = count_pairs(self.connection, rule)
            unlearnt = done < ALWAYS or any(other not in m for other in others)
            if count < FEWEST_PAIRS or len(others) < 2 or not unlearnt:
                continue
            session = found.training.estimate_parameters_using_expectation_maximisation(
                blocking_sql(rule), max_pairs=EM_PAIRS
            )
            done += 1
            said = dict(_session(session))
            for other in others:
                if other in said:
                    m[other].append(said[other])
                    matches[other] += min(count, EM_PAIRS) * _matching(session)
        return m, matches

    def _prior(self, known: Mapping[str, Mapping[str, Frequencies]], first: float) -> float:
        """The share of all pairs that are of one person, as the model itself expects where records pair off."""
        made = settings(self.compared, self.rules, prior=first, known=known)
        with splink(self.connection, made) as found:
            predicted = found.inference.predict(threshold_match_weight=-10, warning_mode="never")
            rows = self.connection.execute(
                f"select list(match_weight) from {predicted.physical_name} group by unique_id_r"  # noqa: S608
            ).fetchall()
        everybody, prior = self.rows[0] * self.rows[1], first
        for _ in range(PRIORS):
            moved = bits(prior) - bits(first)
            each = (sum(2 ** min(weight + moved, 60.0) for weight in weights) for (weights,) in rows)
            expected = sum(among / (1 + among) for among in each)
            prior = min(0.1, max(1.0, expected) / everybody)
        return _rounded(prior)


def _levels(said: Mapping[str, Any], what: str) -> Iterable[tuple[str, dict[str, float | None]]]:
    """Of Splink's saved model: each comparison, and one figure of each of its levels, where it is there."""
    for comparison in said["comparisons"]:
        yield (
            comparison["output_column_name"],
            {
                level["label_for_charts"]: level.get(what)
                for level in comparison["comparison_levels"]
                if not level.get("is_null_level")
            },
        )


def _without_matches(
    met: Mapping[str, Mapping[str, float]], known: Mapping[str, Mapping[str, Frequencies]], prior: float
) -> dict[str, dict[str, float]]:
    """`u` without the pairs of one person that chance put among the random ones: in small registers most that agree."""
    cleared = {}
    for name, levels in met.items():
        bare = {level: max(u - prior * known[name][level].m, u * LEAST_LEFT) for level, u in levels.items()}
        cleared[name] = {level: u / sum(bare.values()) for level, u in bare.items()}
    return cleared


def _matching(session: Any) -> float:
    """The share of a round's pairs that it takes to be of one person."""
    return float(session.core_model_settings.probability_two_random_records_match)


def _session(session: Any) -> Iterable[tuple[str, dict[str, float | None]]]:
    for comparison in session.core_model_settings.comparisons:
        yield (
            comparison.output_column_name,
            {
                level.label_for_charts: level.m_probability
                for level in comparison.comparison_levels
                if not level.is_null_level
            },
        )


def _settled(
    compared: Sequence[Comparison],
    u: Mapping[str, Mapping[str, float]],
    m: Mapping[str, Sequence[Mapping[str, float | None]]],
    matches: Mapping[str, float],
    sampled: int,
) -> tuple[dict[str, dict[str, Frequencies]], tuple[str, ...]]:
    """Every level's frequencies: what was learnt, weighed against what it is taken for; and notes on what was not."""
    known, notes = {}, []
    for comparison in compared:
        name, rounds = comparison.name, m.get(comparison.name, ())
        learnt = {
            level.name: [value for each in rounds if isinstance(value := each.get(level.name), float)]
            for level in comparison.levels
        }
        if not any(learnt.values()):
            notes.append(f"{comparison.title} could not be trained: too few pairs; they count as is usual elsewhere")
        ms = {level.name: _weighed(learnt[level.name], level.m, matches.get(name, 0), PSEUDO_M)
              for level in comparison.levels}  # fmt: skip
        us = {level.name: _no_rarer_than_seen(u[name][level.name], ms[level.name], level, sampled)
              for level in comparison.levels}  # fmt: skip
        known[name] = {
            level.name: Frequencies(m=_rounded(ms[level.name] / sum(ms.values())),
                                    u=_rounded(us[level.name] / sum(us.values())))
            for level in comparison.levels
        }  # fmt: skip
    return known, tuple(notes)


def _weighed(learnt: Sequence[float], usual: float, count: float, pseudo: float) -> float:
    """What was learnt on `count` pairs and what is usual, as if that stood for `pseudo` pairs."""
    if not learnt:
        return usual * pseudo / (count + pseudo) if count else usual
    return (fmean(learnt) * count + usual * pseudo) / (count + pseudo)


def _no_rarer_than_seen(u: float, m: float, level: Level, sampled: int) -> float:
    """`u`, where a level was met by chance too seldom to say: then it weighs no more than is usual.

    What is not met among so many pairs is rarer than three in as many, nineteen times of twenty.
    """
    return max(u, min(m * level.u / level.m, 3 / sampled))


def _rounded(value: float) -> float:
    """Nine figures: enough, and the same on every machine."""
    return float(f"{min(max(value, 1e-12), 1 - 1e-9):.9g}")
