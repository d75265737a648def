"""Changes of a script by its owner, before it is spoken.

Each names the version that the owner has seen: lines and sections are known by their numbers, which move.
"""

from core import ids
from core.errors import Conflict, InvalidInput
from core.podcasts import script as scripts
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.queries import options_of
from core.podcasts.script import LINE_CHARACTERS, Script
from core.podcasts.service import LINE, SECTION, editable
from core.podcasts.showing import show_progress
from core.podcasts.spoken import spoken
from core.posts.writing import Place
from core.queue import JobSpec
from core.tx import Tx
from core.work.service import request_work

WISH_CHARACTERS = 500


class ScriptChanged(Conflict):
    """It isn't the version any more that its owner has seen. Params: version."""

    code = "podcasts.script_changed"


async def edit_line(
    tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, number: int, version: int, text: str
) -> Podcast:
    """Let line `number` say something else; what can't be read aloud (tags, emojis, links) goes.

    Raises InvalidInput "script.no_line", "script.line_too_long", "script.empty", and NotNow.
    """
    podcast = await _seen(tx, owner_id, podcast_id, version)
    script = _script(podcast)
    plain = spoken(text, script.language)
    if not plain:
        raise InvalidInput("script.empty")
    if len(plain) > LINE_CHARACTERS:
        raise InvalidInput("script.line_too_long", characters=len(plain), most=LINE_CHARACTERS)
    return _keep(tx, podcast, scripts.with_line(script, number, plain))


async def drop_line(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, number: int, version: int) -> Podcast:
    """Raises InvalidInput "script.no_line", "script.nothing_left", and NotNow."""
    podcast = await _seen(tx, owner_id, podcast_id, version)
    return _keep(tx, podcast, scripts.without_line(_script(podcast), number))


async def give_line(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, number: int, version: int) -> Podcast:
    """The other voice says it. Raises InvalidInput "script.no_line", and NotNow."""
    podcast = await _seen(tx, owner_id, podcast_id, version)
    script = _script(podcast)
    other = next(each for each in scripts.Speaker if each is not script.line(number).speaker)
    return _keep(tx, podcast, scripts.with_line_given(script, number, other))


async def drop_section(
    tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, number: int, version: int
) -> Podcast:
    """Raises InvalidInput "script.no_section", "script.nothing_left", and NotNow."""
    podcast = await _seen(tx, owner_id, podcast_id, version)
    script = _script(podcast)
    if len(script.sections) == 1:
        raise InvalidInput("script.nothing_left")
    empty = scripts.Section(script.section(number).title, ())
    return _keep(tx, podcast, scripts.with_section(script, number, empty))


async def swap_voices(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, version: int) -> Podcast:
    """Host and guest change voices, and names with them."""
    podcast = await _seen(tx, owner_id, podcast_id, version)
    podcast.options = options_of(podcast).swapped().to_json()
    return _keep(tx, podcast, scripts.with_voices_swapped(_script(podcast)))


async def regenerate_section(
    tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, number: int, version: int, place: Place, wish: str = ""
) -> Podcast:
    """Have a section written anew, as `wish` says if anything; the others stay.

    Raises InvalidInput "script.no_section", "podcasts.wish_too_long", and NotNow.
    """
    podcast = await _seen(tx, owner_id, podcast_id, version)
    _script(podcast).section(number)
    return await _ask(tx, podcast, SECTION, place, step="section", section=number, wish=_sensible(wish))


async def request_line(
    tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, number: int, version: int, place: Place, wish: str
) -> Podcast:
    """Have a line written anew as its owner wishes.

    Raises InvalidInput "script.no_line", "podcasts.wish_missing", "podcasts.wish_too_long", and NotNow.
    """
    podcast = await _seen(tx, owner_id, podcast_id, version)
    _script(podcast).line(number)
    wish = _sensible(wish)
    if not wish:
        raise InvalidInput("podcasts.wish_missing")
    return await _ask(tx, podcast, LINE, place, step="line", line=number, wish=wish)


async def _ask(tx: Tx, podcast: Podcast, spec: JobSpec, place: Place, *, step: str, **more: object) -> Podcast:
    """The message at `place` shows that it is written, and then the script again."""
    payload = {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language, **more}
    podcast.status = PodcastStatus.SCRIPTING
    await request_work(tx, spec, owner_id=podcast.owner_id, subject_id=podcast.id, payload=payload)
    await show_progress(tx, podcast, place, step=step, percent=0, message_id=place.message_id)
    return podcast


def _sensible(wish: str) -> str:
    wish = " ".join(wish.split())
    if len(wish) > WISH_CHARACTERS:
        raise InvalidInput("podcasts.wish_too_long", characters=len(wish), most=WISH_CHARACTERS)
    return wish


async def _seen(tx: Tx, owner_id: ids.UserId, podcast_id: ids.PodcastId, version: int) -> Podcast:
    podcast = await editable(tx, owner_id=owner_id, podcast_id=podcast_id)
    if podcast.script_version != version:
        raise ScriptChanged(version=podcast.script_version)
    return podcast


def _script(podcast: Podcast) -> Script:
    """`editable` has made sure that there is one."""
    return Script.from_json(podcast.script or {})


def _keep(tx: Tx, podcast: Podcast, script: Script) -> Podcast:
    podcast.script, podcast.updated_at = script.to_json(), tx.now
    podcast.script_version += 1
    return podcast
