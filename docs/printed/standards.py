"""What is printed by the commands about standards, code lists and datasets."""

from docs.printed.town import AT

STANDARDS = {
    "standard list": (
        "The standards; `retired` says that one is, and since when.",
        ["easement standard list"],
    ),
    "standard search": ("The standards that say the words, and where.", ["easement standard search rent arrears"]),
    "standard show": ("One standard.", ["easement standard show school-roll/1"]),
    "standard compare": (
        "Each difference, whether it `breaks` anything, and what it `means`; with `--node` what it touches there.",
        [f"easement standard compare person/1 school-roll/1 {AT}"],
    ),
    "standard export": (
        "The text; with `--out` the file in its place.",
        ["easement standard export person/1 --to odcs"],
    ),
    "standard import": (
        "The text of the draft, or its file, and what is not in it.",
        [
            "easement standard export person/1 --to json-schema --out person.json",
            "easement standard import person.json --id people",
        ],
    ),
    "codes list": ("The code lists; `found` are the codes that say the words.", ["easement codes list --words roma"]),
    "codes show": ("One list with its codes, and the lists that it leads to.", ["easement codes show marital-nhs"]),
    "codes match": (
        "Each name with the code proposed; `certain` says that it reads as the label. `others` are the next likely.",
        ["easement codes match local-authorities northtown/easement.toml --on 2026-11-22"],
    ),
    "codes walk": (
        "Each pair, the codes that have `none` there, and the `losses` this way; with `--values` what they became.",
        ["easement codes walk ethnicity-police ethnicity-2021 --values northtown/easement.toml"],
    ),
    "codes import": (
        "The lists, how many pairs, what this direction loses; the text, or with `--out` the file.",
        [],
    ),
    "codes change": (
        "What differs, which standards would move (`standards`) or stay (`beyond`), and what it `touches`.",
        [f"easement codes change sex sex-nhs {AT}"],
    ),
    "codes adopt": (
        "What was recorded, and the `entry` of the ledger that says so: null where there is no node.",
        [f"easement codes adopt sex sex-nhs {AT} --by 'Amina Patel' --why 'As the trust writes it'"],
    ),
    "codes adopted": ("Every adoption, the first first.", [f"easement codes adopted {AT}"]),
    "standard check": ("The standard that was read.", ["easement standard check person-1.yaml"]),
    "dataset sssom": (
        "The table, and what no pair of it can say.",
        ["easement dataset sssom department/datasets/benefit_awards.yaml"],
    ),
    "dataset check": (
        "What maps, what does not, and why. Values stand in it unless `--no-examples` is given.",
        ["easement dataset check department/datasets/benefit_awards.yaml department/datasets/benefit_awards.csv"],
    ),
    "dataset profile": (
        "What a table looks like, column by column; `--no-values` leaves values out.",
        ["easement dataset profile department/datasets/benefit_awards.csv"],
    ),
    "dataset propose": (
        "The standards by how well they fit, and the mapping proposed; `proposed` says how sure each way is, and why.",
        ["easement dataset propose department/datasets/benefit_awards.csv --out proposed.yaml"],
    ),
    "dataset confirm": (
        "Who stood for it, when and why, and what was decided otherwise than proposed.",
        ["easement dataset confirm proposed.yaml --by 'Jo Ash' --why 'Checked with the team' --out confirmed.yaml"],
    ),
    "dataset to-mend": (
        "The rows to mend, at most 1,000 of each fault of each element.",
        ["easement dataset to-mend department/datasets/benefit_awards.yaml"],
    ),
    "dataset preview": (
        "Rows as the mapping makes them: what the table has (`raw`), and what would cross (`mapped`).",
        ["easement dataset preview department/datasets/benefit_awards.yaml --rows 1"],
    ),
    "dataset register": (
        "What the register now says of it; `report` is that of `easement dataset check`.",
        ["easement dataset register department/datasets/benefit_awards.yaml --node department"],
    ),
    "dataset list": (
        "Every dataset of a node; what nobody has said is null.",
        ["easement dataset list --node department"],
    ),
    "dataset show": ("One of them.", ["easement dataset show benefit-awards --node department"]),
}
