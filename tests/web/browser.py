"""A real browser on a node's pages: what it saw, what it asked for, and what axe finds."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error as PlaywrightError

from easement.base.errors import EasementError
from easement.staff import service as staff
from easement.web.frontend import FILES, STATIC, fetch

from .world import PASSWORD, Person, World

AXE = "axe-core@4.14.1"
AXE_INTEGRITY = "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
KEPT = Path(__file__).parents[2] / ".venv" / "axe"

NARROW, WIDE = {"width": 375, "height": 800}, {"width": 1280, "height": 900}


def chromium() -> str:
    """Where the browser is; skips where there is none."""
    found = os.environ.get("EASEMENT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("there is no chromium here")
    if not all((STATIC / name).is_file() for name in FILES):
        pytest.skip("the front-end's files were not fetched: make venv")
    return found


def axe_source() -> str:
    """The accessibility checker, fetched once from npm by its pinned hash; skips where it cannot be had."""
    place = KEPT / "axe.min.js"
    if not place.is_file():
        try:
            found = fetch(AXE, AXE_INTEGRITY, {"axe.min.js": "axe.min.js"})
        except EasementError as error:
            pytest.skip(str(error))
        KEPT.mkdir(parents=True, exist_ok=True)
        place.write_bytes(found["axe.min.js"])
    return place.read_text()


FINDINGS = """
  const result = await axe.run({ resultTypes: ["violations", "incomplete"], preload: false, selectors: false });
  const short = (node) => node.any.some((each) => each.data && each.data.messageKey === "shortTextContent");
  const kept = result.incomplete.map((each) => ({ ...each, nodes: each.nodes.filter((node) => !short(node)) }));
  const found = result.violations.concat(kept.filter((each) => each.nodes.length));
  return found.map((each) => [each.id, each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))]);
"""
"""What axe finds, and what it cannot decide, but for the contrast of a lone digit, which it never decides."""


@dataclass
class Seat:
    """Somebody at a browser. Everything it complained of or asked elsewhere for stands in `complaints`."""

    world: World
    context: Any
    page: Any
    complaints: list[str] = field(default_factory=list)
    checked: set[str] = field(default_factory=set)

    def go(self, path: str) -> int:
        """Open a page of the node; its status."""
        answer = self.page.goto(self.world.url + path)
        return answer.status

    def sign_in(self, person: Person, path: str = "/") -> None:
        """Open a page as somebody who signed in before."""
        opened = staff.open_session(self.world.node, person.id, now=self.world.clock())
        name = f"easement-{self.world.node.organisation}"
        self.context.add_cookies([{"name": name, "value": opened.token, "url": self.world.url}])
        self.go(path)

    def sign_in_by_hand(self, person: Person, path: str = "/") -> None:
        """Sign in through the page, as a person does; codes work once, so a test does it once for each person."""
        self.go(f"/sign-in?next={path}")
        self.page.get_by_label("User name").fill(person.name)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_label("Security code").fill(person.code(self.world.clock()))
        self.press("Sign in")

    def press(self, name: str) -> None:
        """Press a button by its name, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).click()

    def follow(self, name: str) -> None:
        """Follow a link by its name, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()

    @property
    def heading(self) -> str:
        """The page's main heading."""
        return self.page.locator("h1").first.inner_text()

    @property
    def text(self) -> str:
        """What the main part says."""
        return self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        """Where the browser stands, without its host."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def check(self, axe: str) -> None:
        """Nothing that axe finds, and no scrolling sideways at 375 pixels."""
        self.page.wait_for_load_state()
        self.page.locator("h1").first.wait_for()
        found = self.page.evaluate(f"async () => {{ {axe}; {FINDINGS} }}")
        assert found == [], f"{self.path}: {found}"
        before = self.page.viewport_size
        self.page.set_viewport_size(NARROW)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(before)
        assert wide <= NARROW["width"], f"{self.path} is {wide} pixels wide"
        self.checked.add(self.path)


@dataclass
class Windows:
    """Windows of one browser. What somebody leaves is emptied and kept: a new one costs as much as six pages."""

    browser: Any
    spare: dict[bool, list[Any]] = field(default_factory=dict)
    """Pages that nobody uses, by whether they run scripts; each has a context of its own."""

    def take(self, scripts: bool) -> Any:
        """An empty page of a context without cookies."""
        if kept := self.spare.get(scripts):
            return kept.pop()
        context = self.browser.new_context(viewport=WIDE, java_script_enabled=scripts)
        context.set_default_timeout(15_000)
        return context.new_page()

    def leave(self, page: Any, world: World, scripts: bool) -> None:
        """Forget whatever somebody did in a page; it is closed where that cannot be done."""
        context = page.context
        try:
            for other in context.pages:
                if other is not page:
                    other.close()
            page.goto("about:blank")
            context.clear_cookies()
            forget = context.new_cdp_session(page)
            forget.send("Storage.clearDataForOrigin", {"origin": world.url, "storageTypes": "all"})
            forget.detach()
            page.set_viewport_size(WIDE)
        except PlaywrightError:
            context.close()
        else:
            self.spare.setdefault(scripts, []).append(page)


@contextmanager
def seated(windows: Windows, world: World, *, scripts: bool = True) -> Iterator[Seat]:
    """An emptied browser for one person; whatever it complained of fails the test at the end."""
    page = windows.take(scripts)
    seat = Seat(world, page.context, page)

    def heard(message: Any) -> None:
        expected = "the server responded with a status of 4" in message.text
        if message.type in {"error", "warning"} and not expected:
            seat.complaints.append(f"{message.type}: {message.text}")

    def failed(error: Any) -> None:
        seat.complaints.append(f"script: {error}")

    def asked(request: Any) -> None:
        if not request.url.startswith((world.url, "data:", "about:")):
            seat.complaints.append(f"asked elsewhere: {request.url}")

    hearing = {"console": heard, "pageerror": failed, "request": asked}
    for event, listener in hearing.items():
        page.on(event, listener)
    try:
        yield seat
    finally:
        windows.leave(page, world, scripts)
        for event, listener in hearing.items():
            page.remove_listener(event, listener)
    assert seat.complaints == []
