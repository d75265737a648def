// The sandbox's client API: what a user's app would ask of Telegram's servers.

export class ApiError extends Error {}

async function request(method, path, body, params) {
  const query = params ? `?${new URLSearchParams(withoutEmpty(params))}` : "";
  const response = await fetch(`/client${path}${query}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(withoutEmpty(body)) : undefined,
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(reason(answer, response.status));
  return answer;
}

const reason = (answer, status) => answer?.error?.message ?? `The sandbox answered ${status}`;

const withoutEmpty = (fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

const get = (path, params) => request("GET", path, null, params);
const post = (path, body) => request("POST", path, body);

/** All calls as one person; without a `userId` the default one, whose id is set after `me()`. */
export class Api {
  constructor(userId) {
    this.userId = userId;
  }

  async me() {
    const identity = await get("/me");
    if (!this.userId) return identity;
    const { users } = await this.users();
    return { ...identity, user: users.find((user) => user.id === this.userId) ?? identity.user };
  }

  chats = () => get(`/users/${this.userId}/chats`);
  messages = (chatId, before, limit = 50) => get(`/chats/${chatId}/messages`, { user_id: this.userId, before, limit });
  commands = (chatId) => get(`/chats/${chatId}/commands`, { user_id: this.userId });

  send = (chatId, fields) => this.#post(chatId, "/messages", fields);
  press = (chatId, messageId, row, column) =>
    this.#post(chatId, `/messages/${messageId}/press`, { button: { row, column } });
  edit = (chatId, messageId, fields) =>
    request("PATCH", `/chats/${chatId}/messages/${messageId}`, { user_id: this.userId, ...fields });
  react = (chatId, messageId, emoji) => this.#post(chatId, `/messages/${messageId}/react`, { emoji });
  vote = (chatId, messageId, optionIds) => this.#post(chatId, `/messages/${messageId}/vote`, { option_ids: optionIds });
  pay = (chatId, messageId) => this.#post(chatId, `/messages/${messageId}/pay`, {});
  askInline = (chatId, username, query) => this.#post(chatId, "/inline", { username, query });
  chooseInline = (chatId, queryId, resultId) =>
    this.#post(chatId, "/inline/choose", { query_id: queryId, result_id: resultId });
  invoice = (slug) => get(`/invoices/${encodeURIComponent(slug)}`);
  payInvoice = (slug) => post(`/invoices/${encodeURIComponent(slug)}/pay`, { user_id: this.userId });
  remove = (chatId, messageId) =>
    request("DELETE", `/chats/${chatId}/messages/${messageId}`, null, { user_id: this.userId });
  forward = (chatId, fromChatId, messageIds) =>
    this.#post(chatId, "/forward", { from_chat_id: fromChatId, message_ids: messageIds });
  share = (chatId, requestId, sharedChatId) =>
    this.#post(chatId, "/share", { request_id: requestId, shared_chat_id: sharedChatId });
  shareUsers = (chatId, requestId, userIds) =>
    this.#post(chatId, "/share", { request_id: requestId, shared_user_ids: userIds });
  users = () => get("/users");
  location = (chatId, place) => this.#post(chatId, "/location", place);
  contact = (chatId, card) => this.#post(chatId, "/contact", card);
  block = (chatId) => this.#post(chatId, "/block", {});
  unblock = (chatId) => this.#post(chatId, "/unblock", {});
  clear = (chatId) => this.#post(chatId, "/clear", {});
  read = (chatId) => this.#post(chatId, "/read", {});
  createChat = (fields) => post("/chats", { ...fields, owner_id: this.userId });
  setBotMember = (chatId, status, rights = {}) =>
    post(`/chats/${chatId}/members`, { bot: true, status, rights, by_user_id: this.userId });
  members = (chatId) => get(`/chats/${chatId}/members`);
  eventsUrl = (after) => `/client/events?${new URLSearchParams(withoutEmpty({ user_id: this.userId, after }))}`;

  /** Upload files with progress from 0 to 1; several become an album. */
  upload(chatId, { files, kind, caption, replyTo }, onProgress) {
    const form = new FormData();
    form.append("user_id", this.userId);
    form.append("kind", kind);
    if (caption) form.append("caption", caption);
    if (replyTo) form.append("reply_to_message_id", replyTo);
    for (const file of files) form.append("file", file, file.name);
    return sendForm(`/client/chats/${chatId}/messages`, form, onProgress);
  }

  #post = (chatId, path, body) => post(`/chats/${chatId}${path}`, { user_id: this.userId, ...body });
}

/** XMLHttpRequest, because fetch tells nothing about upload progress. */
function sendForm(url, form, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new ApiError("The upload was interrupted"));
    request.onload = () => {
      if (request.status < 400) resolve(request.response);
      else reject(new ApiError(reason(request.response, request.status)));
    };
    request.send(form);
  });
}
