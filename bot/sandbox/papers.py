"""Letters, sheets and mails as files, made small and by hand: what lies on a company's file server."""

import base64
import io
import zipfile
import zlib

WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
CELLS = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
SHARED = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'


def zipped(**parts: str | bytes) -> bytes:
    """A zip of these members, always the same; `__` in a name stands for a slash, `_dot_` for a dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            member = zipfile.ZipInfo(name.replace("__", "/").replace("_dot_", "."))  # without it: of this moment
            archive.writestr(member, text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def docx(*paragraphs: str) -> bytes:
    """A letter; `|` in a paragraph begins another run, as a change of font in the middle of a word does."""
    runs = [[f"<w:r><w:rPr><w:b/></w:rPr><w:t>{each}</w:t></w:r>" for each in text.split("|")] for text in paragraphs]
    return zipped(word__document_dot_xml=WORD.format("".join(f"<w:p>{''.join(each)}</w:p>" for each in runs)))


def xlsx(*words: str, number: int | None = None) -> bytes:
    """A sheet with one cell for each word, kept among the shared strings, and one number."""
    cells = "".join(f'<c r="A{at + 1}" t="s"><v>{at}</v></c>' for at in range(len(words)))
    cells += "" if number is None else f'<c r="B1"><v>{number}</v></c>'
    return zipped(
        xl__sharedStrings_dot_xml=SHARED.format("".join(f"<si><r><t>{each}</t></r></si>" for each in words)),
        xl__worksheets__sheet1_dot_xml=CELLS.format(f"<row>{cells}</row>"),
    )


def pdf(*pages: str, link: str = "") -> bytes:
    """One line of text a page; an empty line is a page without text, as a scan has it."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for text in pages:
        drawn = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET" if text else "0 0 10 10 re f"
        stream = zlib.compress(drawn.encode("latin-1"))
        objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream))
        annotation = f"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI({link})>>>>]" if link else ""
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {len(objects)} 0 R{annotation}"
            f"/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    content, places = io.BytesIO(b""), []
    content.write(b"%PDF-1.4\n")
    for number, each in enumerate(objects, 1):
        places.append(content.tell())
        content.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    start = content.tell()
    content.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    content.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    content.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return content.getvalue()


def eml(text: str, *, to: str = "info@klangfinger.example", attached: tuple[str, bytes] | None = None) -> bytes:
    """A mail of nobody's with this text, in quoted-printable, and perhaps a document attached."""
    head = f"From: =?utf-8?q?A_Friend?= <friend@klangfinger.example>\r\nTo: {to}\r\nMIME-Version: 1.0\r\n"
    body = "".join(f"={byte:02X}" if byte > 126 or byte in b"=@" else chr(byte) for byte in text.encode())
    plain = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}\r\n"
    if attached is None:
        return (head + plain).encode()
    name, content = attached
    packed = base64.encodebytes(content).decode()
    return (
        f"{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{plain}--b\r\n"
        f'Content-Type: application/octet-stream; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{packed}--b--\r\n"
    ).encode()
