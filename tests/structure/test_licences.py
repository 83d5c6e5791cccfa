"""What a plain install brings may be used, changed and passed on by any public body."""

import re
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement

REFUSED = re.compile(r"\b(A?GPL|Affero|BUSL|Business Source|SSPL|Commons Clause|Elastic License)", re.IGNORECASE)

LESSER = {"python-stdnum"}
"""Under the LGPL: used as the library it is, and replaceable by its user as that licence asks."""

TOOLS_ONLY = {"pymerkle"}
"""Under the GPL: a second opinion that the tests hold the ledger against; it is never installed with the product."""

ZLIB = ("origin of this software must not be misrepresented", "Altered source versions must be plainly marked")
"""Words that know the zlib licence where a package only encloses its text."""


def installed(name: str = "easement") -> dict[str, Distribution]:
    """The distribution named and everything that it brings here, by name."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop().lower().replace("_", "-").replace(".", "-")
        if current in found:
            continue
        found[current] = distribution(current)
        needs = (Requirement(text) for text in found[current].requires or ())
        waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


def licence(package: Distribution) -> str:
    """What a package says of its licence, in the order of how exactly it says it."""
    said = package.metadata
    named = [text for text in said.get_all("Classifier") or () if text.startswith("License ::")]
    short = (said.get("License") or "").partition("\n")[0]
    return said.get("License-Expression") or " ".join([*named, short]).strip() or _by_its_text(package)


def _by_its_text(package: Distribution) -> str:
    text = " ".join((package.read_text("licenses/LICENSE") or "").split())
    return "Zlib" if all(words in text for words in ZLIB) else ""


def test_every_package_says_its_licence():
    assert [name for name, package in installed().items() if not licence(package)] == []


def test_a_plain_install_brings_nothing_that_binds_its_user():
    binding = {name: text for name, package in installed().items() if _binds(text := licence(package))}
    assert binding.keys() <= LESSER, binding


def _binds(text: str) -> bool:
    return bool(REFUSED.search(text) or re.search(r"\bL?GPL|General Public", text))


def test_the_exceptions_are_what_they_are_said_to_be():
    for name in LESSER:
        assert re.search(r"Lesser|LGPL", licence(distribution(name)))
        assert not re.search(r"(?<!L)GPLv?3? *(only)?$", licence(distribution(name)).replace("LGPL", ""))
    for name in TOOLS_ONLY:
        assert _binds(licence(distribution(name)))
        assert name not in installed()
