"""The shapes of what commands print with `--json`, taken from what they print in the demo's town."""

import contextlib
import io
import json
import os
import shlex
import tempfile
from functools import reduce
from pathlib import Path
from typing import Any

from easement.cli.root import easement
from easement.meaning.standards import refs

__all__ = ["EXAMPLES", "json_page", "merged", "shapes"]

TOWN = "easement demo --people 500"
AT = "--node department"
SHARE = "--node department --agreement agreements/free-school-meals.yaml --share entitled-children --as northtown "
ASKER = "--purpose benefit-eligibility --trained information-governance "
ROLL = "--match northtown/datasets/school_roll.csv --match-dataset northtown/datasets/school_roll.yaml"
MATCH = f"{SHARE}{ASKER} --mode match {ROLL}"
SET = f"--agreement free-school-meals --share entitled-children --mode bulk --role nobody {ASKER.strip()}"
CASE = "--giver work-and-pensions-department --receiver local-authority --purpose benefit-eligibility"
MEALS, KEY = "agreements/free-school-meals.yaml", "--key department/keys/log.vkey"

EXAMPLES = {
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
        "What was recorded.",
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
        "The `weight` in bits and the `probability` that it stands for, all in `words`, what makes it `unsure`, and "
        "its `parts`: each `name` and what was met in `words`, its `bits`, and the weight `before` and `after`.",
        [],
    ),
    "link sign": ("The `model` and its `digest`, which was signed.", []),
    "link encode": (
        "How many `rows` were encoded, how many were `left_out` because they hold nothing to find anybody by, the "
        "`header` that every row bears, and the `file`.",
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
        "`different`, `cannot-tell`, `moot` (settled with another pair), or null; `turn` is in what part it is seen.",
        [],
    ),
    "held settle": (
        "The `queue`, the `entries` that say so, how many pairs are `decided`, how many are `waiting` for another "
        "reviewer, and how many are still `open`.",
        [],
    ),
    "held export": (
        "The `queue`, how many `pairs` were written, and the `file`.",
        [],
    ),
    "link quality estimate": (
        "The `queue`, its `links` and pairs `held`; `precision` and `recall`, each with the `estimate` (`value`, "
        "`low`, `high`; null where there are too few), the number of `decisions` and the share of the pairs `covered`; "
        "`expected_by_model`; and the `strata`.",
        [],
    ),
    "link quality true": (
        "For `everybody`, and under `groups` by kind and name: `right`, `false_links` and `missed_links`, `precision` "
        "and `recall` with their ranges, and by how much each differs from everybody else's (`precision_gap`, "
        "`recall_gap`); "
        "`left_out` is how many groups were too small to be told.",
        [],
    ),
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
        "The link: its `id`, `through`, `agreement`, `share`, `opened`, `entry`, the entry that `decided` it for "
        "later matches, how many are to be told `by_hand`, how many are `open`, what was `said`, and the "
        "`recipients`: each `organisation`, `message`, `state`, `due`, `entry`, `made` and `problem`.",
        [],
    ),
    "correction send": (
        "How many were `told`.",
        [],
    ),
    "correction received": (
        "For each: its `id`, `message`, `provider`, the entry `received`, the `agreement`, `share`, `through`, "
        "`entry`, `due`, how often it was `reminded`, the entries `made` and `certified`, the `problem`, and what "
        "was `said`.",
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
"""For each command, what its JSON says, and commands that show it in the town, in the order in which they run."""

NAMED = {"basis", "codes", "elements", "fields", "records", "withheld"}
"""Keys whose objects are keyed by names of the reader's own; one of them stands for all."""


def shapes() -> dict[str, Any]:
    """What each command prints, by the words after `easement`; it makes the town once, which takes some seconds."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return {name: _shown(runs) for name, (_, runs) in EXAMPLES.items()}


def json_page() -> str:
    """The reference of JSON shapes."""
    found = shapes()
    sections = [f"## `easement {name}`\n\n{what}\n{_fence(found[name])}" for name, (what, _) in EXAMPLES.items()]
    return (
        "# JSON shapes\n\n"
        "With `--json` every command prints one JSON value to stdout. Here are the keys and what stands at them, as\n"
        "seen in the demo's town: `text`, `number`, `true or false`, or `null` where there is nothing to say. A list\n"
        "shows what one of its members holds, and `NAME` stands for names of your own. Keys may be added; none\n"
        "changes its meaning within a version. What an error prints is told under [errors](errors.md).\n\n"
        + "\n".join(sections)
    )


def _fence(shape: Any) -> str:
    return f"\n```json\n{json.dumps(shape, indent=2, ensure_ascii=False)}\n```\n" if shape is not None else ""


def _shown(runs: list[str]) -> Any:
    shape: Any = None
    for words in runs:
        shape = merged(shape, _shape(_printed(words)))
        if words == TOWN:
            _step_into_town()
    return shape


def _step_into_town() -> None:
    """From here on commands run in the town, as its last lines tell the reader to."""
    os.chdir("easement-demo")
    Path("person-1.yaml").write_bytes(refs()["person/1"].read_bytes())


def _printed(words: str) -> Any:
    """What a command prints with `--json`, whatever it ends with."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        easement.main(args=[*shlex.split(words)[1:], "--json"], prog_name="easement", standalone_mode=False)
    return json.loads(told.getvalue())


def _shape(value: Any, key: str = "") -> Any:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return [_all([_shape(each) for each in value])] if value else []
    shapes = {name: _shape(each, name) for name, each in value.items()}
    return {"NAME": _all(list(shapes.values()))} if key in NAMED and shapes else shapes


def _all(found: list[Any]) -> Any:
    return reduce(merged, found, None)


def merged(one: Any, other: Any) -> Any:
    """The shape that two shapes have together: all their keys, and `or` between what differs."""
    if one is None or other is None or one == other:
        return one if other is None else other
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: merged(one.get(name), other.get(name)) for name in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        return [_all([*one, *other])] if one + other else []
    if isinstance(one, str) and isinstance(other, str):
        return " or ".join(dict.fromkeys([*one.split(" or "), *other.split(" or ")]))
    return other if one in ("null", []) else one
