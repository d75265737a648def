"""What can be pressed about voiceovers."""

from bot.actions import Action, action
from core import ids
from core.providers.speech import Control, Engine


@action("vo.post")
class VoicePost(Action):
    """An options card for a draft's text."""

    post_id: ids.PostId


@action("vo.src")
class VoiceSource(Action):
    source_id: ids.SourceId


@action("vo.ask")
class AskText(Action):
    """The next message is what should be read."""


@action("vo.show")
class ShowVoiceover(Action):
    """Its options, or what came of it."""

    voiceover_id: ids.VoiceoverId


@action("vo.vcs")
class ChooseVoice(Action):
    voiceover_id: ids.VoiceoverId
    page: int


@action("vo.vc")
class SetVoice(Action):
    """`place` in the engine's list of voices for the language; `name_hash` makes sure that it is still the same."""

    voiceover_id: ids.VoiceoverId
    place: int
    name_hash: str


@action("vo.hear")
class HearVoice(Action):
    voiceover_id: ids.VoiceoverId
    place: int
    name_hash: str


@action("vo.prs")
class ChooseEngine(Action):
    voiceover_id: ids.VoiceoverId


@action("vo.pr")
class SetEngine(Action):
    voiceover_id: ids.VoiceoverId
    engine: Engine


@action("vo.lgs")
class ChooseLanguage(Action):
    voiceover_id: ids.VoiceoverId


@action("vo.lg")
class SetLanguage(Action):
    voiceover_id: ids.VoiceoverId
    language: str


@action("vo.set")
class ShowSettings(Action):
    voiceover_id: ids.VoiceoverId


@action("vo.adj")
class Adjust(Action):
    """`hundredths` None: as the voice is set by itself."""

    voiceover_id: ids.VoiceoverId
    control: Control
    hundredths: int | None


@action("vo.go")
class MakeVoiceover(Action):
    voiceover_id: ids.VoiceoverId


@action("vo.stop")
class StopVoiceover(Action):
    voiceover_id: ids.VoiceoverId


@action("vo.oth")
class OtherVoice(Action):
    """The options again; of one that is done, a new card with the same text."""

    voiceover_id: ids.VoiceoverId


@action("vo.send")
class SendVoiceover(Action):
    voiceover_id: ids.VoiceoverId


@action("vo.del")
class DeleteVoiceover(Action):
    voiceover_id: ids.VoiceoverId


@action("vo.und")
class UndeleteVoiceover(Action):
    voiceover_id: ids.VoiceoverId


@action("vo.ls")
class ListVoiceovers(Action):
    page: int
