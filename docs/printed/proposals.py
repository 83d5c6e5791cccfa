"""What is printed by the commands about how an agreement comes about."""

PROPOSALS = {
    "proposal new": ("The proposal as it stands, as for `easement proposal show`.", []),
    "proposal list": (
        "For each proposal: its `id`, `home`, `title`, the `parties`, its `state` and `since` when (seconds since "
        "1970), who it is `waiting` for, when it was `opened`, the last day to answer (`answer_by`), and when it was "
        "`answered`, `drafted`, `in_force` and `over`.",
        [],
    ),
    "proposal show": (
        "Where it stands: `state`, `since`, `parties`, `waiting_for`, `answer_by`, `answers`, `escalations`, the "
        "`text` in work and the one `agreed`, `approvals` with the roles still to be heard, who `signed`, what "
        "is `suspended` and by whom, `reviews` and `remarks`, and `number`, that of its last event. `your_turn`: each "
        "act that waits for you, the `roles` in which somebody could do it, and the `command`.",
        [],
    ),
    "proposal events": ("Every event as it was signed, with its `digest`, which the next one names as `previous`.", []),
    "proposal text": ("The `text` as it stands, with its `digest`, `id` and `version`.", []),
    "proposal changes": ("As for `easement agreement diff`.", []),
    "proposal agree": ("As for `easement proposal show`, after it.", []),
    "proposal refuse": ("As for `easement proposal show`, after it.", []),
    "proposal withdraw": ("As for `easement proposal show`, after it.", []),
    "proposal submit": ("As for `easement proposal show`, after it.", []),
    "proposal comment": ("As for `easement proposal show`, after it.", []),
    "proposal request-changes": ("As for `easement proposal show`, after it.", []),
    "proposal approve": ("As for `easement proposal show`, after it.", []),
    "proposal sign": ("As for `easement proposal show`, after it.", []),
    "proposal suspend": ("As for `easement proposal show`, after it.", []),
    "proposal resume": ("As for `easement proposal show`, after it.", []),
    "proposal review": ("As for `easement proposal show`, after it.", []),
    "proposal end": ("As for `easement proposal show`, after it.", []),
    "proposal draft": ("As for `easement proposal show`, after it.", []),
    "proposal vary": ("As for `easement proposal show`, after it.", []),
    "proposal effort": (
        "The id of the `proposal`, the `minutes` in all, and each of the `records`: its `day`, `minutes`, what it was "
        "spent `on`, and the `role`.",
        [],
    ),
    "proposal fetch": (
        "How many proposals `went_on`, were `put_on_the_shelf` and `escalated`, and how many parties were `told`.",
        [],
    ),
    "proposal escalate": ("How many overdue answers were `escalated`.", []),
    "proposal reasons": ("Each reason that a refusal may give, with what it means.", ["easement proposal reasons"]),
    "proposal offer": ("The offer: `digest`, `id`, `version`, `title`, `purpose`, who may join, and since when.", []),
    "proposal offered": ("The `offers` of all members, each with its `lead`, and who is `silent`, with why.", []),
    "proposal join": (
        "The `agreement`, `version` and `digest` that was joined, as what (`parts`), what it `takes`, on whom it "
        "`relies_on`, the `file`, the `entry`, and who has yet to hear of it (`untold`).",
        [],
    ),
    "proposal emergency record": (
        "What was recorded: `id`, `direction`, `other`, `purpose`, `what`, `why`, when it `happened`, whether that is "
        "`late` or `outside_agreement`, by when it is to be reviewed, whether that is `overdue`, and the `entry`. "
        "`other_told` is when the other side took it, as `other_entry` of its log; `not_told_because` says why it has "
        "not yet; `told_by` is the other side where that recorded it.",
        [],
    ),
    "proposal emergency review": ("As for `easement proposal emergency record`, with `outcome` and `words`.", []),
    "proposal emergency list": ("For each, as for `easement proposal emergency record`.", []),
}
