// What the page knows: chats, messages, drafts, who is typing. Views listen to it; only it changes it.

const TYPING_MS = 6000;
const DRAFT_MS = 35_000;

/**
 * Events (all carry `detail.chatId`): `chats`, `messages`, `typing`, `commands`, `keyboard`, and `answer` for a pressed button.
 * `messages` also tells in `detail.added` which new messages came in live.
 */
export class Store extends EventTarget {
  me = null;
  bot = null;
  chats = new Map();
  commands = new Map();
  #histories = new Map();
  #revision = 0;

  setIdentity({ user, bot }) {
    this.me = user;
    this.bot = bot;
  }

  /** The private chat with the bot is always listed, also before its first message. */
  setChats(chats) {
    const withBot = {
      id: this.me.id,
      type: "private",
      title: this.bot.first_name,
      username: this.bot.username,
      can_write: true,
      unread: 0,
    };
    const listed = chats.some((chat) => chat.id === withBot.id) ? chats : [withBot, ...chats];
    this.chats = new Map(listed.map((chat) => [chat.id, chat]));
    this.#tell("chats");
  }

  updateChat(chat) {
    this.chats.set(chat.id, { ...this.chats.get(chat.id), ...chat });
    this.#tell("chats", chat.id);
  }

  removeChat(chatId) {
    this.chats.delete(chatId);
    this.#tell("chats");
  }

  /** Newest activity first; the bot's chat holds its place among them. */
  sortedChats() {
    const lastAt = (chat) => chat.last_message?.date ?? 0;
    return [...this.chats.values()].sort((a, b) => lastAt(b) - lastAt(a));
  }

  history(chatId) {
    if (!this.#histories.has(chatId)) {
      this.#histories.set(chatId, {
        messages: new Map(),
        pending: [],
        draft: null,
        typing: null,
        hasMore: true,
        loaded: false,
      });
    }
    return this.#histories.get(chatId);
  }

  /** Messages in order, then those still being sent. */
  messages(chatId) {
    const { messages, pending } = this.history(chatId);
    return [...[...messages.values()].sort((a, b) => a.message_id - b.message_id), ...pending];
  }

  message(chatId, messageId) {
    return this.history(chatId).messages.get(messageId);
  }

  addPage(chatId, { messages, has_more: hasMore }, { newest }) {
    const history = this.history(chatId);
    for (const message of messages) this.#put(history, message);
    if (!newest || !history.loaded) history.hasMore = hasMore;
    history.loaded = true;
    this.#tell("messages", chatId);
  }

  /** Replace what we hold by the newest page: after a gap in the stream nothing stale stays. */
  replaceAll(chatId, page) {
    this.history(chatId).messages.clear();
    this.history(chatId).loaded = false;
    this.addPage(chatId, page, { newest: true });
  }

  addMessage(chatId, message) {
    const history = this.history(chatId);
    const isNew = !history.messages.has(message.message_id);
    this.#put(history, message);
    if (isNew && message.outgoing) forgetFirst(history.pending, (waiting) => waiting.pending === "pending");
    if (isNew && !message.outgoing) Object.assign(history, { draft: null, typing: null });
    this.#noteLast(chatId, message, isNew);
    this.#tell("messages", chatId, { added: isNew ? [message] : [] });
    this.#tell("typing", chatId);
  }

  editMessage(chatId, message) {
    const history = this.history(chatId);
    if (history.messages.has(message.message_id)) this.#put(history, message);
    const chat = this.chats.get(chatId);
    if (chat?.last_message?.message_id === message.message_id) this.updateChat({ id: chatId, last_message: message });
    this.#tell("messages", chatId);
  }

  removeMessages(chatId, messageIds) {
    const { messages } = this.history(chatId);
    for (const id of messageIds) messages.delete(id);
    const newest = this.messages(chatId).at(-1);
    if (this.chats.has(chatId)) this.updateChat({ id: chatId, last_message: newest });
    this.#tell("messages", chatId);
  }

  clear(chatId) {
    const history = this.history(chatId);
    history.messages.clear();
    Object.assign(history, { pending: [], draft: null, typing: null, hasMore: false, loaded: true });
    this.updateChat({ id: chatId, last_message: undefined, unread: 0 });
    this.#tell("messages", chatId);
  }

  addPending(chatId, message) {
    const pending = {
      ...message,
      pending: "pending",
      outgoing: true,
      from: this.me,
      chat: this.chats.get(chatId),
      date: Date.now() / 1000,
      message_id: `p${++this.#revision}`,
    };
    this.history(chatId).pending.push(pending);
    this.#tell("messages", chatId);
    return pending;
  }

  updatePending(chatId, pending, changes) {
    Object.assign(pending, changes, { revision: ++this.#revision });
    this.#tell("messages", chatId);
  }

  dropPending(chatId, pending) {
    const history = this.history(chatId);
    history.pending = history.pending.filter((message) => message !== pending);
    this.#tell("messages", chatId);
  }

  setDraft(chatId, draft) {
    const history = this.history(chatId);
    clearTimeout(history.draftTimer);
    history.draft = draft;
    if (draft) history.draftTimer = setTimeout(() => this.setDraft(chatId, null), DRAFT_MS);
    this.#tell("messages", chatId);
  }

  setTyping(chatId, action) {
    const history = this.history(chatId);
    clearTimeout(history.typingTimer);
    history.typing = action;
    if (action) history.typingTimer = setTimeout(() => this.setTyping(chatId, null), TYPING_MS);
    this.#tell("typing", chatId);
  }

  setCommands(chatId, commands) {
    this.commands.set(chatId, commands);
    this.#tell("commands", chatId);
  }

  markRead(chatId) {
    if (this.chats.get(chatId)?.unread) this.updateChat({ id: chatId, unread: 0 });
  }

  answerArrived(answer) {
    this.#tell("answer", answer.chat_id, { answer });
  }

  #put(history, message) {
    history.messages.set(message.message_id, { ...message, revision: ++this.#revision });
  }

  #noteLast(chatId, message, isNew) {
    const chat = this.chats.get(chatId);
    if (!chat || (chat.last_message?.message_id ?? 0) > message.message_id) return;
    const unread = (chat.unread ?? 0) + (isNew && !message.outgoing ? 1 : 0);
    this.updateChat({ id: chatId, last_message: message, unread });
  }

  #tell(type, chatId, extra = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail: { chatId, ...extra } }));
  }
}

/** What was sent first arrives first: its stand-in gives way to the real message. */
function forgetFirst(list, fits) {
  const at = list.findIndex(fits);
  if (at >= 0) list.splice(at, 1);
}
