"""Text messages: send, edit, delete."""

from web.sandbox.call import Call, method
from web.sandbox.formatting import link_preview, message_text
from web.sandbox.methods.sending import send
from web.sandbox.model import Json


@method("sendMessage")
def send_message(call: Call) -> Json:
    return send(call, {**message_text(call), **link_preview(call)})
