// The list of messages of the open chat: days, groups of bubbles, scrolling, older pages.

import { el, moveFocus } from "./dom.js";
import { draftRow, messageRow } from "./bubble.js";
import { dayLabel, dayOf } from "./format.js";
import { senderOf } from "./people.js";
import { serviceLine } from "./service.js";

const GROUP_S = 10 * 60;
const NEAR_BOTTOM_PX = 60;
const LOAD_AHEAD_PX = 700;
const REST_MS = 1200;
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

export class Timeline {
  #chat = null;
  #sticks = true;
  #gliding = false;
  #missed = 0;
  #unreadFrom = null;
  #restTimer;

  /** `scroller` scrolls, `days` (the log) holds the messages, `draftHost` a streamed draft, `jumpButton` goes to the newest. */
  constructor({ scroller, days, draftHost, jumpButton, store, actions, loadOlder }) {
    Object.assign(this, { scroller, days, draftHost, jumpButton, store, actions, loadOlder });
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    scroller.addEventListener("scrollend", () => this.#scrollEnded());
    for (const type of ["wheel", "touchmove", "keydown"])
      scroller.addEventListener(type, () => (this.#gliding = false), { passive: true });
    days.addEventListener("keydown", (event) => this.#onKey(event));
    jumpButton.addEventListener("click", () => this.toBottom());
    const observer = new ResizeObserver(() => this.#resized());
    for (const node of [scroller, days, draftHost]) observer.observe(node);
  }

  /** Switch to a chat whose first page is loaded; `unread` messages at its end get a divider above them. */
  show(chat, unread = 0) {
    this.#chat = chat;
    this.#missed = 0;
    const incoming = this.store.messages(chat.id).filter((message) => !message.outgoing);
    this.#unreadFrom = unread > 0 && unread < incoming.length ? incoming.at(-unread).message_id : null;
    this.days.replaceChildren();
    this.#sticks = true;
    this.render();
    this.#snapToBottom();
  }

  get chatId() {
    return this.#chat?.id;
  }

  /** Bring the rows up to date with the store; `added` are messages that came in live. */
  render(added = []) {
    const anchor = this.#sticks ? null : this.#anchor();
    const history = this.store.history(this.#chat.id);
    this.#reconcileDays(this.#rows(), added);
    this.#renderDraft(history.draft);
    if (anchor) this.scroller.scrollTop += anchor.row.getBoundingClientRect().top - anchor.top;
    this.#noteAdded(added);
    this.#showJump();
  }

  toBottom() {
    this.#missed = 0;
    this.#sticks = true;
    this.#glide();
  }

  /** Scroll to a message and flash it; false when it isn't loaded. */
  reveal(messageId) {
    const row = this.days.querySelector(`[data-message-id="${CSS.escape(String(messageId))}"]`);
    if (!row) return false;
    this.#sticks = false;
    row.scrollIntoView({ block: "center", behavior: reducedMotion.matches ? "auto" : "smooth" });
    row.classList.remove("flash");
    requestAnimationFrame(() => row.classList.add("flash"));
    row.addEventListener("animationend", () => row.classList.remove("flash"), { once: true });
    return true;
  }

  /** What stands in the timeline: albums joined, first and last of each group of bubbles marked. */
  #rows() {
    const rows = [];
    for (const message of this.store.messages(this.#chat.id)) {
      const previous = rows.at(-1);
      if (previous && message.media_group_id && previous.messages[0].media_group_id === message.media_group_id)
        previous.messages.push(message);
      else rows.push({ messages: [message] });
    }
    rows.forEach((row, index) => {
      row.first = !together(rows[index - 1], row);
      row.last = !together(row, rows[index + 1]);
    });
    return this.#markRead(rows);
  }

  /** A bot has seen what came before its last answer. */
  #markRead(rows) {
    let answered = false;
    for (const row of rows.toReversed()) {
      row.read = answered && this.#chat.type !== "channel";
      if (!row.messages[0].outgoing) answered = true;
    }
    return rows;
  }

  #reconcileDays(rows, added) {
    const byDay = Map.groupBy(rows, (row) => dayOf(row.messages[0].date));
    const sections = [...byDay].map(([day, dayRows]) => ({
      key: day,
      signature: dayLabel(dayRows[0].messages[0].date),
      rows: dayRows,
    }));
    reconcile(this.days, sections, ({ signature }) =>
      el(
        "section",
        { class: "day" },
        el("div", { class: "day-label" }, el("span", {}, signature)),
        el("div", { class: "day-rows" }),
      ),
    );
    const fresh = new Set(added.map((message) => message.message_id));
    for (const section of sections) this.#reconcileRows(section.node.lastChild, section.rows, fresh);
  }

  #reconcileRows(host, rows, fresh) {
    const entries = rows.map((row) => ({
      ...row,
      key: String(row.messages[0].message_id),
      signature: row.messages.map((message) => `${message.message_id}.${message.revision}`).join(),
    }));
    reconcile(host, entries, ({ messages }) => {
      const node = messageRow(messages, this.#chat, this.actions);
      const isNew = messages[0].pending
        ? !messages[0].revision
        : fresh.has(messages[0].message_id) && !messages[0].outgoing;
      if (isNew && !this.draftHost.firstChild) node.classList.add("enter");
      return node;
    });
    for (const { node, first, last, read, messages } of entries) {
      node.classList.toggle("first", first);
      node.classList.toggle("last", last);
      node.classList.toggle("read", read);
      node.classList.toggle("unread-from", messages[0].message_id === this.#unreadFrom);
    }
  }

  #renderDraft(draft) {
    if (draft) this.draftHost.replaceChildren(draftRow(draft, this.actions));
    else this.draftHost.replaceChildren();
  }

  #noteAdded(added) {
    if (added.length === 0) return;
    if (this.#sticks || added.some((message) => message.outgoing)) this.toBottom();
    else this.#missed += added.length;
  }

  #anchor() {
    const top = this.scroller.getBoundingClientRect().top;
    const row = [...this.days.querySelectorAll(".day-rows > *")].find(
      (node) => node.getBoundingClientRect().bottom > top,
    );
    return row ? { row, top: row.getBoundingClientRect().top } : null;
  }

  #distanceToBottom() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  /** A day's label that floats over messages shows only while one scrolls. */
  #showDays() {
    const labels = [...this.days.querySelectorAll(".day-label")];
    for (const label of labels) label.classList.remove("resting");
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      for (const label of labels) label.classList.toggle("resting", label.offsetTop > 2);
    }, REST_MS);
  }

  #scrolled() {
    this.#showDays();
    if (!this.#gliding) this.#sticks = this.#distanceToBottom() < NEAR_BOTTOM_PX;
    if (this.#sticks) this.#missed = 0;
    if (this.scroller.scrollTop < LOAD_AHEAD_PX && !this.#gliding) this.loadOlder();
    this.#showJump();
  }

  #scrollEnded() {
    this.#gliding = false;
    this.#scrolled();
  }

  #resized() {
    if (this.#sticks && !this.#gliding) this.#snapToBottom();
    else if (this.#gliding) this.#glide();
  }

  #snapToBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #glide() {
    if (reducedMotion.matches || this.#distanceToBottom() > 3 * this.scroller.clientHeight) return this.#snapToBottom();
    if (this.#distanceToBottom() < 1) return undefined;
    this.#gliding = true;
    return this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: "smooth" });
  }

  #showJump() {
    const away = this.#distanceToBottom() > 200 && !this.#gliding;
    this.jumpButton.classList.toggle("shown", away);
    this.jumpButton.tabIndex = away ? 0 : -1;
    this.jumpButton.querySelector(".count").textContent = this.#missed > 0 ? String(this.#missed) : "";
    this.jumpButton.setAttribute(
      "aria-label",
      this.#missed > 0 ? `Go to ${this.#missed} new messages` : "Go to the newest message",
    );
  }

  /** Arrow keys walk through the messages; Enter opens a message's menu. */
  #onKey(event) {
    const row = event.target.closest(".row");
    if (event.target !== this.days && event.target !== row) return;
    const rows = [...this.days.querySelectorAll(".row")];
    if (event.target === this.days && event.key === "ArrowUp") rows.at(-1)?.focus();
    else if (row && event.key === "Enter")
      row.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true }));
    else if (row && event.key === "ArrowDown" && row === rows.at(-1)) this.actions.onLeaveTimeline();
    else moveFocus(event, rows);
  }
}

function together(above, below) {
  if (!above || !below) return false;
  const [one, two] = [above.messages.at(-1), below.messages[0]];
  if (serviceLine(one) || serviceLine(two) || dayOf(one.date) !== dayOf(two.date)) return false;
  const bothMine = one.outgoing && two.outgoing;
  return (bothMine || senderOf(one).id === senderOf(two).id) && two.date - one.date < GROUP_S;
}

/** Make `host`'s children match `entries` ({key, signature}): keep what is unchanged, build the rest; sets `entry.node`. */
function reconcile(host, entries, build) {
  const keys = new Set(entries.map((entry) => entry.key));
  for (const node of [...host.children]) if (!keys.has(node.dataset.key)) node.remove();
  const existing = new Map([...host.children].map((node) => [node.dataset.key, node]));
  let at = host.firstChild;
  for (const entry of entries) {
    const old = existing.get(entry.key);
    entry.node = old?.dataset.signature === entry.signature ? old : keyed(build(entry), entry);
    if (old && old !== entry.node) {
      if (at === old) at = entry.node;
      old.replaceWith(entry.node);
    }
    if (entry.node === at) at = at.nextSibling;
    else host.insertBefore(entry.node, at);
  }
}

function keyed(node, { key, signature }) {
  Object.assign(node.dataset, { key, signature });
  return node;
}
