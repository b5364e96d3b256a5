"""The converter's own process: one file's bytes on stdin, its text by page as JSON on stdout, and then it ends.

`convert.py` starts this file as a script, isolated (`python -I`), so it imports nothing of ours. It has limits on time,
memory and files, opens no connection, starts no process and reads nothing but the libraries it needs.

What comes out: `{"pages": [[page or null, [[kind, text], ...]], ...]}`, or `{"problem": code}`. Kinds: `h` heading, `p`
paragraph (line ends kept), `i` item of a list, `x` text as it stood, with its line ends.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from html.parser import HTMLParser
from itertools import groupby
from typing import Any

Block = tuple[str, str]
Page = tuple[int | None, list[Block]]

MOST_ENTRIES, MOST_UNPACKED = 5_000, 300_000_000  # of an office file, which is a ZIP archive
_LARGER = 1.15  # times the size of the running text: a heading
_READABLE = ("rb", "r", None)
_FORBIDDEN = (
    *("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork", "os.startfile"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "shutil."),
)


class RefusedError(Exception):
    """The file cannot be taken; `code` is what `convert.py` has a sentence for."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(kind: str, data: bytes) -> list[Page]:
    """The pages of a file of one kind (its ending without the dot); raises `RefusedError`, or what a library does."""
    return _READERS[kind](data)


# -- the kinds of files ------------------------------------------------------------------------------------------------


def _pdf(data: bytes) -> list[Page]:
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFSyntaxError

    if b"%PDF-" not in data[:1024]:
        raise RefusedError("not-pdf")
    sized: list[tuple[int, list[tuple[float, str]]]] = []
    letters: Counter[float] = Counter()
    try:
        for number, page in enumerate(extract_pages(io.BytesIO(data), laparams=LAParams(boxes_flow=0.5)), 1):
            boxes = list(_boxes(page))
            letters.update({size: 0 for size, _ in boxes})
            for size, text in boxes:
                letters[size] += len(text)
            sized.append((number, boxes))
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise RefusedError("encrypted") from None
    except PDFSyntaxError:
        raise RefusedError("damaged") from None
    usual = letters.most_common(1)[0][0] if letters else 0.0
    return [(number, [(_kind_of(size, text, usual), text) for size, text in boxes]) for number, boxes in sized]


def _boxes(page: Any) -> Iterator[tuple[float, str]]:
    """Size of the letters and text of each box of a page; a box with a heading in it is parted there."""
    from pdfminer.layout import LTChar, LTTextBox

    for box in page:
        if isinstance(box, LTTextBox):
            lines: list[tuple[float, str]] = []
            for line in box:
                sizes = Counter(round(letter.size * 2) / 2 for letter in line if isinstance(letter, LTChar))
                if sizes and line.get_text().strip():
                    lines.append((sizes.most_common(1)[0][0], line.get_text().strip()))
            for size, same in groupby(lines, key=lambda sized: sized[0]):
                yield size, "\n".join(text for _, text in same)


def _kind_of(size: float, text: str, usual: float) -> str:
    return "h" if size > _LARGER * usual and len(text) < 160 and text.count("\n") < 3 else "x"


def _docx(data: bytes) -> list[Page]:
    import mammoth

    _check_archive(data, "word/document.xml", "docx")
    nothing = mammoth.images.img_element(_no_image)
    made = mammoth.convert_to_html(io.BytesIO(data), convert_image=nothing, include_embedded_style_map=False)
    return [(None, html_blocks(made.value))]


def _no_image(_: object) -> dict[str, str]:
    return {}


def _pptx(data: bytes) -> list[Page]:
    from pptx import Presentation

    _check_archive(data, "ppt/presentation.xml", "pptx")
    found: list[Page] = []
    for number, slide in enumerate(Presentation(io.BytesIO(data)).slides, 1):
        title = slide.shapes.title
        blocks = list(_shapes(slide.shapes, title.shape_id if title is not None else None))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            blocks += [("p", p.text) for p in slide.notes_slide.notes_text_frame.paragraphs]
        found.append((number, _filled(blocks)))
    return found


def _shapes(shapes: Any, title: int | None, depth: int = 0) -> Iterator[Block]:
    for shape in shapes:
        if hasattr(shape, "shapes") and depth < 20:
            yield from _shapes(shape.shapes, title, depth + 1)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                yield "p", "; ".join(cell.text for cell in row.cells if cell.text.strip())
        elif shape.has_text_frame:
            lines = [p.text for p in shape.text_frame.paragraphs if p.text.strip()]
            if shape.shape_id == title:
                yield "h", " ".join(lines)
            else:
                yield from (("i" if len(lines) > 1 else "p", line) for line in lines)


def _html(data: bytes) -> list[Page]:
    text = decoded(data)
    if not re.search(r"<\s*(?:!doctype|html|head|body|p|h[1-6]|div|table|ul|article)\b", text[:20_000], re.I):
        raise RefusedError("not-html")
    return [(None, html_blocks(text))]


def _markdown(data: bytes) -> list[Page]:
    from markdown_it import MarkdownIt

    text = re.sub(r"\A---\n.*?\n---\n", "", decoded(data), count=1, flags=re.S)
    return [(None, html_blocks(MarkdownIt("commonmark").enable("table").render(text)))]


def _text(data: bytes) -> list[Page]:
    pages = decoded(data).split("\f")
    return [(number if len(pages) > 1 else None, [("x", text)]) for number, text in enumerate(pages, 1)]


_READERS: dict[str, Callable[[bytes], list[Page]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "pptx": _pptx,
    "html": _html,
    "htm": _html,
    "md": _markdown,
    "markdown": _markdown,
    "txt": _text,
}


# -- what they share ---------------------------------------------------------------------------------------------------


def decoded(data: bytes) -> str:
    """Text of a file: UTF-8, UTF-16 with its mark, or else the old Western encoding; `RefusedError` when it is none."""
    if data.startswith((b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RefusedError("not-text")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise RefusedError("not-text")
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    odd = sum(data.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13))
    if odd > len(data) / 100:
        raise RefusedError("not-text")
    return data.decode("cp1252", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _check_archive(data: bytes, needed: str, kind: str) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise RefusedError("encrypted-office")  # the old container: a file of before 2007, or one with a password
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile:
        raise RefusedError(f"not-{kind}") from None
    if needed not in {entry.filename for entry in entries}:
        raise RefusedError(f"not-{kind}")
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise RefusedError("bomb")


class _Html(HTMLParser):
    """Headings, paragraphs, list items and table rows of a page, in order; scripts and what is hidden left out."""

    _SKIPPED = frozenset("script style noscript template svg math iframe object select textarea button nav".split())
    _HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
    _BREAKS = frozenset(
        """address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer
        form header hr html main ol p pre section summary table tbody tfoot thead title tr ul""".split()
    )
    _VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._kind, self._pieces = "p", list[str]()
        self._skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, or a stretch to leave out."""
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.append(tag)
            return
        hidden = any(k == "hidden" or (k == "style" and re.search(r"display\s*:\s*none", v or "")) for k, v in attrs)
        if (tag in self._SKIPPED or hidden) and tag not in self._VOID:
            self._skipping.append(tag)
        elif tag in self._HEADINGS or tag == "li" or tag in self._BREAKS:
            self._end()
            self._kind = "h" if tag in self._HEADINGS else "i" if tag == "li" else self._after_break(tag)
        elif tag == "br":
            self._pieces.append("\n")
        elif tag in ("td", "th") and "".join(self._pieces).strip():
            self._pieces.append("; ")

    def _after_break(self, tag: str) -> str:
        return "i" if tag == "p" and self._kind == "i" and not self._pieces else "p"

    def handle_endtag(self, tag: str) -> None:
        """End a block, or a stretch that was left out."""
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
        elif tag in self._HEADINGS or tag == "li" or tag in self._BREAKS:
            self._end()
            self._kind = "p"

    def handle_data(self, data: str) -> None:
        """Words of the block that is open."""
        if not self._skipping:
            self._pieces.append(data)

    def _end(self) -> None:
        text = " ".join("".join(self._pieces).split())
        if text:
            self.blocks.append((self._kind, text))
        self._pieces = []

    def close(self) -> None:
        """End the last block."""
        super().close()
        self._end()


def html_blocks(text: str) -> list[Block]:
    """The blocks of an HTML text; nothing in it is fetched or run."""
    parser = _Html()
    parser.feed(text)
    parser.close()
    return parser.blocks


def _filled(blocks: list[Block]) -> list[Block]:
    return [(kind, text) for kind, text in blocks if text.strip()]


# -- the process -------------------------------------------------------------------------------------------------------


def _limit(seconds: int, memory: int) -> None:
    """Limits of the operating system, where it has them; the parent watches time and memory besides."""
    try:
        import resource
    except ImportError:
        return
    for name, value in (
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_AS", memory),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 64),
    ):
        with suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _lock() -> None:
    """From here on: no connections, no processes, no file but the libraries' own, and those for reading only."""
    roots = tuple({os.path.join(os.path.realpath(p), "") for p in (sys.prefix, sys.base_prefix, *sys.path) if p})
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(event)
        if event == "open" and not isinstance(arguments[0], int):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if arguments[1] not in _READABLE or arguments[2] & writing or not path.startswith(roots):
                raise PermissionError("open")

    sys.addaudithook(hook)


def main() -> None:
    """Read stdin, convert, write stdout. Arguments: kind, seconds, bytes of memory."""
    kind, seconds, memory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    _limit(seconds, memory)
    out, sys.stdout = sys.stdout.buffer, sys.stderr  # whatever a library prints is no result
    data = sys.stdin.buffer.read()
    _lock()
    try:
        result: dict[str, Any] = {"pages": read(kind, data)}
    except RefusedError as error:
        result = {"problem": error.code}
    except (MemoryError, RecursionError):
        result = {"problem": "too-much"}
    except Exception as error:  # any way in which a library fails on a broken file
        result = {"problem": "damaged", "error": type(error).__name__}
    out.write(json.dumps(result).encode())
    out.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
