"""What can be pressed about brands. `group` of hashtags, `member` and `invite` have ids of their own."""

from bot.actions import Action, action
from core import ids
from core.brands.models import Role
from core.brands.service import Part


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
