"""Small files made to exhaust whoever reads them are refused, and the process that asked lives on (R3.5).

Each is opened in a process of its own under a memory limit, so that a failure here takes no test run down.
"""

import gzip
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from easement.sources import apart, text

OPENING = """
import json, pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from easement.base.errors import BadData
from easement.sources.files import open_source
try:
    with open_source(sys.argv[1]) as source:
        said = "read"
except BadData as error:
    said = error.what
# Not `ru_maxrss` for this process: it remembers the one that it was forked from.
own = int(pathlib.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024
apart = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps([said, own, apart]))
"""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"


def opened(path: Path) -> tuple[str, int, int]:
    """What is said of a file, and the most memory that who asked and who read it took, in bytes."""
    done = subprocess.run([sys.executable, "-c", OPENING, str(path)], capture_output=True, text=True, check=True)
    said, own, aside = json.loads(done.stdout)
    return said, own, aside


def links(*targets: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="r{at}" Type="{KINDS}/{kind}" Target="{to}"/>' for at, (kind, to) in enumerate(targets)
    )
    return f'<Relationships xmlns="{LINKS}">{each}</Relationships>'


def xlsx(path: Path, sheet: str, strings: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("_rels/.rels", links(("officeDocument", "xl/workbook.xml")))
        sheets = '<sheets><sheet name="Roll" sheetId="1" r:id="r0"/></sheets>'
        pack.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}">{sheets}</workbook>')
        parts = links(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"))
        pack.writestr("xl/_rels/workbook.xml.rels", parts)
        pack.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
        pack.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
        )
    return path


def row(number: int, cell: str) -> str:
    return f'<row r="{number}">{cell}</row>'


def plain(folder: Path) -> Path:
    cell = '<c r="A{}" t="s"><v>0</v></c>'
    return xlsx(folder / "plain.xlsx", row(1, cell.format(1)) + row(2, cell.format(2)), "<si><t>name</t></si>")


def far_corner(folder: Path) -> Path:
    first, last = '<c r="A1"><v>1</v></c>', '<c r="XFD1048576"><v>1</v></c>'
    return xlsx(folder / "corner.xlsx", row(1, first) + row(1_048_576, last))


def one_long_text_many_times(folder: Path) -> Path:
    cells = "".join(row(number, f'<c r="A{number}" t="s"><v>0</v></c>') for number in range(1, 20_001))
    return xlsx(folder / "shared.xlsx", cells, f"<si><t>{'x' * 1_000_000}</t></si>")


def cells_repeated(folder: Path) -> Path:
    path = folder / "repeated.ods"
    cell = (
        '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
        f"<text:p>{'x' * 1_000}</text:p></table:table-cell>"
    )
    rows = f'<table:table-row table:number-rows-repeated="5000">{cell}</table:table-row>'
    names = " ".join(f'xmlns:{name}="{OPEN}:{name}:1.0"' for name in ("office", "table", "text"))
    sheet = f'<table:table table:name="Roll">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        pack.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{OPEN}:manifest:1.0"/>')
        pack.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")
    return path


def test_the_same_spreadsheet_without_a_trap_is_read(tmp_path: Path) -> None:
    assert opened(plain(tmp_path))[0] == "read"


@pytest.mark.parametrize("make", [far_corner, one_long_text_many_times, cells_repeated])
def test_a_spreadsheet_that_would_exhaust_memory_is_refused(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    assert path.stat().st_size < 150_000
    said, own, aside = opened(path)
    assert said == "the spreadsheet is damaged, or needs more than 1,500 MB of memory or 120 seconds to read"
    assert own < 500_000_000
    assert aside < apart.MEMORY


@pytest.mark.parametrize("name", ["people.csv.gz", "people.jsonl.gz"])
def test_a_packed_text_that_unpacks_to_far_too_much_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with gzip.open(path, "wb", compresslevel=1) as pack:
        for _ in range(text.SMALL // 10_000_000 + 1):
            pack.write(b'{"a": 1}\n' * (10_000_000 // 9 + 1) if "json" in name else b"a,b\n" * 2_500_000)
    assert path.stat().st_size * text.MAX_RATIO < text.SMALL * 10
    said, own, _ = opened(path)
    assert said.startswith("the text unpacks to more than ")
    assert own < 500_000_000
