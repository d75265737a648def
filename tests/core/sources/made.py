"""Small real files of every kind that is read, made when a test asks for one."""

import asyncio
import io
import struct
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from core.ffmpeg import ffmpeg_path

LINES = (
    "The harbour wakes at five, when the boats come back with what the night",
    "has given them, and the first lorries wait at the quay. By seven every-",
    "thing is sold, and the cats have had their share.",
)
FLOWING = (
    "The harbour wakes at five, when the boats come back with what the night has given them, and the first lorries "
    "wait at the quay. By seven everything is sold, and the cats have had their share."
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(pages: Sequence[Sequence[str]] = (LINES,), *, title: str = "") -> bytes:
    """A page of plain lines each."""
    fonts = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    contents = [_shown(lines) for lines in pages]
    return _pdf([(fonts, content) for content in contents], title=title)


def scanned_pdf(pages: int = 2) -> bytes:
    """Pages that are pictures."""
    return _pdf([("/XObject << /Im1 3 0 R >>", b"q 500 0 0 700 40 60 cm /Im1 Do Q")] * pages, picture=True)


def encrypted_pdf() -> bytes:
    """One that asks for a password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("secret", algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def docx(paragraphs: Sequence[str], *, title: str = "", bomb_bytes: int = 0) -> bytes:
    """A Word document; the last of several paragraphs is an item of a list. `bomb_bytes`: of spaces inside of it."""
    *first, last = paragraphs
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in first)
    item = "<w:pPr><w:numPr/></w:pPr>" if first else ""
    body += f"<w:p>{item}<w:r><w:t>{last}</w:t></w:r></w:p>"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        document = f'<w:document xmlns:w="{WORD}"><w:body>{body}{" " * bomb_bytes}</w:body></w:document>'
        archive.writestr("word/document.xml", document)
        if title:
            core = f'<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></p>'
            archive.writestr("docProps/core.xml", core)
    return made.getvalue()


@cache
def speech(text: str = "Good morning. The bakery opens at seven.", *, ending: str = "ogg") -> bytes:
    """What espeak-ng says, as a voice message is recorded (Opus in Ogg), or in another wrapping."""
    from core.providers.offline.espeak import Espeak

    async def speak() -> bytes:
        speaker = Espeak()
        voice = (await speaker.voices("en"))[0]
        return (await speaker.speak(text, voice.id, language="en")).audio

    codec = {"ogg": ("-c:a", "libopus", "-b:a", "24k")}.get(ending, ())
    return _ffmpeg(["-i", "pipe:0"], [*codec], ending, given=_aside(speak()))


@cache
def silence(seconds: float, *, ending: str = "mp3") -> bytes:
    return _ffmpeg(["-f", "lavfi", "-i", f"anullsrc=r=16000:cl=mono:d={seconds}"], [], ending)


@cache
def tones(seconds: float, *, gap_every_s: float) -> bytes:
    """A tone with a second of silence at the end of every so many seconds, as WAV."""
    sound = f"sine=frequency=300:sample_rate=16000:duration={seconds}"
    gaps = f"volume='if(gte(mod(t,{gap_every_s}),{gap_every_s - 1}),0,1)':eval=frame"
    return _ffmpeg(["-f", "lavfi", "-i", sound, "-af", gaps], [], "wav")


def _aside(speaking: object) -> bytes:
    """Also while a loop runs in this thread."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, speaking).result()  # type: ignore[arg-type]


def _ffmpeg(inputs: Sequence[str], how: Sequence[str], ending: str, *, given: bytes = b"") -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, f"made.{ending}")
        command = [str(ffmpeg_path()), "-v", "error", "-y", *inputs, *how, str(target)]
        subprocess.run(command, check=True, capture_output=True, timeout=60, input=given)
        return target.read_bytes()


def _shown(lines: Sequence[str]) -> bytes:
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    return f"BT /F1 12 Tf 72 770 Td 14 TL {shown} ET".encode()


def _pdf(pages: Sequence[tuple[str, bytes]], *, title: str = "", picture: bool = False) -> bytes:
    first = 4
    kids = " ".join(f"{first + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _picture() if picture else f"<< /Title ({title}) >>".encode(),
    ]
    for at, (resources, content) in enumerate(pages):
        media = f"/MediaBox [0 0 595 842] /Resources << {resources} >> /Contents {first + 2 * at + 1} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R {media} >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    return _numbered(objects, info=not picture)


def _picture() -> bytes:
    pixels = zlib.compress(struct.pack("B", 200) * 64)
    about = f"/Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /Length {len(pixels)}"
    return f"<< {about} /ColorSpace /DeviceGray /Filter /FlateDecode >>\nstream\n".encode() + pixels + b"\nendstream"


def _numbered(objects: Sequence[bytes], *, info: bool) -> bytes:
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"<< /Size %d /Root 1 0 R%b >>" % (size, b" /Info 3 0 R" if info else b"")
    return made + b"xref\n0 %d\n0000000000 65535 f \n%btrailer %b\nstartxref\n%d\n%%%%EOF" % (
        size,
        table,
        trailer,
        len(made),
    )
