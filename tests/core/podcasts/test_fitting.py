from pathlib import Path

import pytest

from core.podcasts.fitting import KBIT_S, estimated_ms, fit
from tests.core.podcasts.sounds import mp3_of, tone

MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("minutes", "kbit_s", "parts"),
    [(15, 128, 1), (51, 128, 1), (55, 112, 1), (60, 96, 1), (100, 64, 1), (120, 64, 2), (300, 64, 3)],
)
def test_the_best_rate_that_fits_then_parts(minutes: int, kbit_s: int, parts: int) -> None:
    fitted = fit([MINUTE_MS] * minutes, size_bytes=50_000_000)
    assert (fitted.kbit_s, len(fitted.parts)) == (kbit_s, parts)
    assert [at for part in fitted.parts for at in part] == list(range(minutes))
    assert all(len(part) * MINUTE_MS * fitted.kbit_s / 8 <= 50_000_000 for part in fitted.parts)


def test_parts_are_of_like_length_though_their_turns_are_not() -> None:
    lengths = [MINUTE_MS * (5 if at % 3 else 1) for at in range(60)]
    parts = fit(lengths, size_bytes=50_000_000).parts
    sums = [sum(lengths[at] for at in part) for part in parts]
    assert max(sums) - min(sums) <= 10 * MINUTE_MS


def test_tags_take_room_too() -> None:
    assert fit([MINUTE_MS] * 51, size_bytes=50_000_000, tags_bytes=2_000_000).kbit_s < KBIT_S[0]


def test_what_cannot_be_divided_further_is_one_turn_to_a_part() -> None:
    assert fit([MINUTE_MS] * 3, size_bytes=1000).parts == (range(1), range(1, 2), range(2, 3))


def test_nothing_is_one_empty_part() -> None:
    assert fit([]).parts == (range(0),)


@pytest.mark.parametrize(
    ("recording", "expected_ms"), [(tone(3.0), 3000), (mp3_of(tone(3.0)), 3000), (b"<html>", 0), (b"", 0)]
)
def test_lengths_are_read_off_headers(tmp_path: Path, recording: bytes, expected_ms: int) -> None:
    path = tmp_path / "recording"
    path.write_bytes(recording)
    assert estimated_ms(path) == pytest.approx(expected_ms, abs=120)


def test_a_recording_that_is_not_there_has_no_length(tmp_path: Path) -> None:
    assert estimated_ms(tmp_path / "none") == 0
