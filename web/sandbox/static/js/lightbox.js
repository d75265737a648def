// Photos full-screen, with the chat's other photos to the left and right.

import { el, iconButton } from "./dom.js";
import { icon } from "./icons.js";

/** Show `photos` ({url, caption, alt}) from `index` on. */
export function openLightbox(photos, index) {
  let at = index;
  const image = el("img", { class: "lightbox-image" });
  const caption = el("p", { class: "lightbox-caption", dir: "auto" });
  const counter = el("span", { class: "lightbox-counter", "aria-live": "polite" });
  const download = el(
    "a",
    { class: "icon-button", download: "", "aria-label": "Download", title: "Download" },
    icon("download"),
  );
  const close = iconButton(icon("close"), "Close", () => dialog.close());
  const step = (by) => {
    at = (at + by + photos.length) % photos.length;
    show();
  };
  const previous = iconButton(icon("left"), "Previous photo", () => step(-1), { class: "lightbox-previous" });
  const next = iconButton(icon("right"), "Next photo", () => step(1), { class: "lightbox-next" });
  const head = el("div", { class: "lightbox-head", role: "toolbar" }, counter, download, close);
  const dialog = el("dialog", { class: "lightbox", "aria-label": "Photo" }, head, image, caption, previous, next);

  function show() {
    const { url, caption: text, alt } = photos[at];
    image.src = url;
    image.alt = alt || text || "Photo";
    download.href = url;
    caption.textContent = text ?? "";
    caption.hidden = !text;
    counter.textContent = photos.length > 1 ? `${at + 1} of ${photos.length}` : "";
    previous.hidden = next.hidden = photos.length < 2;
  }

  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  show();
  dialog.showModal();
  close.focus();
}
