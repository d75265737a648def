"""Answers to presses on inline buttons."""

from web.sandbox.call import Call, method
from web.sandbox.errors import bad_request
from web.sandbox.model import Json

TEXT_LIMIT = 200


@method("answerCallbackQuery")
def answer_callback_query(call: Call) -> bool:
    if len(call.text("text")) > TEXT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    query = call.world.queries.answer(call.text("callback_query_id"), call.bot.id)
    answer: Json = {"text": call.text("text"), "show_alert": call.flag("show_alert"), "url": call.text("url") or None}
    call.world.queries.deliver(query.id, answer)
    call.world.events.add(
        "callback_answer", query.key, frozenset({query.user_id}),
        query_id=query.id, message_id=query.about["message_id"], **answer,
    )  # fmt: skip
    return True
