// The page as a whole: starts it, opens chats, and brings events to the store and the store to the views.

import { Actions } from "./actions.js";
import { Api } from "./api.js";
import { attachDialog, watchDrops } from "./attach.js";
import { ChatList, chatAvatar, kindLabel } from "./chatlist.js";
import { ChatTools } from "./chattools.js";
import { Composer } from "./composer.js";
import { longPress, openMenu, toast } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { actionLabel } from "./format.js";
import { icon } from "./icons.js";
import { Outbox } from "./outbox.js";
import { chatTitle } from "./people.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";
import { isDark, toggleTheme, watchTheme } from "./theme.js";
import { Timeline } from "./timeline.js";

const JUMP_PAGES = 40;
const address = new URLSearchParams(location.search);

class App {
  #chatId = null;
  #loadingOlder = false;
  #connected = true;

  constructor() {
    this.api = new Api(address.get("user") ? Number(address.get("user")) : null);
    this.store = new Store();
    this.outbox = new Outbox({ api: this.api, store: this.store, onError: (error) => toast(error.message) });
    this.composer = new Composer(this.#composerEvents());
    const view = {
      chat: () => this.chat,
      open: (id) => this.open(id),
      jump: (id) => this.jump(id),
      focusComposer: () => this.composer.focus(),
    };
    this.actions = new Actions({
      api: this.api,
      store: this.store,
      outbox: this.outbox,
      composer: this.composer,
      view,
    });
    this.tools = new ChatTools({ api: this.api, store: this.store, attempt: this.actions.attempt });
    this.timeline = new Timeline({
      scroller: byId("scroller"),
      days: byId("messages"),
      draftHost: byId("draft"),
      jumpButton: byId("jump"),
      store: this.store,
      actions: this.actions,
      loadOlder: () => this.#loadOlder(),
    });
    this.list = new ChatList({
      host: byId("chat-list"),
      search: byId("search"),
      store: this.store,
      onOpen: (id) => this.open(id),
      onMenu: (event, chat) => this.tools.openMenu(event, chat),
    });
  }

  get chat() {
    return this.store.chats.get(this.#chatId);
  }

  async start() {
    this.#dress();
    this.#listen();
    const { user, bot, description, short_description: short } = await this.api.me();
    this.api.userId = user.id;
    this.store.setIdentity({ user, bot });
    this.tools.about = description || short || "";
    this.stream = new Stream({
      url: (after) => this.api.eventsUrl(after),
      onEvent: (event) => this.#onEvent(event),
      onState: (connected) => this.#onConnection(connected),
    });
    await this.stream.open();
    await this.#loadChats();
    const asked = Number(location.hash.slice(1));
    const wide = matchMedia("(min-width: 800px)").matches;
    if (this.store.chats.has(asked)) await this.open(asked);
    else if (wide || this.store.chats.size === 1) await this.open(user.id);
    else this.list.render();
    requestAnimationFrame(() => byId("app").removeAttribute("aria-busy"));
  }

  /** Open a chat: on a phone this covers the list. */
  async open(chatId) {
    if (!this.store.chats.has(chatId)) return;
    this.#chatId = chatId;
    byId("app").classList.add("in-chat");
    if (Number(location.hash.slice(1)) !== chatId) history.pushState(null, "", `#${chatId}`);
    this.list.select(chatId);
    this.composer.open(chatId);
    this.#renderHeader();
    byId("messages").setAttribute("aria-busy", "true");
    const unread = this.chat.unread;
    await this.actions.attempt(() => this.#loadNewest(chatId));
    if (this.#chatId !== chatId) return;
    this.timeline.show(this.chat, unread);
    byId("messages").removeAttribute("aria-busy");
    this.store.markRead(chatId);
    this.#renderComposer();
    if (matchMedia("(hover: hover)").matches) this.composer.focus();
    this.#loadCommands(chatId);
  }

  closeChat() {
    byId("app").classList.remove("in-chat");
    this.#chatId = null;
    this.list.select(null);
    history.replaceState(null, "", location.pathname + location.search);
    byId("chat-list").querySelector("button")?.focus();
  }

  leave(chatId) {
    if (chatId === this.#chatId) this.closeChat();
    this.#renderHeader();
  }

  /** Go to a message, loading older pages until it is there. */
  async jump(messageId) {
    for (let page = 0; page < JUMP_PAGES; page += 1) {
      if (this.timeline.reveal(messageId)) return;
      if (!this.store.history(this.#chatId).hasMore) break;
      await this.#loadOlder();
    }
    toast("That message is no longer there");
  }

  async #loadChats() {
    const chats = await this.api.chats();
    const ours = chats.filter((chat) => chat.type !== "private" || !chat.bot_id || chat.bot_id === this.store.bot.id);
    this.store.setChats(ours);
  }

  async #loadNewest(chatId) {
    this.store.addPage(chatId, await this.api.messages(chatId), { newest: true });
  }

  async #loadCommands(chatId) {
    const commands = await this.api.commands(chatId).catch(() => []);
    this.store.setCommands(chatId, commands);
  }

  async #loadOlder() {
    const chatId = this.#chatId;
    const { hasMore, loaded, messages } = this.store.history(chatId);
    if (this.#loadingOlder || !hasMore || !loaded || messages.size === 0) return;
    this.#loadingOlder = true;
    byId("older").hidden = false;
    const before = Math.min(...messages.keys());
    try {
      this.store.addPage(chatId, await this.api.messages(chatId, before), { newest: false });
    } catch (error) {
      toast(error.message);
    } finally {
      this.#loadingOlder = false;
      byId("older").hidden = true;
    }
  }

  #onEvent(event) {
    const chatId = event.chat_id;
    const isOtherBot = chatId === this.store.me.id && event.bot_id && event.bot_id !== this.store.bot.id;
    if (!isOtherBot) EVENTS[event.type]?.call(this, event, chatId);
  }

  /** After a gap everything is read anew. */
  async resync() {
    await this.actions.attempt(async () => {
      await this.#loadChats();
      if (this.#chatId !== null) this.store.replaceAll(this.#chatId, await this.api.messages(this.#chatId));
    });
  }

  #onConnection(connected) {
    const regained = connected && !this.#connected;
    this.#connected = connected;
    byId("app").classList.toggle("offline", !connected);
    byId("connection").textContent = connected ? "" : "Connecting…";
    if (regained) this.resync();
    this.#renderHeader();
  }

  noteRead(chatId) {
    if (chatId !== this.#chatId || document.hidden || !this.chat.unread) return;
    this.store.markRead(chatId);
    this.api.read(chatId).catch(() => {});
  }

  #renderHeader() {
    const chat = this.chat;
    byId("chat").hidden = !chat;
    byId("nothing").hidden = Boolean(chat);
    if (!chat) return;
    byId("header-face").replaceChildren(
      chatAvatar(chat),
      el(
        "span",
        { class: "header-text" },
        el("span", { class: "header-title", dir: "auto" }, chatTitle(chat)),
        this.#subtitle(chat),
      ),
    );
  }

  #subtitle(chat) {
    const { typing } = this.store.history(chat.id);
    if (!this.#connected) return el("span", { class: "header-subtitle" }, "connecting…");
    if (!typing) return el("span", { class: "header-subtitle" }, kindLabel(chat));
    return el(
      "span",
      { class: "header-subtitle acting" },
      actionLabel(typing),
      el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    );
  }

  #renderComposer() {
    const chat = this.chat;
    if (!chat) return;
    const messages = this.store.messages(chat.id);
    const empty = this.store.history(chat.id).loaded && messages.length === 0;
    const silent = !messages.some((message) => message.outgoing);
    const fresh = chat.type === "private" && silent && (empty || chat.started === false);
    byId("welcome").hidden = !(chat.type === "private" && empty);
    byId("about").textContent = this.tools.about || "Press Start to begin.";
    if (chat.blocked) this.composer.setInstead("Unblock");
    else if (fresh) this.composer.setInstead("Start");
    else if (chat.can_write === false) this.composer.setInstead("Only admins can write here", { clickable: false });
    else this.composer.setInstead(null);
    this.composer.setPlaceholder(chat.type === "channel" ? "Broadcast" : "Message");
    this.composer.setCommands(this.store.commands.get(chat.id) ?? [], { withMenu: chat.type === "private" });
    this.#applyKeyboard(chat);
  }

  #applyKeyboard(chat) {
    this.composer.setKeyboard(chat.reply_keyboard ?? null);
    if (!chat.reply_keyboard?.force_reply || this.composer.context) return;
    const asking = this.store.messages(chat.id).findLast((message) => !message.outgoing);
    const answered = this.store.messages(chat.id).at(-1)?.outgoing;
    if (asking && !answered) this.composer.setContext({ kind: "reply", message: asking });
  }

  #composerEvents() {
    return {
      send: (text, context) => this.#send(text, context),
      files: (files) => this.#sendFiles(files),
      voice: (file) => this.outbox.files(this.#chatId, { files: [file], kind: "voice", caption: "" }),
      keyboardButton: (button) => this.actions.onKeyboardButton(button),
      editLast: () => this.#editLast(),
      askInline: (username, query) => this.api.askInline(this.#chatId, username, query).catch(() => null),
      chooseInline: (queryId, id) => this.actions.attempt(() => this.api.chooseInline(this.#chatId, queryId, id)),
      leadToBot: (payload) => this.actions.startBot(payload),
      note: toast,
      instead: () => this.#insteadPressed(),
    };
  }

  #send(text, context) {
    if (context?.kind === "edit")
      this.actions.attempt(() => this.api.edit(this.#chatId, context.message.message_id, { text: text.trim() }));
    else this.outbox.text(this.#chatId, text, context?.message ?? null);
  }

  async #sendFiles(files) {
    if (byId("composer-form").hidden) return;
    const chatId = this.#chatId;
    const replyTo = this.composer.context?.kind === "reply" ? this.composer.context.message : null;
    const chosen = await attachDialog(files);
    if (!chosen) return;
    this.composer.setContext(null);
    await this.outbox.files(chatId, { ...chosen, replyTo });
    this.composer.focus();
  }

  #editLast() {
    const mine = this.store
      .messages(this.#chatId)
      .findLast((message) => message.outgoing && !message.pending && message.text);
    if (mine) this.composer.setContext({ kind: "edit", message: mine });
  }

  async #insteadPressed() {
    if (this.chat.blocked) await this.tools.toggleBlock(this.chat);
    else this.actions.startBot(address.get("start") ?? "");
  }

  #mainMenu(event) {
    openMenu(event, [
      { label: "New channel", icon: "megaphone", run: () => this.actions.createChat("channel") },
      { label: "New group", icon: "people", run: () => this.actions.createChat("group") },
      { label: "Mails", icon: "mail", run: () => open("/mail", "_blank", "noopener") },
      { label: "Published videos", icon: "play", run: () => open("/networks", "_blank", "noopener") },
      { label: isDark() ? "Light theme" : "Dark theme", icon: isDark() ? "sun" : "moon", run: toggleTheme },
    ]);
  }

  /** Icons go in by script: the page itself stays plain markup. */
  #dress() {
    for (const host of document.querySelectorAll("[data-icon]")) host.prepend(icon(host.dataset.icon));
    watchTheme(() => {
      const button = byId("theme");
      button.replaceChildren(icon(isDark() ? "sun" : "moon"));
      button.setAttribute("aria-label", isDark() ? "Use the light theme" : "Use the dark theme");
      button.title = button.getAttribute("aria-label");
    });
  }

  #listen() {
    byId("theme").addEventListener("click", toggleTheme);
    byId("main-menu").addEventListener("click", (event) => this.#mainMenu(event));
    byId("back").addEventListener("click", () => this.closeChat());
    byId("header-face").addEventListener("click", () => this.tools.showInfo(this.chat));
    byId("chat-menu").addEventListener("click", (event) => this.tools.openMenu(event, this.chat));
    addEventListener("popstate", () => (location.hash ? this.open(Number(location.hash.slice(1))) : this.closeChat()));
    document.addEventListener("visibilitychange", () => this.#chatId !== null && this.noteRead(this.#chatId));
    longPress(byId("messages"), ".row");
    watchDrops(byId("chat"), (files) => this.#sendFiles(files));
    this.#listenToStore();
  }

  #listenToStore() {
    const ifOpen =
      (run) =>
      ({ detail }) =>
        this.#chatId !== null && (detail.chatId ?? this.#chatId) === this.#chatId && run(detail);
    this.store.addEventListener(
      "messages",
      ifOpen(({ added }) => {
        if (this.timeline.chatId === this.#chatId) this.timeline.render(added ?? []);
        this.#renderComposer();
      }),
    );
    this.store.addEventListener(
      "typing",
      ifOpen(() => this.#renderHeader()),
    );
    this.store.addEventListener(
      "commands",
      ifOpen(() => this.#renderComposer()),
    );
    this.store.addEventListener(
      "chats",
      ifOpen(() => {
        this.#renderHeader();
        this.#renderComposer();
      }),
    );
    this.store.addEventListener("chats", () => {
      const unread = [...this.store.chats.values()].reduce((sum, chat) => sum + (chat.unread ?? 0), 0);
      document.title = unread ? `(${unread}) Sandbox chat` : "Sandbox chat";
    });
  }
}

/** What each event of the stream does; called with the app as `this`. */
const EVENTS = {
  message({ message }, chatId) {
    this.store.addMessage(chatId, message);
    this.noteRead(chatId);
  },
  edited({ message }, chatId) {
    this.store.editMessage(chatId, message);
  },
  deleted({ message_ids: ids }, chatId) {
    this.store.removeMessages(chatId, ids);
  },
  draft(draft, chatId) {
    this.store.setDraft(chatId, draft);
  },
  draft_gone({ draft_id: draftId }, chatId) {
    if (this.store.history(chatId).draft?.draft_id === draftId) this.store.setDraft(chatId, null);
  },
  typing({ action }, chatId) {
    this.store.setTyping(chatId, action);
  },
  callback_answer(event) {
    this.store.answerArrived(event);
  },
  commands({ commands }, chatId) {
    this.store.setCommands(chatId, commands);
  },
  chat({ chat }) {
    this.store.updateChat(chat);
    this.noteRead(chat.id);
  },
  chat_gone(_event, chatId) {
    this.store.removeChat(chatId);
    this.leave(chatId);
  },
  reply_keyboard({ markup }, chatId) {
    this.store.updateChat({ id: chatId, reply_keyboard: markup });
  },
  resync() {
    this.resync();
  },
};

await new App().start();
