"""What can be pressed about the writing options, drafts and posts."""

from bot.actions import Action, action
from core import ids
from core.posts.models import PostStatus
from core.posts.platforms import Platform
from core.providers.text import RewriteKind, Style


@action("op.new")
class WritePosts(Action):
    """Open the options card for a source."""

    source_id: ids.SourceId


@action("op.pl")
class TogglePlatform(Action):
    batch_id: ids.BatchId
    platform: Platform


@action("op.n")
class SetVariants(Action):
    batch_id: ids.BatchId
    variants: int


@action("op.st")
class SetStyle(Action):
    batch_id: ids.BatchId
    style: Style


@action("op.lgs")
class ChooseLanguage(Action):
    batch_id: ids.BatchId


@action("op.lg")
class SetLanguage(Action):
    """`language` None: as the source."""

    batch_id: ids.BatchId
    language: str | None


@action("op.brs")
class ChooseBrand(Action):
    batch_id: ids.BatchId


@action("op.br")
class SetBrand(Action):
    """`brand_id` None: in nobody's voice."""

    batch_id: ids.BatchId
    brand_id: ids.BrandId | None


@action("op.back")
class ShowOptions(Action):
    batch_id: ids.BatchId


@action("op.go")
class Generate(Action):
    batch_id: ids.BatchId


@action("op.stop")
class StopWriting(Action):
    batch_id: ids.BatchId


@action("op.dft")
class ShowDrafts(Action):
    """A new card with the first draft of a batch."""

    batch_id: ids.BatchId


@action("po.as")
class PostAsItIs(Action):
    """Make a draft of the source's own words."""

    source_id: ids.SourceId


@action("po.card")
class ShowCard(Action):
    """Turn the pressed message into the draft card of this post."""

    post_id: ids.PostId


@action("po.ed")
class EditPost(Action):
    """Ask what to change."""

    post_id: ids.PostId


@action("po.rws")
class ChooseRewrite(Action):
    post_id: ids.PostId


@action("po.rw")
class RewritePost(Action):
    """`argument`: the style of a tone, the language of a translation."""

    post_id: ids.PostId
    kind: RewriteKind
    argument: str | None


@action("po.rwx")
class StopRewrite(Action):
    post_id: ids.PostId


@action("po.lgs")
class ChooseTranslation(Action):
    post_id: ids.PostId


@action("po.undo")
class UndoEdit(Action):
    """`version` is what the card showed: a second press doesn't go back twice."""

    post_id: ids.PostId
    version: int


@action("po.full")
class ShowFullText(Action):
    post_id: ids.PostId


@action("po.del")
class DeletePost(Action):
    post_id: ids.PostId


@action("po.undel")
class RestorePost(Action):
    post_id: ids.PostId


@action("po.list")
class ShowPosts(Action):
    """The history. `status` and `platform` None: all. `found`: only what fits the chat's last search."""

    page: int
    status: PostStatus | None = None
    platform: Platform | None = None
    found: bool = False


@action("po.find")
class SearchPosts(Action):
    pass


@action("po.flt")
class FilterPosts(Action):
    """The choice of filters; the fields are what is chosen now."""

    status: PostStatus | None = None
    platform: Platform | None = None
    found: bool = False


@action("po.more")
class ShowMore(Action):
    """What else can be done with a post."""

    post_id: ids.PostId


@action("po.tags")
class ChooseHashtags(Action):
    """The groups of hashtags that can be put under a draft."""

    post_id: ids.PostId


@action("po.tag")
class AddHashtags(Action):
    post_id: ids.PostId
    group_id: ids.HashtagGroupId
