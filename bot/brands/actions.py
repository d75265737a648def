"""What can be pressed about brands. `group` of hashtags, `member` and `invite` have ids of their own."""

from bot.actions import Action, action
from core import ids
from core.brands.models import Role
from core.brands.service import Part
from core.brands.style import Trait


@action("br.list")
class ShowBrands(Action):
    pass


@action("br")
class ShowBrand(Action):
    brand_id: ids.BrandId


@action("br.new")
class NewBrand(Action):
    pass


@action("br.ed")
class EditBrand(Action):
    """The choice of what to change."""

    brand_id: ids.BrandId


@action("br.set")
class AskPart(Action):
    brand_id: ids.BrandId
    part: Part


@action("br.skip")
class SkipPart(Action):
    """While a brand is made: leave this empty, and go on."""

    brand_id: ids.BrandId
    part: Part


@action("br.clr")
class ClearPart(Action):
    brand_id: ids.BrandId
    part: Part


@action("br.def")
class UseByDefault(Action):
    brand_id: ids.BrandId
    wanted: bool


@action("br.del")
class DeleteBrand(Action):
    brand_id: ids.BrandId


@action("br.undel")
class RestoreBrand(Action):
    brand_id: ids.BrandId


@action("br.mem")
class ShowMembers(Action):
    brand_id: ids.BrandId


@action("br.m")
class ShowMember(Action):
    brand_id: ids.BrandId
    user_id: ids.UserId


@action("br.role")
class ChangeRole(Action):
    brand_id: ids.BrandId
    user_id: ids.UserId
    role: Role


@action("br.rm")
class RemoveMember(Action):
    """`sure`: the question was answered."""

    brand_id: ids.BrandId
    user_id: ids.UserId
    sure: bool


@action("br.inv")
class Invite(Action):
    brand_id: ids.BrandId
    role: Role


@action("br.uninv")
class WithdrawInvite(Action):
    invite_id: ids.BrandInviteId


@action("br.join")
class JoinBrand(Action):
    """`token`: what stands in the link."""

    token: str


@action("br.leave")
class LeaveBrand(Action):
    brand_id: ids.BrandId
    sure: bool


@action("br.v")
class ShowVoice(Action):
    brand_id: ids.BrandId


@action("br.vf")
class CollectPosts(Action):
    """Learn from posts that are forwarded or pasted next."""

    brand_id: ids.BrandId


@action("br.vfx")
class ForgetPosts(Action):
    brand_id: ids.BrandId


@action("br.vl")
class LearnVoice(Action):
    brand_id: ids.BrandId


@action("br.vx")
class StopLearning(Action):
    brand_id: ids.BrandId


@action("br.vc")
class ChooseChannel(Action):
    brand_id: ids.BrandId


@action("br.vch")
class LearnFromChannel(Action):
    brand_id: ids.BrandId
    channel_id: ids.ChannelId


@action("br.vt")
class ChooseTrait(Action):
    brand_id: ids.BrandId


@action("br.vta")
class AskTrait(Action):
    brand_id: ids.BrandId
    trait: Trait


@action("br.vtx")
class ClearTrait(Action):
    brand_id: ids.BrandId
    trait: Trait


@action("br.h")
class ShowHashtags(Action):
    brand_id: ids.BrandId


@action("br.hg")
class ShowHashtagGroup(Action):
    group_id: ids.HashtagGroupId


@action("br.hn")
class NewHashtagGroup(Action):
    brand_id: ids.BrandId


@action("br.hr")
class RenameHashtagGroup(Action):
    group_id: ids.HashtagGroupId


@action("br.hc")
class ChangeHashtags(Action):
    group_id: ids.HashtagGroupId


@action("br.hx")
class DeleteHashtagGroup(Action):
    group_id: ids.HashtagGroupId
    sure: bool
