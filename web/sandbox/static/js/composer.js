// Where one writes: the text field, what it refers to, commands, the reply keyboard, and what stands in its place.

import { byId, el, iconButton } from "./dom.js";
import { CommandMenu } from "./commandmenu.js";
import { duration } from "./format.js";
import { icon } from "./icons.js";
import { InlineMenu } from "./inlinemenu.js";
import { replyKeyboard } from "./keyboards.js";
import { summary } from "./media.js";
import { MESSAGE_LIMIT } from "./outgoing.js";
import { hueOf, senderOf } from "./people.js";
import { canRecord, startRecording } from "./recorder.js";

const MAX_HEIGHT_PX = 260;
const COUNT_FROM = MESSAGE_LIMIT - 500;
const PASTE_AS_FILE = 200_000;

export class Composer {
  #drafts = new Map();
  #chatId = null;
  #context = null;
  #markup = null;
  #placeholder = "Message";
  #recording = null;

  /** `on`: `send(text, context)`, `files(files)`, `voice(file)`, `keyboardButton(button)`, `instead()` (START, UNBLOCK). */
  constructor(on) {
    this.on = on;
    this.root = byId("composer");
    this.input = byId("input");
    this.commands = new CommandMenu({
      host: byId("commands"),
      input: this.input,
      onChoose: (command, how) => this.#chooseCommand(command, how),
    });
    this.inline = new InlineMenu({
      host: byId("offered"),
      input: this.input,
      ask: on.askInline,
      choose: (queryId, result) => this.#chooseOffered(queryId, result),
      lead: on.leadToBot,
    });
    this.#build();
    this.#listen();
  }

  #build() {
    this.menuButton = byId("menu-button");
    this.attachButton = byId("attach-button");
    this.attachButton.append(icon("attach"));
    this.keyboardButton = byId("keyboard-button");
    this.sendButton = byId("send-button");
    this.sendButton.append(icon("send"), icon("mic"));
    byId("menu-button-icon").append(icon("menu"));
  }

  #listen() {
    byId("composer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("input", () => this.#changed());
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.input.addEventListener("blur", () =>
      setTimeout(() => document.activeElement !== this.input && this.commands.close(), 120),
    );
    this.input.addEventListener("paste", (event) => this.#onPaste(event));
    this.menuButton.addEventListener("click", () => (this.commands.isOpen ? this.commands.close() : this.#openMenu()));
    this.keyboardButton.addEventListener("click", () => this.#toggleKeyboard());
    byId("instead").addEventListener("click", () => this.on.instead());
    const picker = byId("file-input");
    this.attachButton.addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      this.on.files([...picker.files]);
      picker.value = "";
    });
  }

  /** Go to a chat: its unsent text comes back. */
  open(chatId) {
    if (this.#chatId !== null) this.#drafts.set(this.#chatId, this.input.value);
    this.#chatId = chatId;
    this.setContext(null);
    this.setText(this.#drafts.get(chatId) ?? "");
  }

  focus() {
    if (!this.input.closest("[hidden]")) this.input.focus();
  }

  setText(text) {
    this.input.value = text;
    this.#changed();
  }

  /** `label` stands instead of the field (a button when `clickable`); null brings the field back. */
  setInstead(label, { clickable = true } = {}) {
    byId("composer-form").hidden = Boolean(label);
    const instead = byId("instead");
    instead.hidden = !label;
    instead.textContent = label ?? "";
    instead.disabled = !clickable;
    this.#showKeyboard();
  }

  /** Whoever has begun to type a command sees the ones that arrive. */
  setCommands(commands, { withMenu }) {
    this.commands.replace(commands, this.input.value);
    this.menuButton.hidden = !(withMenu && commands.length);
  }

  setPlaceholder(text) {
    this.#placeholder = text;
    this.#showPlaceholder();
  }

  /** A ReplyKeyboardMarkup (shown), a ForceReply (its placeholder) or null. */
  setKeyboard(markup) {
    if (JSON.stringify(markup) === JSON.stringify(this.#markup)) return;
    this.#markup = markup;
    this.keyboardOpen = Boolean(markup?.keyboard);
    this.#showKeyboard();
    this.#showPlaceholder();
  }

  /** What the next text refers to: `{kind: "reply" | "edit", message}` or null. */
  setContext(context) {
    const wasEditing = this.#context?.kind === "edit";
    this.#context = context;
    const host = byId("context");
    host.hidden = !context;
    host.replaceChildren(...(context ? this.#contextBar(context) : []));
    if (context?.kind === "edit") this.setText(context.message.text ?? context.message.caption ?? "");
    else if (wasEditing) this.setText("");
    if (context) this.focus();
  }

  get context() {
    return this.#context;
  }

  #contextBar({ kind, message }) {
    const editing = kind === "edit";
    const who = senderOf(message);
    const title = editing ? "Edit message" : `Reply to ${message.outgoing ? "yourself" : who.name}`;
    const text = el(
      "div",
      { class: "context-text", style: { "--hue": hueOf(who.id) } },
      el("b", { dir: "auto" }, title),
      el("span", { dir: "auto" }, summary(message)),
    );
    const label = editing ? "Cancel the edit" : "Don't reply";
    return [icon(editing ? "pencil" : "reply"), text, iconButton(icon("close"), label, () => this.setContext(null))];
  }

  #submit() {
    const text = this.input.value;
    if (!text.trim()) return text ? this.setText("") : this.#record();
    const context = this.#context;
    this.#context = null;
    this.setContext(null);
    this.setText("");
    this.on.send(text, context);
    return this.focus();
  }

  #changed() {
    this.#fit();
    const empty = this.input.value.trim() === "";
    this.sendButton.classList.toggle("recordable", empty && canRecord());
    this.sendButton.disabled = empty && !canRecord();
    this.sendButton.setAttribute("aria-label", empty && canRecord() ? "Record a voice message" : "Send");
    this.commands.follow(this.input.value);
    this.inline.follow(this.input.value);
    this.#showCount();
  }

  /** As high as its text; a field that isn't shown yet has no height to take. */
  #fit() {
    const { style } = this.input;
    style.height = "";
    const needed = this.input.scrollHeight;
    if (needed > this.input.clientHeight) style.height = `${Math.min(needed, MAX_HEIGHT_PX)}px`;
    style.overflowY = needed > MAX_HEIGHT_PX ? "auto" : "hidden";
  }

  /** Says early how a long text will go out. */
  #showCount() {
    const counter = byId("counter");
    const length = this.input.value.trim().length;
    counter.hidden = length < COUNT_FROM;
    if (counter.hidden) return;
    const parts = Math.ceil(length / MESSAGE_LIMIT);
    const left = MESSAGE_LIMIT - length;
    counter.textContent =
      parts === 1 ? `${left} left` : `${length.toLocaleString()} characters: goes out as about ${parts} messages`;
  }

  #showPlaceholder() {
    this.input.placeholder = this.#markup?.input_field_placeholder || this.#placeholder;
    this.input.setAttribute("aria-label", this.input.placeholder);
  }

  #onKey(event) {
    if (event.isComposing || this.inline.onKey(event) || this.commands.onKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      if (this.input.value.trim()) this.#submit();
    } else if (event.key === "Escape" && this.#context) {
      event.stopPropagation();
      this.setContext(null);
    } else if (event.key === "ArrowUp" && !this.input.value) {
      event.preventDefault();
      this.on.editLast();
    }
  }

  #onPaste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (files.length) this.on.files(files);
    else if (text.length > PASTE_AS_FILE) this.on.files([new File([text], "text.txt", { type: "text/plain" })]);
    else return;
    event.preventDefault();
  }

  #openMenu() {
    this.commands.showAll();
    this.input.focus();
  }

  #chooseCommand(command, { insert }) {
    if (insert) return this.setText(`/${command} `);
    this.setText("");
    return this.on.send(`/${command}`, null);
  }

  #chooseOffered(queryId, result) {
    this.setText("");
    this.on.chooseInline(queryId, result.id);
  }

  #toggleKeyboard() {
    this.keyboardOpen = !this.keyboardOpen;
    this.#showKeyboard();
  }

  #showKeyboard() {
    const host = byId("keyboard-host");
    const has = Boolean(this.#markup?.keyboard) && !byId("composer-form").hidden;
    const shown = has && this.keyboardOpen;
    this.keyboardButton.hidden = !has;
    this.keyboardButton.replaceChildren(icon(shown ? "keyboardHide" : "keyboard"));
    this.keyboardButton.setAttribute("aria-label", shown ? "Hide the reply keyboard" : "Show the reply keyboard");
    this.keyboardButton.setAttribute("aria-expanded", String(Boolean(shown)));
    host.hidden = !shown;
    host.replaceChildren(...(shown ? [replyKeyboard(this.#markup, (button) => this.#pressed(button))] : []));
  }

  #pressed(button) {
    if (this.#markup.one_time_keyboard) this.#toggleKeyboard();
    this.on.keyboardButton(button);
  }

  async #record() {
    if (!canRecord() || this.#recording) return;
    try {
      this.#recording = await startRecording();
    } catch {
      this.on.note("The microphone can't be used: the browser didn't allow it");
      return;
    }
    this.#showRecording();
  }

  #showRecording() {
    const started = Date.now();
    const time = el("span", {}, "0:00");
    const timer = setInterval(() => (time.textContent = duration((Date.now() - started) / 1000)), 250);
    const finish = async (send) => {
      clearInterval(timer);
      const recording = this.#recording;
      this.#recording = null;
      bar.remove();
      byId("composer-form").hidden = false;
      if (send) this.on.voice(await recording.stop());
      else await recording.cancel();
    };
    const cancel = el("button", { type: "button", class: "dialog-button", onclick: () => finish(false) }, "Cancel");
    const send = iconButton(icon("send"), "Send the voice message", () => finish(true), { class: "send" });
    const bar = el("div", { class: "recording" }, el("i", { class: "recording-dot" }), time, cancel, send);
    byId("composer-form").hidden = true;
    this.root.append(bar);
    send.focus();
  }
}
