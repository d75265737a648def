// Making channels and groups, and who the bot is in them.

import { el } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { icon } from "./icons.js";
import { chatAvatar, kindLabel } from "./chatlist.js";
import { chatTitle } from "./people.js";

const RIGHTS = {
  channel: {
    can_post_messages: "Post messages",
    can_edit_messages: "Edit messages of others",
    can_delete_messages: "Delete messages",
    can_invite_users: "Invite people",
  },
  group: {
    can_delete_messages: "Delete messages",
    can_restrict_members: "Ban people",
    can_invite_users: "Invite people",
    can_pin_messages: "Pin messages",
  },
};

const rightsFor = (chat) => (chat.type === "channel" ? RIGHTS.channel : RIGHTS.group);

/** Ask for a new chat; resolves with `{type, title, username}` or undefined. */
export function newChatDialog(type) {
  const noun = type === "channel" ? "channel" : "group";
  return openDialog({
    title: `New ${noun}`,
    build: (close) => {
      const title = el("input", {
        type: "text",
        required: true,
        maxlength: 128,
        placeholder: `${noun === "channel" ? "Channel" : "Group"} name`,
        "aria-label": "Name",
        dir: "auto",
        autofocus: true,
      });
      const username = el("input", {
        type: "text",
        pattern: "[A-Za-z][A-Za-z0-9_]{3,31}",
        placeholder: "username (optional)",
        "aria-label": "Public username",
        title: "4 to 32 letters, digits or underscores",
        autocapitalize: "off",
        spellcheck: "false",
      });
      const form = el(
        "form",
        { class: "dialog-body fields" },
        title,
        username,
        el("footer", {}, el("button", { type: "submit", class: "dialog-button primary" }, "Create")),
      );
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (title.value.trim())
          close({
            type: noun === "channel" ? "channel" : "supergroup",
            title: title.value.trim(),
            username: username.value.trim() || undefined,
          });
      });
      return form;
    },
  });
}

/**
 * What a chat is and what can be done with it. `on`: `setBot(status, rights)`, `toggleBlock()`, `clear()`;
 * `member` is the bot's ChatMember in a channel or group.
 */
export function chatInfoDialog({ chat, bot, member, about, on }) {
  return openDialog({
    title: chat.type === "private" ? "Bot info" : chat.type === "channel" ? "Channel info" : "Group info",
    className: "info",
    build: (close) => {
      const handle = chat.username ? `@${chat.username}` : kindLabel(chat);
      const face = el(
        "div",
        { class: "info-face" },
        chatAvatar(chat),
        el("b", { dir: "auto" }, chatTitle(chat)),
        el("span", {}, handle),
      );
      const body =
        chat.type === "private" ? privatePart(chat, about, on, close) : botPart({ chat, bot, member, on, close });
      return el("div", { class: "dialog-body" }, face, body);
    },
  });
}

const wide = (iconName, label, onclick, className = "") =>
  el("button", { type: "button", class: `wide ${className}`, onclick }, icon(iconName), label);

function privatePart(chat, about, on, close) {
  const run = (action) => () => {
    close();
    action();
  };
  return [
    about && el("p", { class: "about", dir: "auto" }, about),
    wide("broom", "Clear history", run(on.clear)),
    wide("block", chat.blocked ? "Unblock bot" : "Block bot", run(on.toggleBlock), chat.blocked ? "" : "danger"),
  ];
}

function botPart({ chat, bot, member, on, close }) {
  const isAdmin = member?.status === "administrator";
  const isMember = isAdmin || member?.status === "member";
  const given = (right) => (isAdmin ? Boolean(member[right]) : true);
  const boxes = Object.entries(rightsFor(chat)).map(([right, label]) => {
    const box = el("input", { type: "checkbox", name: right, checked: given(right) });
    return el("label", { class: "choice" }, label, box);
  });
  const rights = () => Object.fromEntries(boxes.map((label) => [label.lastChild.name, label.lastChild.checked]));
  const set = (status, withRights) => () => {
    close();
    on.setBot(status, withRights ? rights() : {});
  };
  const state = isAdmin ? "is an admin here" : isMember ? "is a member here" : "isn't here yet";
  return [
    el("p", { class: "about" }, el("b", { dir: "auto" }, bot.first_name), ` ${state}. As an admin it may:`),
    el("div", { class: "rights" }, boxes),
    el(
      "footer",
      { class: "stacked" },
      el(
        "button",
        { type: "button", class: "dialog-button primary", autofocus: true, onclick: set("administrator", true) },
        isAdmin ? "Save the rights" : "Add the bot as admin",
      ),
      chat.type !== "channel" &&
        !isMember &&
        el(
          "button",
          { type: "button", class: "dialog-button", onclick: set("member", false) },
          "Add as a plain member",
        ),
      isMember &&
        el(
          "button",
          { type: "button", class: "dialog-button danger", onclick: set("kicked", false) },
          "Remove the bot",
        ),
    ),
  ];
}

/** Ask for a place; resolves with `{latitude, longitude}` or undefined. */
export function placeDialog() {
  const number = (name, value, most) =>
    el("input", {
      type: "number",
      name,
      value,
      min: -most,
      max: most,
      step: "any",
      required: true,
      "aria-label": name,
    });
  return openDialog({
    title: "Share a location",
    build: (close) => {
      const [latitude, longitude] = [number("latitude", 52.52, 90), number("longitude", 13.405, 180)];
      const form = el(
        "form",
        { class: "dialog-body fields" },
        el("label", {}, "Latitude", latitude),
        el("label", {}, "Longitude", longitude),
        el("footer", {}, el("button", { type: "submit", class: "dialog-button primary" }, "Share")),
      );
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        close({ latitude: Number(latitude.value), longitude: Number(longitude.value) });
      });
      return form;
    },
  });
}
