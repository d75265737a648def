"""A screen: what a message shows and what can be pressed. Pure data; showing it is the context's business."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.actions import Action
from core.telegram import content


@dataclass(frozen=True, slots=True)
class Button:
    """A label and exactly one of: an action, a link, a text to copy."""

    label: str
    action: Action | None = None
    url: str | None = None
    copy: str | None = None

    @property
    def text(self) -> str:
        """The label without HTML: Telegram shows labels as they are."""
        return self.label.unescape() if isinstance(self.label, Markup) else self.label

    def to_telegram(self) -> InlineKeyboardButton:
        if self.action is not None:
            return InlineKeyboardButton(self.text, callback_data=self.action.encode())
        if self.url is not None:
            return InlineKeyboardButton(self.text, url=self.url)
        return InlineKeyboardButton(self.text, copy_text=CopyTextButton(self.copy or self.text))

    def to_content(self) -> content.Button:
        data = self.action.encode() if self.action is not None else None
        return content.Button(text=self.text, data=data, url=self.url, copy_text=self.copy)


Keyboard = Sequence[Sequence[Button]]


@dataclass(frozen=True, slots=True)
class Screen:
    """HTML as Telegram knows it, and rows of buttons under it."""

    text: Markup
    keyboard: Keyboard = ()
    link_preview: bool = False
    picture: bytes | None = None
    """An image file over the text, which is its caption then."""
    media: tuple[content.Media, ...] = ()
    """Stored files over the text. Only deliveries send them: they upload from the storage."""
    reply_keyboard: Sequence[Sequence[KeyboardButton]] | None = None
    """Buttons in place of the user's keyboard: for what only Telegram can ask (a location, a chat). Empty: take them
    away again."""

    def inline_markup(self) -> InlineKeyboardMarkup | None:
        rows = [[button.to_telegram() for button in row] for row in self.keyboard if row]
        return InlineKeyboardMarkup(rows) if rows else None

    def reply_markup(self) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
        if self.reply_keyboard is None:
            return self.inline_markup()
        if not self.reply_keyboard:
            return ReplyKeyboardRemove()
        return ReplyKeyboardMarkup(self.reply_keyboard, resize_keyboard=True, one_time_keyboard=True)

    def to_content(self, *, edit: int | None = None) -> content.Content:
        """As a delivery sends it; `edit` is the message that it should become."""
        rows = tuple(tuple(button.to_content() for button in row) for row in self.keyboard if row)
        return content.Content(
            text=str(self.text), keyboard=rows, link_preview=self.link_preview, media=self.media, edit=edit
        )


def lines(parts: Iterable[str]) -> Markup:
    """Lines of HTML; empty strings become empty lines."""
    return Markup("\n").join(parts)


def clipped(text: str, most: int) -> str:
    """In one line, of at most so many characters."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else f"{plain[: most - 1].rstrip()}…"


def rows_of(buttons: Sequence[Button], *, columns: int) -> list[list[Button]]:
    """Buttons in rows of `columns`."""
    return [list(buttons[start : start + columns]) for start in range(0, len(buttons), columns)]


@dataclass(frozen=True, slots=True)
class Toast:
    """A line over the chat, or a box to be closed."""

    text: str
    alert: bool = field(default=False)
