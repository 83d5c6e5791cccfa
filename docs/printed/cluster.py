"""What is printed by the commands about who is in the cluster."""

CLUSTER = {
    "operator init": (
        "The version that was published.",
        ["easement operator init cluster --cluster-id northshire --org northshire --name Northshire"],
    ),
    "operator invite": (
        "The joining code.",
        ["easement operator invite charity --class charity --node cluster"],
    ),
    "operator members": (
        "Each member as the [directory](directory.md) has it, and who is invited.",
        ["easement operator members --node cluster"],
    ),
    "operator publish": ("The version that was published.", ["easement operator publish --node cluster"]),
    "operator show": ("The [directory](directory.md) itself.", []),
    "operator revoke": ("As for `easement operator publish`.", []),
    "operator revoke-key": ("As for `easement operator publish`.", []),
    "operator remove": (
        "As for `easement operator publish`.",
        ["easement operator remove charity --node cluster"],
    ),
    "join": ("As for `easement operator publish`.", []),
    "directory show": (
        "The [directory](directory.md), when it was fetched (`fetched`), and what is wrong (`problems`).",
        [],
    ),
    "directory refresh": ("As for `easement operator publish`.", []),
    "directory update": ("As for `easement operator publish`.", []),
    "directory leave": ("The cluster that was left: `cluster`, `organisation`.", []),
}
