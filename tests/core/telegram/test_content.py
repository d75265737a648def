from typing import Any

import pytest
from pydantic import ValidationError

from core.telegram.content import Button, Content, Entity, Media, MediaKind, SentPart, TextFormat

PHOTO = Media(kind=MediaKind.PHOTO, file_id="p")
VIDEO = Media(kind=MediaKind.VIDEO, url="https://example.com/v.mp4", duration_s=3)
AUDIO = Media(kind=MediaKind.AUDIO, storage_key="a/b.mp3", filename="b.mp3")
VOICE = Media(kind=MediaKind.VOICE, file_id="v")
BUTTON = Button(text="Open", url="https://example.com")


@pytest.mark.parametrize(
    "content",
    [
        Content(text="<b>Hello</b>"),
        Content(
            text="Hello",
            format=TextFormat.PLAIN,
            entities=(Entity(type="text_link", offset=0, length=5, url="https://example.com"),),
            keyboard=((BUTTON, Button(text="Yes", data="y")), (Button(text="Copy", copy_text="x"),)),
            link_preview=False,
            silent=True,
            reply_to=5,
        ),
        Content(text="caption", media=(PHOTO, VIDEO)),
        Content(media=(AUDIO,), edit=9),
    ],
)
def test_content_survives_its_json(content: Content) -> None:
    assert Content.from_json(content.to_json()) == content


def test_json_holds_only_what_isnt_obvious() -> None:
    assert Content(text="Hello").to_json() == {"text": "Hello"}
    assert SentPart(message_id=3).to_json() == {"message_id": 3}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": "  \n"},
        {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 1}]},
        {"text": "x", "keyboard": [[]]},
        {"text": "x", "keyboard": [[{"text": "x"}]]},
        {"text": "x", "keyboard": [[{"text": "x", "data": "a", "url": "https://e.com"}]]},
        {"text": "x", "keyboard": [[{"text": "x", "data": "ю" * 33}]]},
        {"text": "x", "colour": "red"},
        {"media": [{"kind": "photo"}]},
        {"media": [{"kind": "photo", "file_id": "x", "url": "https://e.com"}]},
        {"media": [PHOTO.to_json()] * 11},
        {"media": [PHOTO.to_json(), AUDIO.to_json()]},
        {"media": [VOICE.to_json(), VOICE.to_json()]},
        {"text": "x", "media": [PHOTO.to_json()] * 2, "edit": 1},
        {"media": [PHOTO.to_json()] * 2, "keyboard": [[BUTTON.to_json()]]},
    ],
)
def test_what_telegram_could_never_take_isnt_content(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Content.from_json(data)
