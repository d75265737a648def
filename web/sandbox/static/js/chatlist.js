// The left pane: the chats, newest first.

import { el, moveFocus } from "./dom.js";
import { actionLabel, listTime } from "./format.js";
import { icon, ticks } from "./icons.js";
import { summary } from "./media.js";
import { avatar, chatTitle, senderOf } from "./people.js";
import { serviceLine } from "./service.js";

const TYPE_ICONS = { channel: "megaphone", group: "people", supergroup: "people" };

export class ChatList {
  #filter = "";

  constructor({ host, search, store, onOpen, onMenu }) {
    Object.assign(this, { host, store, onOpen, onMenu });
    search.addEventListener("input", () => {
      this.#filter = search.value.trim().toLowerCase();
      this.render();
    });
    host.addEventListener("keydown", (event) => moveFocus(event, [...host.querySelectorAll("button")]));
    for (const type of ["chats", "typing"]) store.addEventListener(type, () => this.render());
  }

  select(chatId) {
    this.selected = chatId;
    this.render();
  }

  render() {
    const chats = this.store.sortedChats().filter((chat) => chatTitle(chat).toLowerCase().includes(this.#filter));
    const focused = document.activeElement?.closest?.("#chat-list button")?.dataset.chatId;
    const nothing = el("p", { class: "empty" }, "No chat by that name");
    this.host.replaceChildren(
      ...(chats.length ? chats.map((chat) => el("div", { role: "listitem" }, this.#row(chat))) : [nothing]),
    );
    if (focused) this.host.querySelector(`[data-chat-id="${focused}"]`)?.focus();
  }

  #row(chat) {
    const last = chat.last_message;
    const selected = chat.id === this.selected;
    const attrs = {
      type: "button",
      class: "chat-row",
      "aria-current": selected ? "true" : null,
      dataset: { chatId: chat.id },
      onclick: () => this.onOpen(chat.id),
      oncontextmenu: (event) => this.onMenu(event, chat),
    };
    const mark = TYPE_ICONS[chat.type] && el("span", { class: "chat-type" }, icon(TYPE_ICONS[chat.type]));
    const top = el(
      "span",
      { class: "chat-row-top" },
      mark,
      el("span", { class: "chat-title", dir: "auto" }, chatTitle(chat)),
      last?.outgoing && ticks("sent"),
      last && el("time", {}, listTime(last.date)),
    );
    const unread =
      chat.unread > 0 && el("span", { class: "unread", "aria-label": `${chat.unread} unread` }, String(chat.unread));
    const bottom = el("span", { class: "chat-row-bottom" }, this.#preview(chat, last), unread);
    return el("button", attrs, chatAvatar(chat), el("span", { class: "chat-row-body" }, top, bottom));
  }

  #preview(chat, last) {
    const { typing, draft } = this.store.history(chat.id);
    if (typing || draft) return el("span", { class: "preview acting" }, `${actionLabel(typing ?? "typing")}…`);
    if (!last)
      return el("span", { class: "preview" }, chat.type === "private" ? "Press Start to begin" : "No messages yet");
    const line = serviceLine(last);
    if (line) return el("span", { class: "preview", dir: "auto" }, line);
    const who =
      chat.type !== "private" &&
      chat.type !== "channel" &&
      el("span", { class: "preview-sender" }, `${last.outgoing ? "You" : senderOf(last).name}: `);
    return el("span", { class: "preview", dir: "auto" }, who, summary(last).replace(/\s+/g, " ").slice(0, 120));
  }
}

export const chatAvatar = (chat) => avatar({ id: chat.id, name: chatTitle(chat), isBot: chat.type === "private" });

/** A row for the choosers of chats. */
export function chooserRow(chat, onclick) {
  return el(
    "button",
    { type: "button", class: "chat-row compact", onclick },
    chatAvatar(chat),
    el(
      "span",
      { class: "chat-row-body" },
      el("span", { class: "chat-title", dir: "auto" }, chatTitle(chat)),
      el("span", { class: "preview" }, kindLabel(chat)),
    ),
  );
}

export function kindLabel(chat) {
  if (chat.type === "private") return "bot";
  if (chat.type === "channel")
    return chat.members === 1 ? "channel, 1 member" : `channel, ${chat.members ?? 1} members`;
  return chat.members === 1 ? "group, 1 member" : `group, ${chat.members ?? 1} members`;
}
