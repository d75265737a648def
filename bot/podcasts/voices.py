"""Whether voices are still there: of a podcast before work at it begins, and behind a button."""

from collections.abc import Sequence

from bot.context import Context
from core import ids
from core.errors import Conflict, InvalidInput, ProviderError
from core.podcasts.names import voice_mark
from core.podcasts.queries import options_of, podcast_of
from core.providers.speech import Voice


async def check_voices(context: Context, podcast_id: ids.PodcastId) -> None:
    """Raises InvalidInput "podcasts.provider_gone", "speech.voice_unknown".

    A service that doesn't answer right now holds nothing up: speaking waits for it.
    """
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=podcast_id)
    options = options_of(podcast)
    speaker = context.deps.speakers.get(options.provider)
    if speaker is None:
        raise InvalidInput("podcasts.provider_gone", provider=str(options.provider))
    try:
        known = {voice.id for voice in await speaker.voices()}
    except ProviderError:
        return
    for chosen in (options.host, options.guest):
        if chosen.id not in known:
            raise InvalidInput("speech.voice_unknown", voice=chosen.name)


def voice_at(voices: Sequence[Voice], place: int, mark: str) -> Voice:
    """Raises Conflict "podcasts.voice_gone" when the list has changed since the button was made."""
    if not 0 <= place < len(voices) or voice_mark(voices[place].id) != mark:
        raise Conflict("podcasts.voice_gone")
    return voices[place]
