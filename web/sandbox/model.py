"""What the sandbox's Telegram consists of: people, bots, chats, members, messages, files."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Self

Json = dict[str, Any]
ChatKey = tuple[int, int]
"""(bot id for a private chat, else 0; chat id as the Bot API shows it)."""

ADMIN_RIGHTS_OF_ALL = ("can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users",
                       "can_restrict_members", "can_promote_members", "can_manage_video_chats",
                       "can_post_stories", "can_edit_stories", "can_delete_stories")  # fmt: skip
ADMIN_RIGHTS = {
    "channel": (*ADMIN_RIGHTS_OF_ALL, "can_post_messages", "can_edit_messages"),
    "supergroup": (*ADMIN_RIGHTS_OF_ALL, "can_pin_messages"),
    "group": (*ADMIN_RIGHTS_OF_ALL, "can_pin_messages"),
}
"""The rights that an administrator can have, by type of chat."""


class Record:
    """A dataclass that is stored as one JSON document."""

    def to_row(self) -> Json:
        """The fields; records among them are turned into rows when the JSON is written."""
        names = (field.name for field in dataclasses.fields(self))  # type: ignore[arg-type] # subclasses are dataclasses
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_row(cls, row: Json) -> Self:
        return cls(**row)


@dataclass(slots=True)
class User(Record):
    """A person."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    deleted: bool = False

    def public(self) -> Json:
        shown = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            **{name: value for name, value in shown.items() if value},
        }


@dataclass(slots=True)
class Webhook(Record):
    """Where a bot's updates are pushed, and how that went."""

    url: str
    secret_token: str = ""
    ip_address: str = ""
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass(slots=True)
class Bot(Record):
    """A bot account and all that its owner set."""

    id: int
    token: str
    username: str
    first_name: str
    webhook: Webhook | None = None
    allowed_updates: list[str] | None = None
    texts: dict[str, str] = field(default_factory=dict)
    """"name|description|short_description:<language>" -> text."""
    commands: dict[str, list[Json]] = field(default_factory=dict)
    """"<scope>:<language>" -> commands."""
    menu_buttons: dict[str, Json] = field(default_factory=dict)
    """Chat id, or "default" -> MenuButton."""
    default_rights: dict[str, dict[str, bool]] = field(default_factory=dict)

    def public(self) -> Json:
        name = self.texts.get("name:") or self.first_name
        return {"id": self.id, "is_bot": True, "first_name": name, "username": self.username}

    @classmethod
    def from_row(cls, row: Json) -> Self:
        webhook = row.pop("webhook")
        return cls(**row, webhook=Webhook.from_row(webhook) if webhook else None)


@dataclass(slots=True)
class Member(Record):
    """Somebody's standing in a group or channel."""

    user_id: int
    status: str
    rights: dict[str, bool] = field(default_factory=dict)

    @property
    def is_in(self) -> bool:
        return self.status in {"creator", "administrator", "member"}

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, False))


@dataclass(slots=True)
class Chat(Record):
    """A private chat of one person and one bot, a basic group, a supergroup, or a channel."""

    bot_id: int
    """The private chat's bot; 0 for all others."""
    id: int
    type: str
    title: str | None = None
    username: str | None = None
    members: dict[int, Member] = field(default_factory=dict)
    started: bool = True
    blocked: bool = False
    pinned: list[int] = field(default_factory=list)
    reply_keyboard: Json | None = None
    migrated_to: int | None = None
    cleared_up_to: dict[int, int] = field(default_factory=dict)
    read_up_to: dict[int, int] = field(default_factory=dict)
    chat_instance: str = ""

    @property
    def key(self) -> ChatKey:
        return self.bot_id, self.id

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    @property
    def is_channel(self) -> bool:
        return self.type == "channel"

    @property
    def noun(self) -> str:
        """How Telegram's error texts call it."""
        return f"{self.type} chat"

    @property
    def audience(self) -> list[int]:
        """Ids of everybody in it, bots too."""
        return [member.user_id for member in self.members.values() if member.is_in]

    def member(self, user_id: int) -> Member:
        return self.members.get(user_id) or Member(user_id, "left")

    @classmethod
    def from_row(cls, row: Json) -> Self:
        members = {int(key): Member.from_row(value) for key, value in row.pop("members").items()}
        marks: Json = {name: _by_user(row.pop(name)) for name in ("cleared_up_to", "read_up_to")}
        return cls(**row, **marks, members=members)


def _by_user(marks: Json) -> dict[int, int]:
    """JSON has no whole numbers for keys."""
    return {int(key): value for key, value in marks.items()}


@dataclass(slots=True)
class Message(Record):
    """A message as stored. `content` holds the Bot API's fields, without those that depend on where it stands."""

    bot_id: int
    chat_id: int
    id: int
    date: int
    sender_id: int
    """The person or bot who sent it; for a channel post, who pressed Send."""
    content: Json
    reply_to: int | None = None
    via_chat: bool = False
    """Posted in the chat's own name: channel posts."""
    deleted: bool = False
    reactions: dict[str, list[Json]] = field(default_factory=dict)
    """User id -> reactions."""

    @property
    def key(self) -> ChatKey:
        return self.bot_id, self.chat_id

    @property
    def is_service(self) -> bool:
        return not SERVICE_FIELDS.isdisjoint(self.content)


SERVICE_FIELDS = frozenset({
    "new_chat_members", "left_chat_member", "new_chat_title", "pinned_message", "migrate_to_chat_id",
    "migrate_from_chat_id", "chat_shared", "users_shared", "successful_payment", "refunded_payment",
    "group_chat_created", "supergroup_chat_created", "channel_chat_created", "write_access_allowed",
})  # fmt: skip


@dataclass(slots=True)
class StoredFile(Record):
    """A file's bytes under `path` (in the files folder), and what the Bot API tells about them."""

    file_id: str
    unique_id: str
    kind: str
    """photo, video, audio, voice, document, animation, video_note, thumbnail."""
    path: str
    size: int
    name: str | None = None
    mime: str | None = None
    details: Json = field(default_factory=dict)
    """width, height, duration, performer, title, and ids of sizes and thumbnail."""
