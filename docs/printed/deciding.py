"""What is printed by the commands about what the law says, and whether to share."""

CASE = "--giver work-and-pensions-department --receiver local-authority --purpose benefit-eligibility"

DECIDING = {
    "law list": (
        "The kinds of entry; with an option, the entries.",
        ["easement law list", f"easement law list {CASE}"],
    ),
    "law show": ("One entry with everything known of it; each kind has its own keys.", ["easement law show art6_1_e"]),
    "law fit": ("The findings of one power; without an id, the powers that may fit.", [f"easement law fit {CASE}"]),
    "assess new": (
        "The answers and what they come to. With `--node` also what was kept: its `id`, `version`, `outcome`, and the "
        "ledger's `entry`, null until it is concluded. `standing` is `holds`, `to-do`, `unclear` or `against`.",
        [
            "easement assess cases free-school-meals --out answers.yaml",
            "easement assess new --answers answers.yaml --title 'Free meals' --node department",
        ],
    ),
    "assess questions": (
        "Each question; `kind` says what its answer is: `choice`, `choices`, `yes-no`, `line`, `text`, `reasons` (a "
        "text for each key) or `forms` (a form for each field). `options` are the codes with their words; none where "
        "they hang on earlier answers. With QUESTION, that one.",
        ["easement assess questions"],
    ),
    "assess cases": ("The worked cases; with CASE, one whole.", ["easement assess cases"]),
    "assess list": ("Each assessment and where it stands.", ["easement assess list --node department"]),
    "assess show": ("As from `easement assess new`.", []),
    "assess conclude": ("As in the list.", ["easement assess conclude 'Free meals' --node department"]),
    "assess draft": (
        "The `id` of the assessment, and the `text` of the agreement, or the `file` it is in.",
        ["easement assess draft 'Free meals' --node department"],
    ),
    "assess impact draft": (
        "The impact assessment and where it stands: `open` is what keeps it from being signed, `missing` the roles "
        "that have yet to sign, `residual` the highest risk that remains. Drafted anew, `redraft` says what `changed`, "
        "what people wrote and was `kept`, and what to `look_again` at.",
        ["easement assess impact draft 'Free meals' --node department"],
    ),
    "assess impact save": ("As from `easement assess impact draft`.", []),
    "assess impact show": ("As from `easement assess impact draft`.", []),
    "assess impact sign": ("As from `easement assess impact draft`.", []),
    "assess impact name": (
        "The `file`, and what it now says: the `reference`, the `outcome` and the day on which it was signed.",
        [],
    ),
    "assess impact check": (
        "Whether it `stands`, and each clause that `changed`.",
        ["easement assess impact check 'Free meals' agreements/free-school-meals.yaml --node department"],
    ),
}
