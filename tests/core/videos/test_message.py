"""The one message about a video stays where it is by now."""

from sqlalchemy import select, update

from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.videos import uploads
from tests.core.videos.own import PLACE
from tests.factories import make_user


async def test_a_message_that_was_deleted_and_sent_anew_is_the_one_that_changes(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        upload = await uploads.open_upload(tx, owner_id=owner.id, place=PLACE)
        await uploads.begin_file(tx, owner_id=owner.id, upload_id=upload.id, name="a.mp4", size_bytes=100)
        assert (await tx.session.get_one(StatusMessage, upload.id)).message_id == PLACE.message_id
        await tx.session.execute(update(StatusMessage).values(message_id=TelegramId(99)))
        await uploads.advance(tx, owner_id=owner.id, upload_id=upload.id, begin_bytes=0, end_bytes=50)
    async with deps.sessions() as session:
        (message,) = (await session.scalars(select(StatusMessage))).all()
    assert (message.message_id, message.data["percent"], message.version) == (99, 50, 2)
