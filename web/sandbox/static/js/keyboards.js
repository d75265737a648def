// Inline keyboards under messages and reply keyboards under the composer.

import { el } from "./dom.js";
import { icon } from "./icons.js";

const SILENT_MS = 15_000;
const STYLES = new Set(["danger", "success", "primary"]);

/** Buttons under a bubble. `actions`: `onPress(message, row, column) -> Promise`, `onLink(url)`, `onCopy(text)`, `onPay(message)`. */
export function inlineKeyboard(message, actions) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  const lines = rows.map((row, y) =>
    el(
      "div",
      { class: "inline-row" },
      row.map((button, x) => inlineButton(message, button, { row: y, column: x }, actions)),
    ),
  );
  return el("div", { class: "inline-keyboard", role: "group", "aria-label": "Buttons of this message" }, lines);
}

function inlineButton(message, button, place, actions) {
  const mark = markOf(button);
  const label = el("span", { class: "button-label", dir: "auto" }, button.text);
  const node = el(
    "button",
    { type: "button", class: "inline-button", dataset: { row: place.row, column: place.column } },
    label,
    mark && icon(mark),
  );
  if (STYLES.has(button.style)) node.classList.add(button.style);
  if (button.url) node.setAttribute("role", "link");
  node.addEventListener("click", () => {
    if (button.url) actions.onLink(button.url);
    else if (button.copy_text) actions.onCopy(button.copy_text.text);
    else if (button.pay) whileBusy(node, () => actions.onPay(message));
    else if (button.callback_data !== undefined)
      whileBusy(node, () => actions.onPress(message, place.row, place.column));
    else actions.onUnsupported(button);
  });
  return node;
}

function markOf(button) {
  if (button.url) return "external";
  if (button.copy_text) return "copy";
  return null;
}

/** A shimmer over the button until `work` is done, or for as long as a client would wait. */
async function whileBusy(node, work) {
  if (node.classList.contains("busy")) return;
  node.classList.add("busy");
  node.setAttribute("aria-busy", "true");
  const patience = new Promise((resolve) => setTimeout(resolve, SILENT_MS));
  try {
    await Promise.race([work(), patience]);
  } finally {
    node.classList.remove("busy");
    node.removeAttribute("aria-busy");
  }
}

/** The panel of a ReplyKeyboardMarkup. `onButton(button)` does what the button asks for. */
export function replyKeyboard(markup, onButton) {
  const rows = markup.keyboard.map((row) =>
    el(
      "div",
      { class: "reply-row" },
      row.map((button) => replyButton(button, onButton)),
    ),
  );
  const panel = el("div", { class: "reply-keyboard", role: "group", "aria-label": "Reply keyboard" }, rows);
  panel.classList.toggle("resized", Boolean(markup.resize_keyboard));
  return panel;
}

const REQUEST_ICONS = {
  request_chat: "megaphone",
  request_users: "people",
  request_contact: "phone",
  request_location: "pin",
};

function replyButton(given, onButton) {
  const button = typeof given === "string" ? { text: given } : given;
  const request = Object.keys(REQUEST_ICONS).find((name) => button[name]);
  const node = el(
    "button",
    { type: "button", class: "reply-button", onclick: () => onButton(button) },
    request && icon(REQUEST_ICONS[request]),
    el("span", { dir: "auto" }, button.text),
  );
  if (STYLES.has(button.style)) node.classList.add(button.style);
  return node;
}
