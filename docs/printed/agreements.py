"""What is printed by the commands about agreements."""

from docs.printed.town import AT

MEALS = "agreements/free-school-meals.yaml"

AGREEMENTS = {
    "agreement new": (
        "The templates; with one named, where the draft was written.",
        ["easement agreement new --template blank --out draft.yaml"],
    ),
    "agreement review": (
        "The `agreement` and `version` reviewed, the `outcome`, when the `next_review` is due, and the `entry`.",
        [],
    ),
    "agreement schema": ("The [JSON Schema](agreement.schema.json) itself.", []),
    "agreement check": ("The findings.", [f"easement agreement check {MEALS}", "easement agreement check draft.yaml"]),
    "agreement render": ("Where the document was written.", [f"easement agreement render {MEALS} --out doc.md"]),
    "agreement digest": ("What parties sign.", [f"easement agreement digest {MEALS}"]),
    "agreement sign": ("Who signed what.", [f"easement agreement sign {MEALS} --node northtown"]),
    "agreement status": ("Where it stands.", [f"easement agreement status {MEALS} --node northtown"]),
    "agreement suspend": (
        "The entry that says so.",
        [f"easement agreement suspend free-school-meals {AT} --reason 'a breach is looked into'"],
    ),
    "agreement resume": ("The entry that says so.", [f"easement agreement resume free-school-meals {AT}"]),
    "agreement diff": ("What changed between two versions.", [f"easement agreement diff {MEALS} altered.yaml"]),
    "agreement export": (
        "Where the other format was written.",
        [f"easement agreement export {MEALS} --to odrl --out agreement.jsonld"],
    ),
}
