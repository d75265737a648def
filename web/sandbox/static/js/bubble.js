// One message, or one album, as a row of the timeline.

import { el, iconButton } from "./dom.js";
import { emojiCount, formatted } from "./entities.js";
import { fullTimeOf, timeOf } from "./format.js";
import { icon, tail, ticks } from "./icons.js";
import { inlineKeyboard } from "./keyboards.js";
import { albumGrid, isVisual, mediaKind, mediaOf, summary } from "./media.js";
import { avatar, hueOf, originOf, senderOf } from "./people.js";
import { serviceLine } from "./service.js";

/** Build the row for `messages` (more than one: an album) in `chat`. */
export function messageRow(messages, chat, actions) {
  const message = messages[0];
  const line = serviceLine(message);
  if (line) return serviceRow(message, line);
  const isMine = message.outgoing && chat.type !== "channel";
  const row = el("article", {
    class: `row ${isMine ? "out" : "in"}`,
    tabindex: "-1",
    dataset: { messageId: message.message_id },
    "aria-label": spoken(messages),
  });
  const showsSender = !isMine && chat.type !== "private";
  if (showsSender && chat.type !== "channel")
    row.append(avatar({ ...senderOf(message), isBot: message.from?.is_bot && !message.sender_chat }));
  const column = el(
    "div",
    { class: "column" },
    bubble(messages, showsSender, actions),
    inlineKeyboard(messages.at(-1), actions),
  );
  row.append(column, rowTools(message, actions));
  row.addEventListener("contextmenu", (event) => actions.onMenu(event, clicked(event, messages)));
  return row;
}

const clicked = (event, messages) => {
  const id = event.target.closest?.(".album [data-message-id]")?.dataset.messageId;
  return messages.find((message) => String(message.message_id) === id) ?? messages[0];
};

function spoken(messages) {
  const message = messages[0];
  const who = message.outgoing ? "You" : senderOf(message).name;
  const what = messages.length > 1 ? `Album of ${messages.length}` : summary(message);
  return `${who}, ${timeOf(message.date)}: ${what.slice(0, 200)}`;
}

function serviceRow(message, line) {
  return el(
    "div",
    { class: "service", dataset: { messageId: message.message_id }, title: fullTimeOf(message.date) },
    el("span", { dir: "auto" }, line),
  );
}

function bubble(messages, showsSender, actions) {
  const message = messages[0];
  const captioned = messages.find((each) => each.caption) ?? message;
  const text = message.text ?? captioned.caption;
  const jumbo = mediaKind(message) ? 0 : emojiCount(message.text);
  const heads = [
    showsSender && senderName(message),
    viaBot(message),
    forwardedFrom(message),
    replyQuote(message, actions),
  ].filter(Boolean);
  const media =
    messages.length > 1 && messages.every(isVisual)
      ? albumGrid(messages, actions)
      : messages.map((each) => mediaOf(each, actions));
  const meta = metaOf(messages.at(-1), actions);
  const node = el("div", { class: "bubble", dataset: { kind: mediaKind(message) ?? "text" } });
  node.classList.toggle("visual-only", isVisual(message) && !text);
  node.classList.toggle("with-visual", isVisual(message));
  node.classList.toggle("has-head", heads.length > 0);
  if (jumbo) node.classList.add("jumbo", `jumbo-${jumbo}`);
  const above = captioned.show_caption_above_media && text;
  const body = text ? textOf(text, message.text ? message.entities : captioned.caption_entities, actions) : null;
  node.append(...heads, ...(above ? [body] : []), ...[media].flat().filter(Boolean), ...(body && !above ? [body] : []));
  (body && !above ? body : node).append(reactionsOf(message, actions) ?? "", meta);
  node.append(tail());
  return node;
}

function textOf(text, entities, actions) {
  return el("div", { class: "text", dir: "auto" }, formatted(text, entities ?? [], actions));
}

function senderName(message) {
  const { id, name } = senderOf(message);
  return el("div", { class: "sender", dir: "auto", style: { "--hue": hueOf(id) } }, name);
}

function forwardedFrom(message) {
  const origin = originOf(message);
  return origin && el("div", { class: "forwarded" }, "Forwarded from ", el("b", { dir: "auto" }, origin));
}

function viaBot(message) {
  return message.via_bot && el("div", { class: "forwarded" }, "via ", el("b", {}, `@${message.via_bot.username}`));
}

function replyQuote(message, actions) {
  const replied = message.reply_to_message;
  if (!replied) return null;
  const who = senderOf(replied);
  const attrs = {
    type: "button",
    class: "reply-quote",
    "aria-label": `In reply to ${who.name}. Go to that message`,
    onclick: () => actions.onJump(replied.message_id),
    style: { "--hue": hueOf(who.id) },
  };
  return el(
    "button",
    attrs,
    el("b", { dir: "auto" }, who.name),
    el("span", { dir: "auto" }, message.quote?.text ?? summary(replied)),
  );
}

function metaOf(message, actions) {
  const parts = [
    message.edit_date && el("span", { class: "edited" }, "edited"),
    el("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message.date)),
  ];
  if (message.author_signature)
    parts.unshift(el("span", { class: "signature", dir: "auto" }, message.author_signature));
  if (message.outgoing) parts.push(ticks(message.pending ?? "sent"));
  const node = el("span", { class: "meta", dir: "ltr", title: fullTimeOf(message.date) }, parts);
  if (message.pending === "failed") {
    node.append(el("button", { type: "button", class: "retry", onclick: () => actions.onRetry(message) }, "Retry"));
  }
  return node;
}

function reactionsOf(message, actions) {
  if (!message.reactions?.length) return null;
  const chips = message.reactions.map(({ emoji }) =>
    el(
      "button",
      {
        type: "button",
        class: "reaction",
        "aria-label": `Take ${emoji} back`,
        onclick: () => actions.onReact(message, null),
      },
      emoji,
    ),
  );
  return el("span", { class: "reactions" }, chips);
}

/** Shown on hover and when the row has the focus: a quick reply and the menu. */
function rowTools(message, actions) {
  if (message.pending) return "";
  const open = (event) => actions.onMenu(event, message);
  return el(
    "div",
    { class: "row-tools" },
    iconButton(icon("reply"), "Reply", () => actions.onReply(message), { class: "small", tabindex: "-1" }),
    iconButton(icon("dots"), "More", open, { class: "small", tabindex: "-1", "aria-haspopup": "menu" }),
  );
}

/** The row of a draft that is being streamed: the text so far and a caret. */
export function draftRow(draft, actions) {
  const text = draft.text
    ? textOf(draft.text, draft.entities, actions)
    : el("div", { class: "text thinking" }, "Thinking", el("span", { class: "dots" }, el("i"), el("i"), el("i")));
  if (draft.text) text.append(el("span", { class: "caret" }));
  return el(
    "article",
    { class: "row in last draft", "aria-hidden": "true" },
    el("div", { class: "column" }, el("div", { class: "bubble", dataset: { kind: "text" } }, text, tail())),
  );
}
