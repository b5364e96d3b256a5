"""Small real files for tests, written by hand so that no test needs a program that makes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

Line = str | tuple[float, str]  # a text, or size of its letters and text


def pdf(*pages: Sequence[Line]) -> bytes:
    """A PDF with one text line under the other; a page without lines is blank."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids: list[str] = []
    for lines in pages:
        content, top = [], 790.0
        for line in lines:
            size, text = line if isinstance(line, tuple) else (11.0, line)
            top -= size * 1.35 if text else 22
            shown = text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            content.append(f"BT /F1 {size} Tf 60 {top:.1f} Td (".encode() + shown + b") Tj ET")
        stream = b"\n".join(content)
        objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return _assembled(objects)


def _assembled(objects: Sequence[bytes], trailer: str = "") -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def locked_pdf() -> bytes:
    """A PDF that asks for a password."""
    key = "<" + "5a" * 32 + ">"
    encrypt = f"<< /Filter /Standard /V 1 /R 2 /O {key} /U {key} /P -4 >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>", encrypt.encode()]
    return _assembled(objects, "/Encrypt 3 0 R /ID [<00> <00>] ")


def docx(*paragraphs: str | tuple[str, str]) -> bytes:
    """A Word document; a paragraph is a text, or style and text (`Heading1`)."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>'
        for style, text in (p if isinstance(p, tuple) else ("Normal", p) for p in paragraphs)
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    styles = '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    return packed(
        {
            "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
            "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<?xml version="1.0"?><w:document xmlns:w="{space}"><w:body>{body}</w:body>'
            "</w:document>",
            "word/styles.xml": f'<?xml version="1.0"?><w:styles xmlns:w="{space}">{styles}</w:styles>',
        }
    )


def pptx(*slides: tuple[str, Sequence[str]]) -> bytes:
    """A presentation of slides with a title and lines."""
    from pptx import Presentation

    made = Presentation()
    for title, lines in slides:
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title  # pyright: ignore[reportOptionalMemberAccess]
        slide.placeholders[1].text_frame.text = "\n".join(lines)  # pyright: ignore[reportAttributeAccessIssue]
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def packed(files: dict[str, str | bytes]) -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
