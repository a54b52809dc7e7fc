// Downloads while they move: the figures of every row, the ring on top, and links and files that are
// pasted or dropped anywhere on the page. Without script the page shows how things stand when it is loaded.

import { say } from "./toasts.js";

const samples = 40;
const page = () => document.querySelector("[data-downloads]");
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

/** Hand a link or files over to the server as the form does, and say what came of it. */
async function add(form, fields) {
  const body = new FormData(form);
  for (const name of ["source", "torrent"]) body.delete(name);
  for (const [name, value] of fields) body.append(name, value);
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (!answer) return say("The server did not answer. Try again.", "bad");
  if (answer.ok) return say(fields.length > 1 ? `Added ${fields.length} files` : "Added");
  const said = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#add-error, .blank p");
  return say(said?.textContent.trim() || "This could not be added.", "bad");
}

const formOf = () => page()?.querySelector("[data-add]");

function pasted(event) {
  const form = formOf();
  const text = event.clipboardData?.getData("text").trim() ?? "";
  if (!form || typing(event.target) || !/^(magnet:\?|https?:\/\/)\S+$/i.test(text)) return;
  event.preventDefault();
  add(form, [["source", text]]);
}

function dropped(event) {
  const form = formOf();
  document.body.classList.remove("is-dropping");
  if (!form || !event.dataTransfer) return;
  const files = [...event.dataTransfer.files];
  const text = event.dataTransfer.getData("text/uri-list") || event.dataTransfer.getData("text");
  if (!files.length && !text) return;
  event.preventDefault();
  if (!files.length) return add(form, [["source", text.trim().split(/\s/)[0]]]);
  const torrents = files.filter((file) => file.name.toLowerCase().endsWith(".torrent"));
  if (!torrents.length) return say("Only .torrent files can be dropped here.", "bad");
  add(form, torrents.map((file) => ["torrent", file]));
}

export function startDownloads() {
  for (const topic of ["download_progress", "everyones_download_progress"]) document.body.addEventListener(`live-${topic}`, moved);
  document.body.addEventListener("live-downloads", changed);
  document.addEventListener("paste", pasted);
  document.addEventListener("drop", dropped);
  document.addEventListener("dragover", (event) => {
    if (!formOf()) return;
    event.preventDefault();
    document.body.classList.add("is-dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("is-dropping");
  });
  // A file that was chosen by hand goes off at once, like one that was dropped.
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-add]");
    if (!form || event.target.type !== "file" || !event.target.files.length) return;
    add(form, [...event.target.files].map((file) => ["torrent", file]));
    event.target.value = "";
  });
}
