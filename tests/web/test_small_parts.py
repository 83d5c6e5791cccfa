"""The small parts of the pages: times, files, cookies, lists, and the front-end's files."""

import base64
import csv
import hashlib
import io
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.database import METADATA, open_database
from easement.base.errors import EasementError
from easement.node.model import ServerSettings
from easement.web import frontend, tables
from easement.web.assets import load_assets
from easement.web.environment import environment
from easement.web.lists import as_file
from easement.web.security import cookies_for, form_token, path_here
from easement.web.states import MAX_OPEN, SECONDS, States
from easement.web.times import minute_of_entry, moment, moment_typed, typed
from easement.web.views.records import Sought

NOW = datetime(2026, 11, 22, 15, 4, tzinfo=UTC)


def test_a_moment_is_said_as_people_in_the_kingdom_say_it():
    assert moment(NOW) == "22 November 2026, 3:04pm"
    assert moment(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026, 12:30am"
    assert moment(minute_of_entry("2026-01-02T12:00Z")) == "2 January 2026, 12:00pm"


@given(st.integers(0, 80 * 365 * 24 * 60))
def test_a_moment_that_is_typed_is_the_one_that_the_clock_shows(minutes):
    instant = datetime(1999, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    read = moment_typed(typed(instant))
    assert read in (instant, instant - timedelta(hours=1)), "of an hour that comes twice, the first"
    assert typed(read) == typed(instant)


@pytest.mark.parametrize("text", ["", "today", "2026-03-29T01:30", "2026-13-01T10:00", "2026-11-22"])
def test_a_moment_that_never_was_cannot_be_typed(text):
    with pytest.raises(ValueError, match=r".*"):
        moment_typed(text)


@given(st.integers(0, 80 * 365 * 24 * 60))
def test_the_clock_agrees_with_the_tables_of_time_zones(minutes):
    instant = datetime(1999, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    local = instant.astimezone(ZoneInfo("Europe/London"))
    assert moment(instant).endswith(f", {local.hour % 12 or 12}:{local.minute:02}{'am' if local.hour < 12 else 'pm'}")
    assert moment(instant).startswith(f"{local.day} ")


def test_a_file_has_another_name_when_it_changes(tmp_path):
    (tmp_path / "base.js").write_text("export const one = 1;\n")
    (tmp_path / "start.js").write_text('import { one } from "./base.js";\n')
    (tmp_path / "notes.txt").write_text("not sent\n")
    first = load_assets(tmp_path)
    assert set(first.names) == {"base.js", "start.js"}
    inside = first.files[first.names["start.js"]].body.decode()
    assert f'"./{first.names["base.js"]}"' in inside, "a script asks for the other by its hashed name"
    (tmp_path / "base.js").write_text("export const one = 2;\n")
    second = load_assets(tmp_path)
    assert second.names["base.js"] != first.names["base.js"]
    assert second.names["start.js"] != first.names["start.js"]
    assert second.url("missing.css") == ""


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=120))
def test_a_picture_for_a_phones_camera_is_only_squares_with_a_white_margin(text):
    picture = environment().from_string("{{ text | qr_code }}").render(text=text)
    root = ElementTree.fromstring(picture)
    assert [path.tag.rpartition("}")[2] for path in root] == ["path", "path"]
    assert {name for path in root for name in path.attrib} <= {"fill", "stroke", "d"}, "the policy allows no style"
    side = int(root.attrib["viewBox"].split()[-1])
    assert root[0].attrib == {"fill": "#fff", "d": f"M0 0h{side}v{side}h-{side}z"}
    assert root[1].attrib["d"].startswith("M4 4.5h7"), "four squares of margin, then the first corner"


def test_pages_have_their_own_style_without_the_fetched_files(tmp_path):
    assets = load_assets(tmp_path / "nothing", *(path for path in [frontend.STATIC.parent / "assets"]))
    assert assets.url("easement.css")
    assert assets.url("govuk-frontend.min.css") == ""


@pytest.mark.parametrize(
    ("server", "secure"),
    [
        (ServerSettings(), False),
        (ServerSettings(url="https://node.northtown.example"), True),
        (ServerSettings(tls_certificate="chain.pem"), True),
        (ServerSettings(host="0.0.0.0"), True),
        (ServerSettings(host="10.0.0.1", url="http://node.northtown.example"), True),
    ],
)
def test_only_a_node_for_this_machine_alone_sends_cookies_in_the_clear(server, secure):
    cookies = cookies_for("northtown", server)
    assert cookies.secure is secure
    assert cookies.session.startswith("__Host-") is secure


def test_nodes_on_one_machine_do_not_share_cookies():
    assert cookies_for("northtown", ServerSettings()).session != cookies_for("dwp", ServerSettings()).session


def test_a_form_token_is_of_one_browser_and_one_node():
    made = form_token(b"m" * 32, "cookie")
    assert made == form_token(b"m" * 32, "cookie")
    assert len({made, form_token(b"m" * 32, "other"), form_token(b"n" * 32, "cookie")}) == 3


@given(st.text(max_size=40))
def test_no_text_leads_to_another_host(text):
    path = path_here(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert "\\" not in path
    assert path.isprintable()


@pytest.mark.parametrize("path", ["/", "/ask", "/disclosures?agreement=school-meals&before=12", "/ask/0a/answer"])
def test_paths_of_the_node_are_kept(path):
    assert path_here(path) == path


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_spreadsheet_runs_a_cell(cell):
    told = as_file("concerns", [{"said": cell}], "csv").body.decode()
    assert list(csv.reader(io.StringIO(told, newline=""))) == [["said"], [f"'{cell}"]]


def test_a_list_without_rows_is_still_a_file():
    assert as_file("refusals", [], "csv").body == b"nothing\r\n"
    assert b'"refusals": []' in as_file("refusals", [], "json").body


def test_the_address_of_a_list_holds_what_it_is_narrowed_to():
    sought = Sought(agreement="school-meals", since="2026-11-01")
    assert sought.query() == "agreement=school-meals&since=2026-11-01"
    assert sought.query(before=7) == "agreement=school-meals&since=2026-11-01&before=7"


def test_text_of_a_view_is_escaped():
    template = environment().from_string("{{ text }}")
    assert template.render(text="<script>") == "&lt;script&gt;"


# Journeys kept sealed


@pytest.fixture
def states(tmp_path):
    engine = open_database(tmp_path / "node.db", b"k" * 32)
    METADATA.create_all(engine, tables=[tables.states])
    yield States(engine, b"m" * 32)
    engine.dispose()


def test_a_journey_is_opened_by_its_own_session_alone(states):
    id_ = states.open("token", {"person": "Ash"}, NOW)
    assert states.read("token", id_, NOW) == {"person": "Ash"}
    assert states.read("other", id_, NOW) is None
    assert States(states.engine, b"n" * 32).read("token", id_, NOW) is None
    states.save("other", id_, {"person": "Elm"}, NOW)
    assert states.read("token", id_, NOW) == {"person": "Ash"}


def test_a_journey_ends_after_half_an_hour_of_nothing(states):
    id_ = states.open("token", {}, NOW)
    almost = NOW + timedelta(seconds=SECONDS - 1)
    assert states.read("token", id_, almost) == {}
    states.save("token", id_, {"step": 2}, almost)
    assert states.read("token", id_, almost + timedelta(seconds=SECONDS - 1)) == {"step": 2}
    assert states.read("token", id_, almost + timedelta(seconds=SECONDS)) is None
    states.save("token", "0" * 32, {}, NOW)
    assert states.read("token", "0" * 32, NOW) is None, "what is gone is not made anew"


def test_a_journey_is_taken_in_hand_once(states):
    id_ = states.open("token", {}, NOW)
    assert [states.claim("other", id_), states.claim("token", id_), states.claim("token", id_)] == [False, True, False]


def test_ending_a_session_forgets_all_its_journeys_and_no_others(states):
    mine, others = states.open("token", {}, NOW), states.open("other", {}, NOW)
    states.forget_all("token")
    assert states.read("token", mine, NOW) is None
    assert states.read("other", others, NOW) == {}
    states.forget("other", others)
    assert states.read("other", others, NOW) is None


def test_a_session_does_not_fill_the_database(states):
    ids = [states.open("token", {"n": n}, NOW) for n in range(MAX_OPEN + 3)]
    assert sum(states.read("token", id_, NOW) is not None for id_ in ids) <= MAX_OPEN
    assert states.read("token", ids[-1], NOW) == {"n": MAX_OPEN + 2}


# The front-end's files


def packed(**files: str) -> bytes:
    """An npm package with these files in `dist/govuk`."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(f"package/dist/govuk/govuk-frontend.min.{name}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return held.getvalue()


@pytest.fixture
def npm(monkeypatch):
    """An npm that gives what a test says, or fails."""
    given: dict[str, object] = {"body": b"", "code": 0}

    def run(words, **_):
        folder = words[words.index("--pack-destination") + 1]
        if not given["code"]:
            (Path(folder) / "package.tgz").write_bytes(given["body"])
        return subprocess.CompletedProcess(words, given["code"], "", "npm error the network is down\n")

    monkeypatch.setattr(frontend.subprocess, "run", run)
    return given


def test_branding_is_taken_off():
    css = (
        '@charset "UTF-8";@font-face{font-family:GDS Transport;src:url(/assets/fonts/light.woff2)}'
        ".a{font-family:GDS Transport,arial,sans-serif;background-image:url(/assets/images/govuk-crest.svg);color:red}"
        "\n/*# sourceMappingURL=govuk-frontend.min.css.map */\n"
    )
    plain = frontend.without_branding(css)
    assert "GDS" not in plain
    assert "crest.svg" not in plain
    assert "url(" not in plain
    assert "sourceMappingURL" not in plain
    assert ".a{font-family:arial,sans-serif;color:red}" in plain
    assert "MIT licence" in plain


@pytest.mark.skipif(not frontend.STATIC.is_dir(), reason="the front-end's files were not fetched: make venv")
def test_the_fetched_files_hold_no_branding():
    css = (frontend.STATIC / "govuk-frontend.min.css").read_text()
    assert "GDS Transport" not in css
    assert "url(" not in css
    assert "@font-face" not in css


def test_files_are_fetched_once(npm, tmp_path, monkeypatch):
    npm["body"] = packed(css=".a{}", js="export const x = 1;")
    digest = base64.b64encode(hashlib.sha512(npm["body"]).digest()).decode()
    monkeypatch.setattr(frontend, "INTEGRITY", f"sha512-{digest}")
    assert frontend.furnish(tmp_path / "static") is True
    assert (tmp_path / "static" / "govuk-frontend.min.css").read_text().startswith(".a{}")
    npm["code"] = 1
    assert frontend.furnish(tmp_path / "static") is False, "npm is not asked again"


def test_a_package_that_was_not_pinned_is_not_unpacked(npm, tmp_path):
    npm["body"] = packed(css="evil", js="evil")
    with pytest.raises(EasementError, match="not the package that was pinned"):
        frontend.furnish(tmp_path / "static")
    assert not (tmp_path / "static").exists()


def test_without_a_network_it_says_what_to_do_and_goes_on(npm, monkeypatch, tmp_path, capsys):
    npm["code"] = 1
    monkeypatch.setattr(frontend, "furnish", lambda: frontend.fetch("x@1", "sha512-x", {}))
    assert frontend.main() == 1
    told = capsys.readouterr().err
    assert "npm could not fetch `x@1`: npm error the network is down" in told
    assert "the pages work, but without their looks" in told


def test_without_npm_it_says_so(monkeypatch):
    monkeypatch.setattr(frontend.shutil, "which", lambda *_, **__: None)
    with pytest.raises(EasementError, match="there is no npm here"):
        frontend.fetch("x@1", "sha512-x", {})
