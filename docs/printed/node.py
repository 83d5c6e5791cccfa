"""What is printed by the commands about the node, its keys and its people."""

from docs.printed.town import AT, TOWN

NODE = {
    "demo": ("The town, how well the match did, what was refused, what was caught, and every step.", [TOWN]),
    "init": ("The node that was made, and its public keys.", ["easement init newtown --org newtown"]),
    "serve": ("Where the node answers; printed once it does, and nothing after.", []),
    "doctor": (
        "Whether nothing is wrong (`well`), and each thing that was looked at. `grade` is `good`, `note` or `wrong`.",
        ["easement doctor newtown"],
    ),
    "node upgrade": ("The steps that the database took.", ["easement node upgrade newtown --yes"]),
    "keys list": ("The public keys, the one in use first.", ["easement keys list --node newtown"]),
    "keys rotate": (
        "The key that was changed, and its new public key; none for a database.",
        ["easement keys rotate log --node newtown"],
    ),
    "backup": (
        "What the backup holds; `keys` says whether the keys are in it, sealed.",
        ["easement backup newtown --out newtown.backup"],
    ),
    "restore": (
        "The node that was made again; `from_ledger` counts the entries that the backup lacked.",
        ["easement restore newtown.backup newtown-again --keys newtown/keys"],
    ),
    "staff add": (
        "The account, and the code with which its password is set.",
        [f"easement staff add 'Amina Patel' --administrator {AT}", f"easement staff add 'Ben Okafor' {AT}"],
    ),
    "staff roles": ("What they are now.", [f"easement staff roles 'Amina Patel' --node-role caseworker {AT}"]),
    "staff grant": (
        "What was given.",
        [
            f"easement staff grant 'Amina Patel' free-school-meals clerk {AT}{until}"
            for until in ("", " --until 2099-12-31")
        ],
    ),
    "staff train": (
        "What was recorded.",
        [
            f"easement staff train 'Amina Patel' governance --passed 2026-09-02 {AT}{end}"
            for end in ("", " --expires 2099-12-31")
        ],
    ),
    "staff link": (
        "Where they may sign in.",
        [f"easement staff link 'Ben Okafor' 00u1f2 --issuer https://login.example {AT}"],
    ),
    "staff list": ("Everybody, and what they hold, whether it still counts or not.", [f"easement staff list {AT}"]),
    "staff revoke": ("What was taken away.", [f"easement staff revoke 'Amina Patel' free-school-meals clerk {AT}"]),
    "staff disable": ("Who is shut out.", [f"easement staff disable 'Ben Okafor' {AT}"]),
    "staff enable": ("Who is no longer.", [f"easement staff enable 'Ben Okafor' {AT}"]),
    "staff password-reset": ("As for `easement staff add`.", [f"easement staff password-reset 'Amina Patel' {AT}"]),
    "staff key make": (
        "The key, this once, and what it may do.",
        [f"easement staff key make 'case system' --scope disclosure:person:ask {AT}"],
    ),
    "staff key list": (
        "Every key without its secret, and what it holds.",
        [f"easement staff grant 'case system' free-school-meals clerk {AT}", f"easement staff key list {AT}"],
    ),
    "staff key revoke": ("The key that works no more.", [f"easement staff key revoke 'case system' {AT}"]),
    "staff key scopes": ("What a key can be allowed to do.", ["easement staff key scopes"]),
    "staff trail": ("Who did what; `broken_at` names the first line that was changed.", [f"easement staff trail {AT}"]),
}
