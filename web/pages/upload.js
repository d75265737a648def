"use strict";

// Sends one file by the tus protocol (https://tus.io/protocols/resumable-upload): piece by piece, and on from what the
// server says it has whenever the connection, the server or the page was gone.

const PIECE_BYTES = 32 * 1024 * 1024;
const WAITS_S = [1, 2, 4, 8, 15, 30];
const MEGABYTE = 1000000;
const GONE = new Set([403, 404, 410]);
const REFUSED = new Set([400, 412, 413, 415]);

const root = document.getElementById("uploader");
const words = JSON.parse(root.dataset.words);
const limitBytes = Number(root.dataset.limit);
const creation = `${root.dataset.here}/files`;
const resource = `${root.dataset.here}/file`;
const kept = `upload:${root.dataset.here}`;
const part = (id) => document.getElementById(id);

let file = null;
let current = null; // the request that is under way
let cancelled = false;
let begun = { at: 0, offset: 0 };

class Stop extends Error {}

const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function show({ news = "", problem = "", drop = false, going = false, back = false }) {
  for (const [id, text] of [["news", news], ["problem", problem]]) {
    part(id).textContent = text;
    part(id).hidden = !text;
  }
  part("drop").hidden = part("small").hidden = !drop;
  part("going").hidden = !going;
  if (part("back")) part("back").hidden = !back;
}

function request(method, url, { headers = {}, body = null, onprogress = null } = {}) {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    current = asked;
    asked.open(method, url);
    for (const [name, value] of Object.entries({ "Tus-Resumable": "1.0.0", ...headers })) {
      asked.setRequestHeader(name, value);
    }
    if (onprogress) asked.upload.onprogress = onprogress;
    asked.onload = () => resolve(asked);
    asked.onerror = asked.onabort = asked.ontimeout = () => reject(new Error("broken"));
    asked.send(body);
  });
}

const number = (answer, name) => {
  const told = answer.getResponseHeader(name);
  return told === null ? null : Number(told);
};

// What the server has of a file, or null when none was begun.
async function standing() {
  const answer = await request("HEAD", resource);
  if (answer.status === 404 && (await pageIsThere())) return null;
  check(answer, [200]);
  return { offset: number(answer, "Upload-Offset"), length: number(answer, "Upload-Length") };
}

async function pageIsThere() {
  return (await request("GET", root.dataset.here)).status === 200;
}

// Anything else than what is hoped for either ends it, or may pass.
function check(answer, hoped) {
  if (hoped.includes(answer.status)) return;
  if (GONE.has(answer.status)) throw new Stop(words.over);
  if (answer.status === 413) throw new Stop(say(words.too_large, { size: Math.floor(limitBytes / MEGABYTE) }));
  if (REFUSED.has(answer.status)) throw new Stop(words.refused);
  const passing = new Error("not now");
  passing.afterS = number(answer, "Retry-After");
  throw passing;
}

const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(kept));
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    if (value) localStorage.setItem(kept, JSON.stringify(value));
    else localStorage.removeItem(kept);
  } catch {
    // a private window: the same file is then sent from its beginning after a reload
  }
}

const marks = (one) => ({ name: one.name, size: one.size, changed: one.lastModified });

const isSame = (one, other) => Boolean(other) && JSON.stringify(marks(one)) === JSON.stringify(other);

// Where to go on with this file.
async function beginning() {
  const here = await standing();
  if (here && here.length === file.size && isSame(file, remembered())) return here.offset;
  const headers = { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${encoded(file.name)}` };
  check(await request("POST", creation, { headers }), [201]);
  remember(marks(file));
  return 0;
}

async function sendPiece(offset) {
  const body = file.slice(offset, offset + PIECE_BYTES);
  await body.slice(0, 1).arrayBuffer().catch(() => {
    throw new Stop(words.unreadable); // it was moved, or changed since it was chosen
  });
  const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
  const onprogress = (event) => progress(offset + event.loaded);
  const answer = await request("PATCH", resource, { headers, body, onprogress });
  check(answer, [204]);
  return number(answer, "Upload-Offset");
}

function progress(offset) {
  const percent = Math.floor((100 * offset) / file.size);
  part("bar").value = percent;
  const megabytes = (bytes) => (bytes / MEGABYTE).toFixed(bytes < 10 * MEGABYTE ? 1 : 0);
  const facts = [say(words.sending, { percent, done: megabytes(offset), size: megabytes(file.size) })];
  const tookS = (Date.now() - begun.at) / 1000;
  if (tookS > 3 && offset > begun.offset && offset < file.size) {
    const leftS = ((file.size - offset) * tookS) / (offset - begun.offset);
    facts.push(leftS < 90
      ? say(words.seconds, { seconds: Math.ceil(leftS / 5) * 5 })
      : say(words.minutes, { minutes: Math.ceil(leftS / 60) }));
  }
  part("facts").textContent = offset < file.size ? facts.join(" · ") : words.storing;
}

// Until the time is over, or the machine says that it is connected again.
function pause(seconds) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      window.removeEventListener("pick-up", end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    window.addEventListener("online", end);
    window.addEventListener("pick-up", end);
  });
}

async function send() {
  let failures = 0;
  let offset = null;
  while (!cancelled) {
    try {
      if (offset === null) {
        offset = failures && isSame(file, remembered()) ? (await standing())?.offset ?? (await beginning()) : await beginning();
        begun = { at: Date.now(), offset };
      }
      show({ going: true });
      progress(offset);
      if (offset >= file.size) return;
      offset = await sendPiece(offset);
      failures = 0;
    } catch (error) {
      if (error instanceof Stop || cancelled) throw error;
      offset = null;
      show({ problem: words.broken, going: true });
      await pause(error.afterS || WAITS_S[Math.min(failures, WAITS_S.length - 1)]);
      failures += 1;
    }
  }
}

const stay = (event) => event.preventDefault();

async function start(chosen) {
  if (!chosen || (file && !cancelled)) return;
  if (!chosen.size) return show({ problem: words.empty, drop: true });
  if (chosen.size > limitBytes) {
    return show({ problem: say(words.too_large, { size: Math.floor(limitBytes / MEGABYTE) }), drop: true });
  }
  [file, cancelled] = [chosen, false];
  part("name").textContent = chosen.name;
  show({ going: true });
  window.addEventListener("beforeunload", stay);
  const awake = await navigator.wakeLock?.request("screen").catch(() => null);
  try {
    await send();
    if (!cancelled) done();
  } catch (error) {
    if (!cancelled) show({ problem: error instanceof Stop ? error.message : words.refused, drop: error.message === words.unreadable, back: true });
    file = null;
  } finally {
    window.removeEventListener("beforeunload", stay);
    awake?.release().catch(() => null);
  }
}

function done() {
  remember(null);
  document.querySelector("h1").textContent = words.done;
  show({ news: words.done_more, back: true });
}

async function cancel() {
  cancelled = true;
  current?.abort();
  window.dispatchEvent(new Event("pick-up"));
  remember(null);
  try {
    check(await request("DELETE", resource), [204, 404, 410]);
    show({ news: words.cancelled, back: true });
  } catch {
    cancelled = true;
    show({ problem: words.broken, going: true });
    await pause(WAITS_S[1]);
    await cancel();
  }
}

async function open() {
  show({ drop: true });
  const known = remembered();
  if (!known) return;
  const here = await standing().catch(() => null);
  if (file || !here || here.length !== known.size) return;
  if (here.offset >= here.length) return done();
  const percent = Math.floor((100 * here.offset) / here.length);
  show({ news: say(words.resume, { percent, name: known.name }), drop: true });
}

part("file").addEventListener("change", (event) => start(event.target.files[0]));
part("cancel").addEventListener("click", cancel);
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    part("drop").classList.toggle("over", kind === "dragenter" || kind === "dragover");
  });
}
document.addEventListener("drop", (event) => start(event.dataTransfer.files[0]));
open();
