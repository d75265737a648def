"""py3langid's model as a file in memory: nearly all of its 55 MB are tables of which a text touches next to nothing.

Unpacked by a process of its own, which takes the memory for that with it, and mapped; what was touched is let go of.
"""

import json
import mmap
import subprocess
import sys
import tempfile
import threading
from array import array
from collections.abc import Collection
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ALIGNED = 4096
UNPACKED_WITHIN_S = 60.0


class LanguageModel:
    """The model for these languages. May be asked from several threads; the first to ask waits about a second."""

    def __init__(self, languages: Collection[str]) -> None:
        self._languages = languages
        self._lock = threading.Lock()
        self._mapping: mmap.mmap | None = None
        self._identifier: LanguageIdentifier | None = None

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Languages and how likely they are, the likeliest first.

        Raises CalledProcessError or TimeoutExpired when the model can't be unpacked.
        """
        with self._lock:
            if self._mapping is None or self._identifier is None:
                self._mapping = self._unpacked()
                self._identifier = _identifier(memoryview(self._mapping))
            ranking: list[tuple[str, float]] = self._identifier.rank(text)
            self._mapping.madvise(mmap.MADV_DONTNEED)  # the pages stay in the system's cache
        return ranking

    def _unpacked(self) -> mmap.mmap:
        with tempfile.TemporaryFile(prefix="postaify-") as file:
            subprocess.run(  # noqa: S603  our own module
                [sys.executable, "-m", __name__, *sorted(self._languages)],
                stdout=file,
                check=True,
                timeout=UNPACKED_WITHIN_S,
            )
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _identifier(mapped: memoryview) -> "LanguageIdentifier":
    # not above: numpy is 5 MB that processes which never detect a language needn't carry
    import numpy
    from py3langid.langid import LanguageIdentifier

    head = json.loads(bytes(mapped[:ALIGNED]).rstrip(b"\0"))
    table, priors, moves, rows, features = (mapped[start:end] for start, end in head["places"])
    labels: list[str] = head["labels"]
    return LanguageIdentifier(
        numpy.frombuffer(table, dtype=numpy.float16).reshape(-1, len(labels)),
        numpy.frombuffer(priors, dtype=numpy.float32),
        labels,
        moves.cast(head["move_code"]),
        features.cast("i"),
        norm_probs=True,
        tk_row=rows.cast(head["row_code"]),
    )


def _unpack(languages: Collection[str], file: BinaryIO) -> None:
    """A page that says where what is, then the tables, cut to these languages."""
    import numpy
    from py3langid.langid import MODEL_DIR, MODEL_FILE
    from py3langid.modelio import load_model

    table, priors, labels, moves, rows, features = load_model(MODEL_DIR / MODEL_FILE)
    kept = [column for column, label in enumerate(labels) if label in languages]
    parts = [
        numpy.ascontiguousarray(table[:, kept]).tobytes(),
        numpy.ascontiguousarray(priors[kept]).tobytes(),
        moves.tobytes(),
        rows.tobytes(),
        array("i", features).tobytes(),
    ]
    places, at = [], ALIGNED
    for part in parts:
        places.append((at, at + len(part)))
        at += -(-len(part) // ALIGNED) * ALIGNED
    head = {
        "places": places,
        "labels": [labels[column] for column in kept],
        "move_code": moves.typecode,
        "row_code": rows.typecode,
    }
    for part in (json.dumps(head).encode(), *parts):
        file.write(part + bytes(-len(part) % ALIGNED))


if __name__ == "__main__":
    _unpack(sys.argv[1:], sys.stdout.buffer)
