"""What is printed by the commands about one disclosure and the linkage behind it."""

from docs.printed.town import ASKER

SHARE = "--node department --agreement agreements/free-school-meals.yaml --share entitled-children --as northtown "
ROLL = "--match northtown/datasets/school_roll.csv --match-dataset northtown/datasets/school_roll.yaml"
MATCH = f"{SHARE}{ASKER} --mode match {ROLL}"

DISCLOSING = {
    "ask": (
        "The decision. Every check has its reason, met or not.",
        [f"easement ask {MATCH} --role benefits-officer", f"easement ask {MATCH} --role nobody"],
    ),
    "share": (
        "What came of it. On a refusal, `allowed` is false, the exit code 10, and nothing was written.",
        [f"easement share {MATCH} --role benefits-officer --out again.csv"],
    ),
    "link train": (
        "The model with its `digest`, what it was `trained` on, its `prior` and the `shift` in bits that decoys "
        "showed, each comparison's levels in `words` with `m`, `u` and `weight`, its `notes`, the `file`, and "
        "under `blocking` "
        "each rule with the `pairs` that it finds, and whether it is `used`.",
        [],
    ),
    "link list": ("Each `model` of the node with its `title` and `digest`, and whether it is `signed`.", []),
    "link show": ("The model as `link train` gives it.", []),
    "link score": (
        "How many rows either side has, how many pairs were `compared` and `linked`, the `expected_precision` by the "
        "model itself, `held_pairs` and `held_people`, and `blocking` as `link train` gives it.",
        [],
    ),
    "link explain": (
        "The `weight` in bits and the `probability` that it stands for, all in `words`, what makes it `unsure` and of "
        "which share of such pairs that `doubt` is right (`null` where nothing is known), and its `parts`: each `name` "
        "and what was met in `words`, its `bits`, and the weight `before` and `after`. `tied` says whether third "
        "registers and not the two records made the pair, with the chance `by_ways`; each of `ways` has what it goes "
        "`through`, the `record` there, its `chance`, and the steps `listed` and `held`: the `model`, the `chance` "
        "that the step counts for, and the rest as of the pair. `becomes` is what a match makes of it: `linked`, "
        "`held` or `let go`.",
        [],
    ),
    "link sign": ("The `model` and its `digest`, which was signed.", []),
    "link spark": (
        "The `model` and its `digest`, how many pairs were `compared` and `linked`, `held_pairs` and `held_people`, "
        "`blocking` as `link train` gives it, and the folder `out` of the pairs.",
        [],
    ),
    "link encode": (
        "How many `rows` were encoded, how many were `left_out` because they hold nothing to find anybody by, how many "
        "because their person is on the list `twice`, the `header` that every row bears, and the `file`.",
        [],
    ),
    "link encode-key new": (
        "The `file` of the secret, and the `fingerprint` by which two people know that theirs is the same.",
        [],
    ),
    "link encode-key show": ("The same as of `link encode-key new`.", []),
    "held list": (
        "Each `queue` of pairs in doubt: its `agreement`, `share` and `recipient`, how many are `open` and since when "
        "the `oldest` is, how many were `decided`, how many were `beyond` what is kept of the `last_match`, how many "
        "`reviewers` look at a pair; `lasting` is false where records are named by the numbers of their rows.",
        [],
    ),
    "held show": (
        "The same of one queue, and under `held` each pair: its `id`, `list_reference`, `held_reference`, the `rule`, "
        "`weight` and `probability`, the `fields` compared with both sides' values, and the `decision`: `same`, "
        "`different`, `cannot-tell`, `moot` (settled with another pair), or null; `turn` is in what part it is seen. "
        "While links of a sample are open in the queue, `kind`, `rule`, `weight` and `probability` of open pairs are "
        "kept back.",
        [],
    ),
    "held explain": (
        "The `pair`, and `why` as `link explain` gives it, without what it becomes: null where exact rules paired it, "
        "and for an open pair while links of a sample are open in its queue.",
        [],
    ),
    "held settle": (
        "The `queue`, the `entries` that say so, how many pairs are `decided`, how many are `waiting` for another "
        "reviewer, and how many are still `open`; `wrong` names links, by both keys, that were disclosed and are of "
        "two people.",
        [],
    ),
    "held export": (
        "The `queue`, how many `pairs` were written, and the `file`.",
        [],
    ),
    "link quality estimate": (
        "The `queue`, its `links` and pairs `held`; `precision` and `recall`, each with the `estimate` (`value`, "
        "`low`, `high`; null where there are too few), the number of `decisions` and the share of the pairs `covered`; "
        "`expected_by_model`; the `strata`; and under `groups` the same by element and group, as the agreement names "
        "them, with `precision_gap` and `recall_gap` against the other groups; `left_out` counts groups too small.",
        [],
    ),
    "link quality disclosure": (
        "Of an `entry`: what its recipient was `told`, as the receipt opens it (null once the private record is "
        "erased), and `now`, as of `link quality estimate`, null for what was received.",
        [],
    ),
    "link quality true": (
        "For `everybody`, and under `groups` by kind and name: `right`, `false_links` and `missed_links`, `precision` "
        "and `recall` with their ranges, and by how much each differs from everybody else's (`precision_gap`, "
        "`recall_gap`); "
        "`left_out` is how many groups were too small to be told.",
        [],
    ),
}
