// Downloads while they move: the figures of every row, the ring on top, and links and files that are pasted or dropped
// anywhere, on any page. Without script the page shows how things stand when it is loaded.

import { icon } from "./icons.js";
import { say } from "./toasts.js";

const samples = 40;
const downloads = "/app/downloads";
const typing = (target) => target?.closest?.("input, textarea, select, [contenteditable]");
const running = new Map();

/** The last speeds as the points of a line, newest on the right; as the server draws it. */
function points(speeds) {
  if (speeds.length < 2) return "";
  const top = Math.max(1, ...speeds);
  return speeds.map((each, at) => `${((at * 132) / (speeds.length - 1)).toFixed()},${(3 + 28 * (1 - each / top)).toFixed()}`).join(" ");
}

function drawSpeed(line, speed) {
  const speeds = [...(line.dataset.speeds ? line.dataset.speeds.split(",").map(Number) : []), speed].slice(-samples);
  line.dataset.speeds = speeds.join(",");
  line.firstElementChild.setAttribute("points", points(speeds));
}

function show([id, percent, head, detail, speed]) {
  running.set(id, percent);
  for (const row of document.querySelectorAll(`[data-job="${CSS.escape(id)}"]`)) {
    const line = row.querySelector(".line");
    if (line) {
      line.firstElementChild.value = percent / 100;
      line.dataset.fill = percent / 100;
      line.style.setProperty("--fill", percent / 100);
      line.classList.toggle("line-live", percent > 0);
    }
    const parts = { ".job-head": head, ".job-detail": detail, "[data-percent]": `${percent}%` };
    for (const [part, text] of Object.entries(parts)) {
      const element = row.querySelector(part);
      if (element) element.textContent = text;
    }
    const spark = row.querySelector(".spark");
    if (spark) drawSpeed(spark, speed);
  }
}

function drawRing(count, percent) {
  const ring = document.querySelector("[data-ring]");
  if (!ring) return;
  ring.hidden = count === 0;
  ring.setAttribute("aria-label", `${count} download${count === 1 ? "" : "s"}, ${percent} percent`);
  ring.querySelector("circle:last-child").setAttribute("stroke-dasharray", `${percent} 100`);
}

function moved(event) {
  for (const line of event.detail.jobs) show(line);
  const shares = [...running.values()];
  if (event.type === "live-download_progress") drawRing(shares.length, Math.round(shares.reduce((sum, each) => sum + each, 0) / shares.length));
}

/** Something began or ended: ask how many run now. */
async function changed() {
  running.clear();
  const answer = await fetch("/api/v1/downloads/summary").catch(() => null);
  if (!answer?.ok) return;
  const { active, progressPercent } = await answer.json();
  drawRing(active, progressPercent);
}

/** Whether something on the page itself is being dragged, such as a poster, which is nothing to add. */
let ownDrag = false;

const formOf = () => document.querySelector("[data-add]");

/** What goes along with a link: the fields of the page's own form, or the title whose page it is pasted on. */
function companions() {
  const form = formOf();
  if (form) {
    const body = new FormData(form);
    for (const name of ["source", "torrent"]) body.delete(name);
    return body;
  }
  const body = new FormData();
  const media = new URLSearchParams(document.querySelector("a[data-add-for]")?.search).get("media");
  if (media) body.append("media", media);
  return body;
}

/** Hand a link or files over to the server as the form does, and say what came of it. */
async function add(fields) {
  const body = companions();
  for (const [name, value] of fields) body.append(name, value);
  const answer = await fetch(downloads, { method: "POST", body }).catch(() => null);
  if (!answer) return say("The server did not answer. Try again.", "bad");
  const show = formOf() ? null : { label: "Show", href: downloads };
  if (answer.ok) return say(fields.length > 1 ? `Added ${fields.length} files` : "Added", "ok", show);
  const said = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#add-error, .blank p");
  return say(said?.textContent.trim() || "This could not be added.", "bad");
}

function pasted(event) {
  const text = event.clipboardData?.getData("text").trim() ?? "";
  if (typing(event.target) || !/^(magnet:\?|https?:\/\/)\S+$/i.test(text)) return;
  event.preventDefault();
  add([["source", text]]);
}

function dropped(event) {
  document.body.classList.remove("is-dropping");
  if (ownDrag || !event.dataTransfer || typing(event.target)) return;
  const files = [...event.dataTransfer.files];
  const text = event.dataTransfer.getData("text/uri-list") || event.dataTransfer.getData("text");
  if (!files.length && !text) return;
  event.preventDefault();
  if (!files.length) {
    add([["source", text.trim().split(/\s/)[0]]]);
    return;
  }
  const torrents = files.filter((file) => file.name.toLowerCase().endsWith(".torrent"));
  if (torrents.length) add(torrents.map((file) => ["torrent", file]));
  else say("Only .torrent files can be dropped here.", "bad");
}

function draggedOver(event) {
  if (ownDrag || typing(event.target)) return;
  event.preventDefault();
  if (!document.querySelector(".drop-hint")) {
    const hint = document.createElement("p");
    hint.className = "drop-hint";
    hint.setAttribute("aria-hidden", "true");
    hint.append(icon("magnet"), "Let go to add it");
    document.body.append(hint);
  }
  document.body.classList.add("is-dropping");
}

export function startDownloads() {
  for (const topic of ["download_progress", "everyones_download_progress"]) document.body.addEventListener(`live-${topic}`, moved);
  document.body.addEventListener("live-downloads", changed);
  document.addEventListener("paste", pasted);
  document.addEventListener("drop", dropped);
  document.addEventListener("dragstart", () => { ownDrag = true; });
  document.addEventListener("dragend", () => { ownDrag = false; });
  document.addEventListener("dragover", draggedOver);
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("is-dropping");
  });
  // A file that was chosen by hand goes off at once, like one that was dropped.
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-add]");
    if (!form || event.target.type !== "file" || !event.target.files.length) return;
    add([...event.target.files].map((file) => ["torrent", file]));
    event.target.value = "";
  });
}
