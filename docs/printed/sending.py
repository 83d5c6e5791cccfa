"""What is printed by the commands about what goes between organisations."""

from docs.printed.town import ASKER

SET = f"--agreement free-school-meals --share entitled-children --mode bulk --role nobody {ASKER.strip()}"

SENDING = {
    "picture": (
        "`format` (`easement-picture/1`), `at`, and `people`, each with: `named`; `sources` (number, `provider`, "
        "`agreement`, `share`, `standard`, `basis`, `power`, `at`, `message`, `entry`, `peer_entry`, `records`, "
        "`match` with its `strength`, `words` and which parts `agree`, `differ` or are `unsaid`, and "
        "`keep_until`); `rows` (`name`, `theme`, `values` with their `source`, `record`, `element` and `form`, "
        "and the `conflict` or null); `timeline` (`when`, `name`, `source`, `record`); and `withheld` "
        "(`provider`, `agreement`, `share`, `name` or null for all of it, `why`, `text`, `remedy`, `entry`).",
        [],
    ),
    "correction report": (
        "The case: its `id`, whether it is `mine`, the other `organisation`, the `message`, `agreement`, `share`, "
        "`element` (null for the whole record), `kind`, `opened`, `due`, `entry`, `peer_entry`, `outcome`, "
        "whether the other side was `told`, the `problem` where not, what was `said`, and the `answer`.",
        [],
    ),
    "correction list": (
        "The `cases`, each as `correction report` has it, and the `links`, each as `correction break`.",
        [],
    ),
    "correction answer": (
        "The case, as `correction report` has it.",
        [],
    ),
    "correction break": (
        "The link: its `id`, what it is `about` (`link`, or `value` with its `element`), `through`, `agreement`, "
        "`share`, `opened`, `entry`, the entry that `decided` it for later matches, how many are to be told "
        "`by_hand`, how many older disclosures of a value are `unknown`, how many are `open`, what was `said`, and the "
        "`recipients`: each `organisation`, `message`, `state`, `due`, `entry`, `made` and `problem`.",
        [],
    ),
    "correction mended": (
        "The value, as `correction break` has a link; null where nobody was given it.",
        [],
    ),
    "correction send": (
        "How many were `told`.",
        [],
    ),
    "correction received": (
        "For each: its `id`, `message`, `provider`, the entry `received`, the `agreement`, `share`, what it is "
        "`about` (`link`, or `value` with its `element`), `through`, `entry`, `due`, how often it was `reminded`, the "
        "entries `made` and `certified`, the `problem`, and what was `said`.",
        [],
    ),
    "correction done": (
        "The correction, as `correction received` has it.",
        [],
    ),
    "request send": (
        "`answers`: what came from each provider, with its `decision`, `records`, and the entries on both sides; "
        "`silent`: who gave nothing, `why`, and for a refusal its decision under `refusal`; `picture`: each element "
        "with every value's source, agreement and basis, and whether the providers `differ`. With `--out`, `files`: "
        "for each answer the path of the `answer`, its `receipt`, and the `key` of the provider's log.",
        [],
    ),
    "request finish": (
        "For each question that was left: its `message`, the `provider`, `how` it ended (`received`, `refused`, "
        "`lost`, `never-came`, `nothing-crossed`, `waiting`, `unknown`), its `entry` here, and a `text`.",
        ["easement request finish --node department"],
    ),
    "bulk ask": (
        "How it stands with the set, by its `message`; `since` and `changed` are seconds since 1970. `entry` is this "
        "node's, and `met` says that it is deleted; `peer_entry` and `certified` are the provider's. On a refusal the "
        "exit code is 10, and `problem` says why.",
        [f"easement bulk ask --node northtown --from department {SET}"],
    ),
    "bulk status": ("As for `easement bulk ask`.", []),
    "bulk list": (
        "The same of every set that was asked for, the newest first.",
        ["easement bulk list --node northtown"],
    ),
    "bulk fetch": ("The set's `message`, the `files` that were written, and the `receipt` that proves them.", []),
    "bulk profile": ("The `profile` that was written, the `table` it opens, and when it `expires`.", []),
    "bulk deleted": ("As for `easement bulk ask`.", []),
}
