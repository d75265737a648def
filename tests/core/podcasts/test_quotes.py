"""What an episode takes: by length, by its script, and of audio that is made again by what is new in it. Pure."""

import pytest

from core.podcasts.models import Podcast
from core.podcasts.options import ChosenVoice, PodcastOptions
from core.podcasts.quotes import counted_minutes, is_outdated, new_lines, quoted_minutes
from core.podcasts.script import Line, Script, Section, Speaker, with_line, with_voices_swapped, without_line
from core.providers.speech import Engine

OPTIONS = PodcastOptions(Engine.ESPEAK, ChosenVoice("f2", "Clara"), ChosenVoice("m3", "Theo"))
LINES = tuple(
    Line(tuple(Speaker)[at % 2], f"Line {at} goes on and on. " + "It says a little more. " * 20) for at in range(20)
)
SCRIPT = Script("Rain", "en", (Section("One", LINES),), "Clara", "Theo")


def podcast(script: Script | None, *, heard: Script | None = None) -> Podcast:
    """`heard`: what its audio says."""
    names = {Speaker.HOST: "Clara", Speaker.GUEST: "Theo"}
    cues = [{"start_ms": 0, "speaker": names[line.speaker], "text": line.text} for line in heard.lines] if heard else []
    return Podcast(
        options=OPTIONS.to_json(),
        script=script.to_json() if script else None,
        script_version=1,
        audio_version=0 if heard else None,
        parts=[{"cues": cues}] if heard else [],
    )


def test_without_a_script_it_is_the_length_that_was_chosen() -> None:
    assert quoted_minutes(podcast(None)) == 5


def test_with_a_script_it_is_what_that_takes() -> None:
    assert quoted_minutes(podcast(SCRIPT)) == 11


def test_made_again_only_what_is_new_counts() -> None:
    changed = podcast(with_line(SCRIPT, 3, "Something else."), heard=SCRIPT)
    assert [line.text for line in new_lines(changed)] == ["Something else."]
    assert quoted_minutes(changed) == 1
    assert is_outdated(changed)


def test_made_again_without_a_line_is_free() -> None:
    assert quoted_minutes(podcast(without_line(SCRIPT, 3), heard=SCRIPT)) == 0


def test_made_again_in_other_voices_everything_is_new() -> None:
    swapped = podcast(with_voices_swapped(SCRIPT), heard=SCRIPT)
    swapped.options = OPTIONS.swapped().to_json()
    assert len(new_lines(swapped)) == 20
    assert quoted_minutes(swapped) == quoted_minutes(podcast(SCRIPT))


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (29, 1), (89, 1), (91, 2), (300, 5)])
def test_minutes_are_counted_to_the_nearest(seconds: float, minutes: int) -> None:
    assert counted_minutes(seconds) == minutes
