// What a bot offers while one types behind its name.

import { el } from "./dom.js";

const PAUSE_MS = 250;
const TYPED = /^@(\w{3,32})\s([^\n]*)$/;

export class InlineMenu {
  #timer = null;
  #typed = "";
  #found = null;
  #active = 0;

  /**
   * `host` becomes a listbox steered from `input`. `ask(username, query)` gives `{query_id, answer}` or null;
   * `choose(queryId, result)` sends one, `lead(startParameter)` goes to the bot.
   */
  constructor({ host, input, ask, choose, lead }) {
    Object.assign(this, { host, input, ask, choose, lead });
    host.setAttribute("role", "listbox");
    host.setAttribute("aria-label", "What the bot offers");
    this.close();
  }

  get isOpen() {
    return !this.host.hidden;
  }

  /** Ask anew a moment after the last letter; anything but a bot's name and words closes the list. */
  follow(text) {
    if (text === this.#typed) return;
    this.#typed = text;
    clearTimeout(this.#timer);
    const typed = TYPED.exec(text);
    if (!typed) return this.close();
    this.#timer = setTimeout(() => this.#load(text, typed[1], typed[2].trim()), PAUSE_MS);
  }

  close() {
    this.host.hidden = true;
    this.#found = null;
  }

  /** Arrow keys choose, Enter sends, Escape closes; returns whether the key was used. */
  onKey(event) {
    if (!this.isOpen || event.shiftKey) return false;
    const uses = {
      ArrowDown: () => this.#activate(this.#active + 1),
      ArrowUp: () => this.#activate(this.#active - 1),
      Enter: () => this.host.children[this.#active]?.click(),
      Escape: () => this.close(),
    };
    if (!(event.key in uses)) return false;
    event.preventDefault();
    uses[event.key]();
    return true;
  }

  async #load(text, username, query) {
    const found = await this.ask(username, query);
    if (text !== this.#typed) return;
    this.#found = found;
    if (!found?.answer) this.close();
    else this.#show(found.answer);
  }

  #show({ results, button }) {
    const rows = results.map((result) =>
      this.#row(() => this.choose(this.#found.query_id, result), result.title, result.description),
    );
    if (button) rows.unshift(this.#row(() => this.lead(button.start_parameter), button.text, ""));
    this.host.replaceChildren(...rows);
    this.host.hidden = rows.length === 0;
    if (rows.length) this.#activate(results.length && button ? 1 : 0);
  }

  #row(run, title, description) {
    return el(
      "div",
      {
        class: "command offered",
        role: "option",
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => {
          run();
          this.close();
        },
      },
      el("b", { dir: "auto" }, title),
      el("span", { dir: "auto" }, description.replaceAll("\n", " · ")),
    );
  }

  #activate(index) {
    const rows = [...this.host.children];
    this.#active = (index + rows.length) % rows.length;
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === this.#active)));
    rows[this.#active].scrollIntoView({ block: "nearest" });
  }
}
