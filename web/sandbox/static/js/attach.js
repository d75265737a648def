// Files by button, paste or drop: a preview with a caption before they go out.

import { byId, el } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { fileSize, plural } from "./format.js";
import { icon } from "./icons.js";
import { CAPTION_LIMIT } from "./outgoing.js";

const ALBUM_LIMIT = 10;
const PHOTO = /^image\/(jpeg|png|webp)$/;

export const isPhoto = (file) => PHOTO.test(file.type);
const isVideo = (file) => file.type.startsWith("video/");

/** Ask how to send `files`; resolves with `{files, kind, caption}` or undefined. */
export function attachDialog(files) {
  const visual = files.every((file) => isPhoto(file) || isVideo(file));
  const title = visual
    ? `Send ${plural(files.length, files.every(isPhoto) ? "photo" : "video", files.every(isPhoto) ? "photos" : "items")}`
    : `Send ${plural(files.length, "file", "files")}`;
  return openDialog({ title, className: "attach", build: (close) => attachForm(files, visual, close) });
}

function attachForm(files, visual, close) {
  const asFiles = el("input", { type: "checkbox" });
  const caption = el("textarea", {
    rows: 1,
    placeholder: "Add a caption…",
    "aria-label": "Caption",
    dir: "auto",
    autofocus: true,
  });
  const count = el("span", { class: "caption-count" });
  const send = el("button", { type: "submit", class: "dialog-button primary" }, "Send");
  caption.addEventListener("input", () => {
    const left = CAPTION_LIMIT - caption.value.trim().length;
    count.textContent = left < 200 ? String(left) : "";
    count.classList.toggle("over", left < 0);
    send.disabled = left < 0;
  });
  caption.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!send.disabled) form.requestSubmit();
  });
  const choice =
    visual && el("label", { class: "choice" }, asFiles, files.length > 1 ? "Send as files" : "Send as a file");
  const previews = el("div", { class: `previews ${files.length === 1 ? "single" : ""}` }, files.map(preview));
  const form = el(
    "form",
    { class: "dialog-body" },
    previews,
    choice,
    el("div", { class: "caption-field" }, caption, count),
    el("footer", {}, send),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close({ files, kind: asFiles.checked ? "document" : "auto", caption: caption.value.trim() });
  });
  return form;
}

function preview(file) {
  if (isPhoto(file)) return el("img", { src: URL.createObjectURL(file), alt: file.name });
  const label = el(
    "div",
    { class: "file-body" },
    el("div", { class: "file-name", dir: "auto" }, file.name),
    el("div", { class: "file-size" }, fileSize(file.size)),
  );
  return el("div", { class: "file" }, el("span", { class: "file-face" }, icon("file")), label);
}

/** In batches an album can hold. */
export function albums(files) {
  const batches = [];
  for (let at = 0; at < files.length; at += ALBUM_LIMIT) batches.push(files.slice(at, at + ALBUM_LIMIT));
  return batches;
}

/** The width and height of an image file, for a box of the right shape while it uploads. */
export async function imageSize(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    return { width: 320, height: 240 };
  }
}

/** Files dropped anywhere on the chat go to `onFiles`. */
export function watchDrops(host, onFiles) {
  const veil = byId("drop-veil");
  let depth = 0;
  const show = (shown) => (veil.hidden = !shown);
  host.addEventListener("dragenter", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    depth += 1;
    show(true);
  });
  host.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) show(false);
  });
  host.addEventListener("dragover", (event) => event.preventDefault());
  host.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    show(false);
    const files = [...event.dataTransfer.files];
    if (files.length) onFiles(files);
  });
}
