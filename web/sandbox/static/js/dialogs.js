// Toasts, dialogs and context menus.

import { byId, el, iconButton, moveFocus } from "./dom.js";
import { icon } from "./icons.js";

const TOAST_MS = 3500;
const LONG_PRESS_MS = 450;

/** A short note at the bottom that goes away by itself. */
export function toast(text) {
  const node = el("div", { class: "toast", dir: "auto" }, text);
  byId("toasts").replaceChildren(node);
  setTimeout(() => node.classList.add("leaving"), TOAST_MS);
  setTimeout(() => node.remove(), TOAST_MS + 300);
}

/** Show a modal dialog; `build(close)` gives its content. Resolves with what it was closed with, or undefined. */
export function openDialog({ title, className = "", build }) {
  return new Promise((resolve) => {
    let result;
    const close = (value) => {
      result = value;
      dialog.close();
    };
    const heading = el("h2", { id: "dialog-title", dir: "auto" }, title);
    const head = el(
      "header",
      {},
      heading,
      iconButton(icon("close"), "Close", () => close()),
    );
    const dialog = el(
      "dialog",
      { class: `dialog ${className}`, "aria-labelledby": "dialog-title" },
      head,
      build(close),
    );
    dialog.addEventListener("click", (event) => event.target === dialog && close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  });
}

const dialogButton = (label, onclick, className = "") =>
  el("button", { type: "button", class: `dialog-button ${className}`, onclick }, label);

/** The box of an answer with show_alert. */
export function alertDialog(text, title) {
  return openDialog({
    title,
    className: "alert",
    build: (close) =>
      el(
        "div",
        { class: "dialog-body" },
        el("p", { dir: "auto" }, text),
        el(
          "footer",
          {},
          el("button", { type: "button", class: "dialog-button", autofocus: true, onclick: () => close() }, "OK"),
        ),
      ),
  });
}

/** Ask before something that can't be taken back; true when confirmed. */
export async function confirmDialog({ title, text, action, danger = false }) {
  const answer = await openDialog({
    title,
    className: "alert",
    build: (close) =>
      el(
        "div",
        { class: "dialog-body" },
        el("p", { dir: "auto" }, text),
        el(
          "footer",
          {},
          dialogButton("Cancel", () => close(false)),
          dialogButton(action, () => close(true), danger ? "danger" : ""),
        ),
      ),
  });
  return answer === true;
}

/** A menu of `items` ({label, icon, danger?, run}) or, above them, quick `reactions` ({emoji, run}), where the event happened. */
export function openMenu(event, items, reactions = []) {
  event.preventDefault();
  document.querySelector(".menu")?.remove();
  const opener = event.target.closest?.("button, .row, [tabindex]") ?? document.activeElement;
  const menu = el("div", { class: "menu", role: "menu", tabindex: "-1" });
  const close = (refocus = true) => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    if (refocus) opener?.focus?.({ preventScroll: true });
  };
  const outside = (pressed) => !menu.contains(pressed.target) && close(false);
  const choose = (run) => () => {
    close();
    run();
  };
  if (reactions.length)
    menu.append(
      el(
        "div",
        { class: "menu-reactions" },
        reactions.map(({ emoji, run }) =>
          el(
            "button",
            { type: "button", role: "menuitem", "aria-label": `React with ${emoji}`, onclick: choose(run) },
            emoji,
          ),
        ),
      ),
    );
  menu.append(
    ...items.map((item) =>
      el(
        "button",
        { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onclick: choose(item.run) },
        icon(item.icon),
        item.label,
      ),
    ),
  );
  menu.addEventListener("keydown", (pressed) => {
    if (pressed.key === "Escape" || pressed.key === "Tab") close();
    else moveFocus(pressed, [...menu.querySelectorAll("[role=menuitem]")]);
  });
  document.body.append(menu);
  placeAt(menu, event, opener);
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector(items.length ? "[role=menuitem]:not(.menu-reactions *)" : "[role=menuitem]").focus();
}

/** At the pointer, or at the element when the menu was opened by keyboard; always inside the window. */
function placeAt(menu, event, opener) {
  const byPointer = event.clientX || event.clientY;
  const box = opener?.getBoundingClientRect?.() ?? { left: 20, bottom: 20 };
  const [x, y] = byPointer ? [event.clientX, event.clientY] : [box.left + 24, box.bottom - 8];
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(x, innerWidth - width - 8));
  const top = y + height + 8 > innerHeight ? Math.max(8, y - height) : y;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}

/** Touch screens: a long press is a right click (browsers that don't say so themselves). */
export function longPress(host, selector) {
  let timer;
  const cancel = () => clearTimeout(timer);
  host.addEventListener(
    "touchstart",
    (event) => {
      const target = event.target.closest(selector);
      if (!target || event.touches.length > 1) return;
      const { clientX, clientY } = event.touches[0];
      const press = () =>
        !document.querySelector(".menu") &&
        event.target.dispatchEvent(
          new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX, clientY }),
        );
      timer = setTimeout(press, LONG_PRESS_MS);
    },
    { passive: true },
  );
  for (const type of ["touchend", "touchmove", "touchcancel"]) host.addEventListener(type, cancel, { passive: true });
}

/** Choose one of `chats`; `extra` offers more ways below the list. Resolves with the chat, or undefined. */
export function chooseChat({ title, chats, row, empty, extra = [] }) {
  return openDialog({
    title,
    className: "chooser",
    build: (close) => {
      const list = el(
        "div",
        { class: "chooser-list", role: "list" },
        chats.map((chat) => row(chat, () => close(chat))),
      );
      list.addEventListener("keydown", (event) => moveFocus(event, [...list.querySelectorAll("button")]));
      const nothing = chats.length === 0 && el("p", { class: "empty" }, empty);
      const more = extra.map(({ label, value }) => dialogButton(label, () => close(value)));
      return el("div", { class: "dialog-body" }, nothing, list, more.length > 0 && el("footer", {}, more));
    },
  });
}
