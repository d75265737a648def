// What TikTok's content-sharing rules want to be seen while people choose. The server checks all of it again.
"use strict";

const form = document.getElementById("options");
const words = JSON.parse(form.dataset.words);
const find = (id) => document.getElementById(id);
const caption = find("caption");
const privacy = find("privacy");
const disclosed = find("disclosed");
const own = find("own_brand");
const paid = find("paid_partnership");
const post = find("post");
const video = find("video");
const ONLY_ME = "SELF_ONLY";

function count() {
  // a string's length is in UTF-16 units, as TikTok counts
  const most = Number(caption.dataset.most);
  const over = caption.value.length - most;
  find("count").textContent = `${caption.value.length} / ${most}` + (over > 0 ? ` · ${words.shorten.replace("{over}", over)}` : "");
  return over <= 0;
}

function disclose() {
  find("disclosures").hidden = !disclosed.checked;
  const branded = disclosed.checked && paid.checked;
  const promoted = disclosed.checked && own.checked;
  const marked = find("marked");
  marked.textContent = branded ? words.paid_label : promoted ? words.promotional_label : "";
  marked.hidden = !marked.textContent;
  find("agree_music").hidden = branded;
  find("agree_branded").hidden = !branded;
  const alone = [...privacy.options].find((option) => option.value === ONLY_ME);
  if (alone) {
    alone.disabled = branded;
    alone.title = branded ? words.branded_private : "";
    if (branded && alone.selected) privacy.value = "";
  }
  find("not_private").hidden = !(branded && alone);
  // the other way round: who alone may see it can't be paid for it
  paid.disabled = privacy.value === ONLY_ME && !paid.checked;
  find("paid_option").title = paid.disabled ? words.branded_private : "";
  find("paid_option").classList.toggle("off", paid.disabled);
  return !disclosed.checked || promoted || branded;
}

function update() {
  const short = count();
  const told = disclose();
  if (!post) return;
  post.disabled = !(short && told && privacy.value);
  post.title = !told ? words.indicate : !privacy.value ? words.choose_privacy : "";
}

function moment() {
  const chosen = find("cover_ms").value;
  find("moment").textContent = chosen ? words.cover.replace("{at}", (Number(chosen) / 1000).toFixed(1)) : "";
}

find("use_moment").hidden = false;
find("use_moment").addEventListener("click", () => {
  find("cover_ms").value = Math.round(video.currentTime * 1000);
  moment();
});
form.addEventListener("input", update);
form.addEventListener("submit", () => setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true))));
moment();
update();
