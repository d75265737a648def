"""espeak-ng in this process: a hundred languages, no account, hundreds of times faster than real time.

The library keeps its voice and its text in globals, so one thread at a time may speak in a process.
"""

import asyncio
import ctypes
import io
import os
import threading
import unicodedata
import wave
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import ProviderError
from core.languages import primary
from core.providers.recordings import WAV
from core.providers.speech import (
    NORMAL,
    Engine,
    Gender,
    Speech,
    SpeechErrorCode,
    SpeechLimits,
    SpeechSettings,
    Voice,
    check_text,
)

CHARACTERS = 5000
RATE_HZ = 22_050
WORDS_PER_MINUTE = 165
"""What a person who explains something does; espeak's own 175 sounds hurried."""

VOICES = (
    Voice("f2", "Clara", Gender.FEMALE),
    Voice("m3", "Theo", Gender.MALE),
    Voice("linda", "Linda", Gender.FEMALE),
    Voice("m8", "Bruno", Gender.MALE),
)
"""Of espeak's own variants, these four lie furthest apart in pitch (about 190, 100, 225 and 85 Hz) and are clear."""

_SPOKEN_AS = {
    "zh": "cmn",
    "zh-hk": "yue",
    "zh-mo": "yue",
    "no": "nb",
    "nn": "nb",
    "iw": "he",
    "in": "id",
    "en": "en-us",
    "en-au": "en-gb",
    "en-nz": "en-gb",
    "en-ie": "en-gb",
    "es-mx": "es-419",
    "es-ar": "es-419",
    "es-co": "es-419",
}
"""BCP-47 tags that espeak knows by another name, or whose nearest relative it speaks."""

_WITHOUT_DICTIONARY = frozenset({"fo", "kaa", "xex"})
"""Voices that the wheel has, without the words they need."""

# From espeak-ng's speak_lib.h
_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_UTF8 = 1
_POSITION_CHARACTER = 1
_RATE = 1
_PATH_BYTES = 120
"""It adds the names of its files."""
_RATE_LEAST, _RATE_MOST = 80, 450
_OK = 0

_speaking = threading.Lock()
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """Speaks in a thread. Markup, phonemes in brackets and control characters in a text are nothing but text."""

    engine = Engine.ESPEAK
    recipe = f"espeak/1/{RATE_HZ}/{WORDS_PER_MINUTE}"
    limits = SpeechLimits(CHARACTERS, concurrency=1)

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(1)

    async def voices(self, language: str = "") -> Sequence[Voice]:
        """The same four in every language that it speaks; none in others."""
        known = not language or await asyncio.to_thread(_voice_name, language) is not None
        return VOICES if known else ()

    async def speak(self, text: str, voice_id: str, *, language: str, settings: SpeechSettings = NORMAL) -> Speech:
        """A WAV, mono, 22,050 Hz, 16 bit."""
        check_text(text, CHARACTERS, provider=self.engine)
        if all(voice.id != voice_id for voice in VOICES):
            raise _refusal(SpeechErrorCode.VOICE_UNKNOWN, voice=voice_id[:64])
        async with self._turns:  # else each waiting call would hold a thread
            samples = await asyncio.to_thread(_synthesized, text, voice_id, language=language, settings=settings)
        if not samples:
            raise _refusal(SpeechErrorCode.NOTHING_TO_SAY)
        return Speech(_wav(samples), WAV, characters=len(text), cost_usd=0.0)


def languages() -> frozenset[str]:
    """Tags of what espeak speaks, such as "en-us", "cmn", "pt-br". Loads the library."""
    with _speaking:
        return frozenset(_known())


def _synthesized(text: str, voice_id: str, *, language: str, settings: SpeechSettings) -> bytes:
    name = _voice_name(language)
    if name is None:
        raise _refusal(SpeechErrorCode.LANGUAGE_UNKNOWN, language=language)
    pieces: list[bytes] = []

    def collect(samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, count * 2))
        return 0

    callback = _Callback(collect)
    data = _plain(text).encode() + b"\0"
    rate = round(min(max(WORDS_PER_MINUTE * settings.speed, _RATE_LEAST), _RATE_MOST))
    with _speaking:
        library = _library()
        library.espeak_SetSynthCallback(callback)
        if library.espeak_SetVoiceByName(f"{name}+{voice_id}".encode()) != _OK:
            raise _refusal(SpeechErrorCode.LANGUAGE_UNKNOWN, language=language)
        library.espeak_SetParameter(_RATE, rate, 0)
        done = library.espeak_Synth(data, len(data), 0, _POSITION_CHARACTER, 0, _UTF8, None, None)
    if done != _OK:
        raise ProviderError(SpeechErrorCode.UNAVAILABLE, provider=Engine.ESPEAK, retryable=True, status=done)
    return b"".join(pieces)


def _plain(text: str) -> str:
    """Without control characters: espeak takes some as commands."""
    return "".join(" " if unicodedata.category(character) in ("Cc", "Co", "Cs") else character for character in text)


def _wav(samples: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(samples)
    return file.getvalue()


def _voice_name(language: str) -> str | None:
    """espeak's voice for a BCP-47 tag: its own, that of its region's relative, or of the language alone."""
    with _speaking:
        known = _known()
    tag = language.replace("_", "-").lower()
    for candidate in (tag, primary(tag)):
        if name := known.get(_SPOKEN_AS.get(candidate, candidate)):
            return name
    return None


class _VoiceRecord(ctypes.Structure):
    """espeak_VOICE; `languages` is a priority byte and a tag, several of them in a row."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


@cache
def _known() -> dict[str, str]:
    """The names of espeak's voices by their languages' tags and by themselves, all in lower case: fr and fr-fr."""
    by_tag: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for record in _library().espeak_ListVoices(None):
        if not record:
            break
        name = record.contents.identifier.decode().rpartition("/")[2]
        if name in _WITHOUT_DICTIONARY:
            continue
        by_name[name.lower()] = name
        by_tag.setdefault(record.contents.languages[1:].decode().lower(), name)
    return by_name | by_tag


@cache
def _library() -> Any:
    """Loaded once, when something is first said. The caller holds the lock."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRecord))
    data = _short(espeakng_loader.get_data_path())
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DO_NOT_EXIT)
    if rate != RATE_HZ:
        raise ProviderError(SpeechErrorCode.UNAVAILABLE, provider=Engine.ESPEAK, retryable=False, status=rate)
    return library


def _short(path: str) -> str:
    """espeak has room for 160 bytes of it; a deeper folder is held open for the process and named by its number."""
    if len(os.fsencode(path)) <= _PATH_BYTES or not Path("/proc/self/fd").is_dir():
        return path
    return f"/proc/self/fd/{os.open(path, os.O_RDONLY | os.O_DIRECTORY)}"


def _refusal(code: SpeechErrorCode, **params: Any) -> ProviderError:
    return ProviderError(code, provider=Engine.ESPEAK, retryable=False, **params)
