"""The second wall: what decides, checks, compares and writes out touches neither disk, database, web, clock nor chance.

Every file is pure unless it is named here with its reason, so a new file has to earn its place on the list.
"""

import ast
from fnmatch import fnmatch

import pytest

from .tree import Module, modules

TOUCHES_THE_WORLD = {
    "base/bounded.py": "reads from the network, and looks how long it takes",
    "base/database.py": "opens the node's database",
    "base/durable.py": "writes files whole and durable",
    "base/postgresql.py": "opens a PostgreSQL database",
    "base/sealed.py": "writes and reads sealed files",
    "base/statements.py": "runs statements on the node's database",
    "base/stamps.py": "asks the file system and its clock whether files changed",
    "base/located.py": "reads the files that people write",
    "assessment/answers.py": "reads a file of answers",
    "assessment/impact_service.py": "keeps and signs impact assessments in the database and the ledger",
    "assessment/packaged.py": "loads the questions, conditions, risks and worked cases that come with the package",
    "assessment/ports.py": "says which parts of a running node assessments need, its database and ledger among them",
    "assessment/service.py": "keeps assessments in the database, and their ids are drawn here",
    "assessment/tables.py": "the tables of assessments and the queries on them",
    "cli/questioning.py": "asks on the terminal, on the day it is",
    "cli/present.py": "speaks to the terminal",
    "guidance/read.py": "loads the courses that come with the package",
    "law/catalogue.py": "loads the catalogue that comes with the package",
    "meaning/codes_change.py": "writes the code lists that are adopted, and who adopted them",
    "meaning/codes_shelf.py": "loads the code lists that come with the package",
    "meaning/crosswalk_shelf.py": "loads the cross-walks that come with the package",
    "meaning/standards.py": "loads the standards that come with the package",
    "meaning/mapping.py": "reads a mapping and the code lists beside it",
    "agreement/new.py": "reads the templates that come with the package",
    "agreement/read.py": "reads an agreement file",
    "agreement/service.py": "reads and writes the files beside an agreement",
    "sources/*.py": "reads where data lives",
    "ledger/commit.py": "the transaction in which a group of entries becomes durable",
    "ledger/commitment.py": "salts and keys of private records are drawn here",
    "ledger/fresh.py": "keeps what the ledger's tables were just given",
    "ledger/fsck.py": "reads the published tree from the disk",
    "ledger/grouping.py": "many threads wait for one commit",
    "ledger/publish.py": "writes the published tree",
    "ledger/receipt.py": "asks the ledger for a proof",
    "ledger/service.py": "holds the ledger's transaction and the node's clock",
    "ledger/witnessing.py": "a witness remembers in the database before it answers",
    "linkage/quality_desk.py": "asks the database what people decided",
    "linkage/quality_files.py": "reads the pairs and groups that people give",
    "linkage/encode_files.py": "draws the secret that encodings are made by, and reads it",
    "linkage/splink_engine.py": "drives Splink, and keeps its log quiet",
    "linkage/spark.py": "compiles what Spark lacks into a file that goes to its executors",
    "linkage/spark_session.py": "looks for Java, and starts Spark",
    "linkage/standardise.py": "reads the list of short names that comes with it",
    "linkage/store.py": "keeps models as files of a node",
    "linkage/review.py": "keeps pairs in doubt, sealed, in the commit of a disclosure; their ids are drawn here",
    "linkage/review_desk.py": "what reviewers say, in the commit of its entry",
    "linkage/review_kept.py": "keeps what reviewers said, sealed",
    "linkage/review_log.py": "writes decisions to the ledger, and reads them there",
    "linkage/review_ports.py": "says which parts of a running node reviews need, its ledger among them",
    "linkage/review_queues.py": "asks the database for the queues and their pairs",
    "linkage/review_sheet.py": "writes and reads the sheets that people fill in",
    "linkage/tables.py": "the tables of pairs in doubt and the queries on them",
    "meaning/studio.py": "opens tables to look at them, and reads drafts of mappings",
    "meaning/propose_names.py": "loads the list of what columns are called, which comes with the package",
    "meaning/service.py": "looks at a dataset to report on it",
    "ledger/tables.py": "the queries on the ledger's tables",
    "ledger/tiles.py": "reads tiles from the disk",
    "ledger/verifier.py": "an outsider's program: reads the receipt, the key and the data it is given",
    "exchange/bulk.py": "asks other nodes for sets, and keeps how they stand",
    "exchange/bulk_desk.py": "answers other nodes about sets",
    "exchange/bulk_fetch.py": "fetches a set's files",
    "exchange/bulk_tables.py": "the table of sets asked for",
    "exchange/encoded_list.py": "encodes a list before it leaves, in a folder of its own",
    "exchange/kept_answer.py": "writes an answer and its receipt as files",
    "exchange/correct_cases.py": "keeps what is said to be wrong, with its entry, and tells other nodes",
    "exchange/correct_desk.py": "answers other nodes about what is wrong",
    "exchange/correct_keeping.py": "tells other nodes what they have yet to hear",
    "exchange/correct_apart.py": "decides in the log that two records are two people",
    "exchange/correct_back.py": "keeps what was taken back, with its entry; its ids are drawn here",
    "exchange/correct_letters.py": "tells other nodes what was taken back, and logs that",
    "exchange/correct_parts.py": "seals what is kept, and asks other nodes",
    "exchange/correct_tables.py": "the tables of what is wrong",
    "exchange/correct_told.py": "keeps what others told, with its entry, and tells them",
    "exchange/erasing.py": "removes a set with the private record of its disclosure",
    "exchange/jobs.py": "makes sets for other nodes",
    "exchange/jobs_tables.py": "the table of sets to make",
    "exchange/set_outlet.py": "writes a set's sealed files",
    "exchange/duties.py": "logs that duties were met, and tells other nodes",
    "exchange/duties_tables.py": "the table of certificates",
    "exchange/incoming.py": "starts the duties' clocks, whose table it names",
    "exchange/delta.py": "names Arrow's types; it reads and writes nothing",
    "exchange/delta_api.py": "a door",
    "exchange/refusals.py": "counts refusals in a table, and logs how many there were",
    "exchange/downloads.py": "many downloads take and leave places at once",
    "exchange/opening.py": "asks the shelf, and writes to the log who was given links",
    "exchange/sets.py": "the tables and sealed files of bulk disclosures",
    "exchange/under_way.py": "looks up what is not yet logged",
    "exchange/upsert.py": "one statement on the database",
    "exchange/witness_tables.py": "the tables of a node's witnesses",
    "exchange/witnesses.py": "asks other nodes to cosign, and keeps what they say",
    "gate/agreements.py": "keeps the agreements that a node gave under",
    "gate/answers.py": "writes an answer's file",
    "gate/carried.py": "keeps answers to other nodes, sealed, with their entries",
    "gate/index_file.py": "writes and reads the encrypted file of an index",
    "gate/encoding.py": "opens a list to encode it",
    "gate/indexes.py": "makes indexes of the data, and sees when they are stale",
    "gate/outlet.py": "puts an answer into a file once the ledger has it",
    "gate/datasets.py": "finds and reads the mappings of a node",
    "gate/narrow.py": "tells an open database what it may leave out",
    "gate/code_changes.py": "keeps code lists that somebody brings, and lets one person at a time adopt one",
    "gate/drafting.py": "keeps drafts of mappings, and puts one in force",
    "gate/linking.py": "opens two registers for a model to be trained and tried on",
    "gate/register.py": "reads the register of a node's datasets, and puts a mapping into it",
    "gate/disclosure.py": "one disclosure on its way, each step durable",
    "gate/evidence.py": "packs files into a zip",
    "gate/disclosures.py": "reads the ledger, a page at a time",
    "gate/links.py": "keeps whose records were given, sealed; its salts are drawn here",
    "gate/erasing.py": "destroys what is kept of an answer, and its private record",
    "gate/ports.py": "says which parts of a running node the gate needs, its ledger among them",
    "gate/recovery.py": "finishes or abandons what a kill left on the disk",
    "gate/release.py": "the one place where rows are read for disclosure",
    "gate/shelf.py": "reads the agreements a node works by, and looks whether they changed",
    "gate/standards_used.py": "reads a node's mappings and agreements, and counts records with a code",
    "gate/suspended.py": "asks the database which agreements are suspended, and the clock for how long that holds",
    "gate/suspension.py": "keeps what is suspended, with its entry",
    "gate/tables.py": "the queries on the gate's tables",
    "gate/tallying.py": "counts the tables of a match that was just made",
    "gate/ties.py": "reads the mappings and signed models of datasets that tie records of a match",
    "gate/service.py": "what a caller can do at the gate",
    "gate/staging.py": "holds an answer until the ledger has it",
    "cli/request.py": "a door",
    "cli/studio.py": "a door",
    "cli/confirming.py": "a door",
    "exchange/audit.py": "asks another node for its entries and reads its own",
    "exchange/answering.py": "takes other nodes' messages, many at once",
    "exchange/asked.py": "asks the gate and the ledger for what another node wants",
    "exchange/concern.py": "looks through the log for whom its entries concern",
    "exchange/entries.py": "shows another node the entries that concern it",
    "exchange/recovery.py": "logs what became of a question",
    "exchange/message_carry.py": "sends messages, waits and tries again",
    "exchange/outbox.py": "keeps questions until they have an outcome",
    "exchange/receiving.py": "logs what came back, with the question's end",
    "exchange/replay.py": "keeps the nonces seen",
    "exchange/seen.py": "keeps the checkpoints seen of other logs",
    "exchange/service.py": "asks other nodes",
    "exchange/tables.py": "the queries on the exchange's tables",
    "exchange/directory_api.py": "a door",
    "client/client.py": "an outsider's program: asks a node over HTTP",
    "exchange/directory_service.py": "fetches the directory from its operator",
    "exchange/directory_store.py": "keeps the directory held, and its alarms",
    "exchange/directory_tables.py": "the queries on the operator's tables",
    "exchange/join.py": "tells an operator what a member says",
    "exchange/operator_answers.py": "does what members say, each thing once",
    "exchange/operator_service.py": "what an operator can do; draws the ids of invitations",
    "exchange/operator_versions.py": "publishes versions, each in one commit with its entry",
    "exchange/ports.py": "says which parts of a running node the exchange needs, its database among them",
    "api/access.py": "asks whose key it is",
    "api/idempotency.py": "keeps answers for as long as they may be asked for again",
    "api/tables.py": "the queries on the API's tables",
    "api/v1/*.py": "what programs ask: each calls a service, or reads the ledger and the node's files",
    "api/app.py": "puts together what a running node answers, with its clock",
    "api/guard.py": "gives each request an id and so many seconds",
    "api/log.py": "serves the ledger's public files",
    "node/working.py": "the thread that makes bulk disclosures",
    "node/home.py": "makes and opens a node's directory",
    "node/housekeeping.py": "a thread that does what is due",
    "node/metrics.py": "looks where several workers keep their numbers",
    "node/readings.py": "looks up the numbers of the ledger and the exchange",
    "node/tally.py": "reads the ledger's entries",
    "node/readiness.py": "looks at the disk",
    "node/serve.py": "listens",
    "node/schema.py": "makes the tables of a node's database",
    "node/migrations/versions/*.py": "the steps from an older database",
    "node/keys.py": "reads a node's keys",
    "node/backup.py": "writes a node's backup",
    "node/restore.py": "makes a node again from its backup",
    "node/copying.py": "copies a database",
    "node/keybox.py": "draws the salt of sealed keys",
    "node/doctor.py": "looks at all that a node stands on",
    "node/rotation.py": "changes a node's keys",
    "node/opening.py": "opens a node's database",
    "node/tables.py": "what a database says of its node",
    "picture/service.py": "asks other nodes",
    "register/concern_tables.py": "the tables of concerns",
    "register/concerns.py": "keeps what people raise, with its entry",
    "register/facts.py": "reads the register's counts and how proposals stand",
    "register/keeping.py": "counts the ledger's entries, and reads agreements whose files changed",
    "register/ports.py": "says which parts of a running node the register needs, its database among them",
    "register/reading.py": "reads the register from its tables",
    "register/redacting.py": "keeps what is left out, with its entry",
    "register/reporting.py": "gathers the report and writes its files",
    "register/service.py": "what anybody can do with the register",
    "register/tables.py": "the register's tables and the queries on them",
    "permission/holidays.py": "loads the bank holidays that come with the package",
    "permission/by_hand.py": "stops and goes on at this node, and reads who stopped",
    "permission/folded.py": "remembers proposals for many threads, by their database",
    "permission/reviewing.py": "records reviews in the log, and marks them for the gate",
    "permission/effort.py": "keeps how long people worked on proposals",
    "permission/effort_tables.py": "the table of effort",
    "permission/emergency_letters.py": "the table of who has yet to hear of an emergency",
    "permission/emergency_telling.py": "tells the other side of an emergency, and takes what it tells",
    "permission/drafts.py": "keeps drafts in work, each version sealed",
    "permission/drafts_tables.py": "the table of drafts in work",
    "staff/attempts.py": "counts wrong passwords in the database",
    "staff/entering.py": "lets people in: sessions, invitations and passwords in the database",
    "staff/keys.py": "makes, checks and revokes programs' keys in the database",
    "staff/oidc.py": "asks the sign-in provider over the web",
    "staff/passwords.py": "bounds how many passwords are hashed at once",
    "staff/people.py": "what administrators do, each with its transaction",
    "staff/ports.py": "says which parts of a running node the staff room needs, its database among them",
    "staff/reading.py": "reads people from their rows",
    "staff/sealing.py": "draws the nonces of what is sealed",
    "staff/tables.py": "the staff's tables and the queries on them",
    "staff/tokens.py": "draws tokens, keys and recovery codes",
    "staff/trail.py": "writes and reads the trail of administration",
    "web/anybody.py": "shows a page to whoever looks, signed in or not, and when",
    "web/app.py": "puts the pages on a running node",
    "web/assets.py": "reads the files that pages are dressed with",
    "web/reading/*.py": "asks the other rooms what pages show",
    "web/route.py": "ends a page's errors as pages",
    "web/routes/*.py": "the pages' addresses",
    "web/states.py": "keeps what a journey through several pages gathers",
    "web/tables.py": "the queries on the pages' table",
    "web/visit.py": "knows who looks at a page, and when",
    "web/frontend.py": "fetches the front-end's files when the environment is made",
    "*/cli.py": "a door",
    "cli/bulk.py": "a door",
    "cli/codes.py": "a door",
    "cli/standards.py": "a door",
    "cli/correction.py": "a door",
    "cli/duties.py": "a door",
    "cli/emergency.py": "a door",
    "cli/held.py": "a door",
    "cli/offers.py": "a door",
    "gate/marks.py": "the tables of what was said of agreements after they were signed",
    "permission/carrying.py": "carries proposals between nodes",
    "permission/desk.py": "answers other nodes about proposals",
    "permission/emergency.py": "keeps what was shared in emergencies, with its entry",
    "permission/emergency_tables.py": "the queries on emergencies",
    "permission/join_desk.py": "answers other nodes about agreements that can be joined",
    "permission/join_tables.py": "the queries on offers and joins",
    "permission/joining.py": "fetches an agreement from its lead, signs it, and tells the others",
    "permission/keeping.py": "keeps events, each in one commit with its entry",
    "permission/landing.py": "puts what all signed on the shelf",
    "permission/offering.py": "offers agreements, and asks the members what they offer",
    "permission/service.py": "what people can do about proposals; draws the ids of events",
    "permission/silence.py": "looks for answers that are overdue",
    "permission/tables.py": "the queries on proposals",
    "cli/root.py": "the root of the doors",
    "demo/*.py": "makes a town on the disk and tells the story in it",
}
"""Files that touch the world, and what for."""

WORLD = {
    *("sqlalchemy", "duckdb", "sqlcipher3", "sqlite3", "pyarrow", "python_calamine"),
    *("socket", "http", "urllib", "requests", "httpx", "subprocess", "threading", "multiprocessing", "asyncio"),
    *("time", "random", "secrets", "uuid", "os", "shutil", "tempfile", "glob", "zipfile", "importlib"),
}
"""What a pure file may not import, at the top or inside a function."""

OF_OURS = (
    "easement.base.database",
    "easement.base.durable",
    "easement.base.located.read_file",
    "easement.ledger.verifier.read_tile",
    "easement.ledger.verifier.read_whole",
    "easement.sources.files",
    "easement.sources.rows",
    "easement.sources.session",
)
"""Of our own, what a pure file may not import; nor any room's `service`, `tables` or `cli`."""

CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
CHANCE = {"urandom", "token_bytes", "token_hex", "generate_key", "generate"}
FILES = {
    "read_text",
    "write_text",
    "read_bytes",
    "write_bytes",
    "unlink",
    "mkdir",
    "touch",
    "iterdir",
    "rglob",
    "stat",
    "open",
}


def _excused(module: Module) -> bool:
    return any(fnmatch(module.place, pattern) for pattern in TOUCHES_THE_WORLD)


def _touches(module: Module) -> list[str]:
    """Everything in a module that reaches outside of it, each with its line."""
    return [f"{module.place}:{node.lineno}: {what}" for node in ast.walk(module.tree) if (what := _reach(node))]


def _reach(node: ast.AST) -> str:
    if isinstance(node, ast.Import):
        return next((alias.name for alias in node.names if _worldly(alias.name)), "")
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names = (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        return next((name for name in names if _worldly(name)), "")
    if isinstance(node, ast.Call):
        return _called(node.func)
    return ""


def _worldly(name: str) -> bool:
    if name.startswith("easement."):
        return name.startswith(OF_OURS) or name.split(".")[2:3] in (["service"], ["tables"], ["cli"])
    return name.split(".")[0] in WORLD and name != "urllib.parse" and not name.startswith("urllib.parse.")


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id if function.id in {"open", "print", "input", "exec", "eval"} else ""
    if isinstance(function, ast.Attribute):
        owner = function.value.id if isinstance(function.value, ast.Name) else ""
        if (owner, function.attr) in CLOCK or function.attr in CHANCE | FILES:
            return ast.unparse(function)
    return ""


def test_a_pure_file_touches_nothing():
    assert {m.place: found for m in modules() if not _excused(m) and (found := _touches(m))} == {}


def test_an_excused_file_is_there_and_needs_its_excuse():
    excused = {pattern: [m for m in modules() if fnmatch(m.place, pattern)] for pattern in TOUCHES_THE_WORLD}
    assert [pattern for pattern, found in excused.items() if not found] == [], "no file is called so any more"
    pure = [pattern for pattern, found in excused.items() if not any(_touches(module) for module in found)]
    assert pure == [], "take these off the list"


@pytest.mark.parametrize(
    "line",
    [
        "import duckdb",
        "def f():\n    from sqlalchemy import select",
        "from easement.base.durable import write_whole",
        "from easement.ledger import service",
        "from easement.ledger.tables import draft",
        "from datetime import datetime\nnow = datetime.now()",
        "from datetime import date\nday = date.today()",
        "import os\nhome = os.environ['HOME']",
        "text = open('f').read()",
        "text = path.read_text()",
        "key = AESGCM.generate_key(256)",
    ],
)
def test_the_wall_sees_what_it_should(line: str):
    assert _touches(Module("law/made_up.py", line))


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import date, datetime",
        "from pathlib import Path",
        "x = today()",
        "from easement.base.errors import A",
    ],
)
def test_the_wall_leaves_the_rest_alone(line: str):
    assert not _touches(Module("law/made_up.py", line))
