"""The certified provider `oidc-provider`, run as a child process on loopback, and a browser that goes through it."""

import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.structure.tree import ROOT

__all__ = ["REDIRECT", "Browser", "Running", "running"]

ENVIRONMENT = ROOT / ".venv"
FOLDER = ENVIRONMENT / "oidc-provider"
VERSION = "9.13.3"
REDIRECT = "http://localhost:8350/oidc/back"
STEPS = 12
"""Redirects and forms between leaving and coming back, at most."""


class Running:
    """A running provider: where it is, and what can be asked of it."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._http = httpx.Client(base_url=issuer)

    def rotate(self, *, token_seconds: int = 600) -> None:
        """Have it sign with a new key, and forget the one before; its tokens then live so long."""
        self._http.post(f"/test/rotate?seconds={token_seconds}").raise_for_status()

    def close(self) -> None:
        """Ask it nothing more."""
        self._http.close()


def _fetched() -> Path:
    """The library's entry, fetched by npm where it is not there yet; skips with a reason where it cannot be."""
    entry = FOLDER / "node_modules" / "oidc-provider" / "lib" / "index.js"
    if entry.exists():
        return entry
    npm = ENVIRONMENT / "bin" / "npm"
    if not npm.exists():
        pytest.skip("npm is not in the environment: the tests against a real provider need it")
    FOLDER.mkdir(parents=True, exist_ok=True)
    words = [npm, "install", "--no-audit", "--no-fund", "--prefix", FOLDER, f"oidc-provider@{VERSION}"]
    ended = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=120)
    if ended.returncode or not entry.exists():
        pytest.skip(f"npm cannot fetch the provider here: {ended.stderr.strip()[-200:]}")
    return entry


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """The provider of this test process; it ends with the tests, however they end."""
    script = Path(__file__).with_name("provider.mjs")
    words = [ENVIRONMENT / "bin" / "node", script, _fetched(), REDIRECT]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        issuer = next((line.strip() for line in child.stdout if line.startswith("http:")), "")
        if not issuer:
            pytest.skip("the provider does not start here")
        told = Running(issuer)
        yield told
        told.close()
        child.stdin.close()
        child.wait(10)


class _Form(HTMLParser):
    """The first form of a page: where it goes, and the fields that are filled in already."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", {}
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form" and not self.action:
            self.action = given["action"]
        if tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given.get("value", "")


class Browser:
    """Somebody's browser. It goes where it is sent, signs in when it is asked, and stops before the node's address."""

    def __init__(self, login: str) -> None:
        self.login = login

    def go(self, url: str) -> dict[str, str]:
        """Leave for an address; what the provider sends the browser back with."""
        with httpx.Client() as http:
            answer = http.get(url)
            for _ in range(STEPS):
                if answer.is_redirect:
                    url = urljoin(str(answer.url), answer.headers["location"])
                    if url.startswith(REDIRECT):
                        return dict(httpx.QueryParams(urlsplit(url).query))
                    answer = http.get(url)
                else:
                    form = _Form(answer.text)
                    assert form.action, f"{answer.status_code}: {answer.text[-900:]}"
                    filled = form.fields | {"login": self.login, "password": "any"}
                    answer = http.post(urljoin(str(answer.url), form.action), data=filled)
        raise AssertionError("the browser was sent round and round")
