"""What can be pressed about the music of episodes. `podcast_id` is the card that it was opened from, if any."""

from bot.actions import Action, action
from core import ids
from core.podcasts.music_choices import Meeting, Plays


@action("pm.show")
class ShowMusic(Action):
    podcast_id: ids.PodcastId | None


@action("pm.on")
class SetEpisodeMusic(Action):
    podcast_id: ids.PodcastId
    on: bool


@action("pm.plays")
class SetPlays(Action):
    podcast_id: ids.PodcastId | None
    plays: Plays


@action("pm.meet")
class SetMeeting(Action):
    podcast_id: ids.PodcastId | None
    meeting: Meeting


@action("pm.hear")
class HearMusic(Action):
    podcast_id: ids.PodcastId | None


@action("pm.ask")
class AskMusic(Action):
    podcast_id: ids.PodcastId | None


@action("pm.askdel")
class AskRemoveMusic(Action):
    podcast_id: ids.PodcastId | None


@action("pm.del")
class RemoveMusic(Action):
    podcast_id: ids.PodcastId | None


@action("pm.leave")
class LeaveMusic(Action):
    """Back, and no file is waited for any more."""

    podcast_id: ids.PodcastId | None
