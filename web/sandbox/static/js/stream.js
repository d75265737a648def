// The event stream: server-sent events that resume where they stopped.

const RETRY_MS = 1000;
const TYPES = [
  "message",
  "edited",
  "deleted",
  "draft",
  "draft_gone",
  "typing",
  "callback_answer",
  "commands",
  "chat",
  "chat_gone",
  "reply_keyboard",
  "resync",
];

/**
 * Listen until the page closes. The browser reconnects by itself with Last-Event-ID; when it gives up
 * (an answer other than 200), we open a new stream after the last event we saw.
 */
export class Stream {
  #lastId;
  #source;

  constructor({ url, onEvent, onState }) {
    this.url = url;
    this.onEvent = onEvent;
    this.onState = onState;
  }

  /** Resolves when the stream is open for the first time, so that nothing falls between it and the first reads. */
  open() {
    return new Promise((resolve) => this.#connect(resolve));
  }

  #connect(whenOpen) {
    const source = new EventSource(this.url(this.#lastId));
    this.#source = source;
    source.onopen = () => {
      this.onState(true);
      whenOpen();
    };
    source.onerror = () => {
      this.onState(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#connect(whenOpen), RETRY_MS);
    };
    for (const type of TYPES) source.addEventListener(type, (event) => this.#receive(event));
  }

  #receive(event) {
    if (event.lastEventId) this.#lastId = event.lastEventId;
    const parsed = JSON.parse(event.data);
    this.onEvent({ type: event.type, ...parsed });
  }
}
