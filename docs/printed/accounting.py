"""What is printed by the commands about what is owed, published and proved."""

KEY = "--key department/keys/log.vkey"

ACCOUNTING = {
    "duties list": (
        "For each thing that is owed: the `entry` by which the data came in, the `duty`, the `provider`, the "
        "`agreement`, the day it is `due`, and whether it is `overdue`.",
        [],
    ),
    "duties met": (
        "The certificate: for which `entry` and `message`, to which `provider`; `met` is the entry here that says so, "
        "`certified` the one in the provider's log, null while it has not answered, and `problem` says why.",
        [],
    ),
    "duties awaited": (
        "For each certificate that is missing: the `entry` of the release, its `message`, the `recipient`, the "
        "`agreement`, the `share`, and the day it was `due`.",
        [],
    ),
    "register list": (
        "The `entries`, each as `easement register show` has it, and `off_register`: each `reason` for which "
        "agreements are kept off the register, and how many `agreements`.",
        ["easement register list --node department"],
    ),
    "register show": (
        "The entry whole. A field that is left out is null, and `left_out` says why. A count is `count`, null where "
        "it is hidden, being below `below`; `rounded` says that it went to the nearest 5, and `hidden` how many "
        "parts of a sum are hidden.",
        ["easement register show free-school-meals --node department"],
    ),
    "register proof": (
        "The ledger's `entry`, the `digest` of the agreement, and the receipt as `text`, or the `file` it is in.",
        [],
    ),
    "register export": (
        "How many `entries`, in which `format`, and the `text`, or the `file` it is in.",
        ["easement register export --format csv --out register.csv --node department"],
    ),
    "register feed": (
        "How many `changes`, and the feed as `text`, or the `file` it is in.",
        ["easement register feed --out register.atom --node department"],
    ),
    "register redact": (
        "What is left out: the `field`, the `reason`, `in_words`, the `explanation`, the `role` that decided, `since` "
        "when, and the ledger's `entry`.",
        [
            "easement register redact free-school-meals contacts --reason personal-data --role governance-lead "
            "--node department"
        ],
    ),
    "register restore": (
        "The `agreement`, the `field` that is shown again, and the ledger's `entry`.",
        ["easement register restore free-school-meals contacts --node department"],
    ),
    "register concerns list": (
        "Each concern; `text` is null where its words are not published. With `--waiting` also the `contact`.",
        [],
    ),
    "register concerns raise": (
        "The concern.",
        ["easement register concerns raise free-school-meals --text 'Why are postcodes needed?' --node department"],
    ),
    "register concerns look": ("The concern.", []),
    "register concerns answer": ("The concern.", []),
    "register numbers": (
        "The period, and `numbers`: each with its `measure`, `what` it is in words, the `part` of it, the count as in "
        "`easement register show`, and its `unit`.",
        ["easement register numbers --node department --first-day 2026-01-01"],
    ),
    "register report": (
        "The `files` that were written.",
        ["easement register report --form html --out report --node department"],
    ),
    "audit": (
        "`agrees`, the other log's `origin` and `size`, `counts` of what was compared, and `differences`: each with "
        "its `kind`, `message`, the entries `here` and `there`, `what` it is and what to do (`remedy`).",
        [],
    ),
    "ledger show": (
        "The newest entries; with an index, one entry whole.",
        ["easement ledger show --node department"],
    ),
    "ledger prove": ("The receipt's place.", ["easement ledger prove 4 --node department --out entry-4.receipt"]),
    "ledger checkpoint": ("The signed state.", ["easement ledger checkpoint --node department"]),
    "ledger fsck": ("What does not fit; nothing where all is well.", ["easement ledger fsck --node department"]),
    "ledger erase": (
        "The erased entry, and the one that says so.",
        ["easement ledger erase 4 --node department --yes"],
    ),
    "verify": (
        "What the receipt proves; for a log's directory, how much of it holds.",
        [f"easement verify again.csv.receipt {KEY} --data again.csv", f"easement verify department/ledger {KEY}"],
    ),
    "evidence": ("What was packed.", ["easement evidence --node department --out pack.zip"]),
}
