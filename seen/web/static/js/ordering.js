// Lists that people order and boards whose cards they move: by dragging, or with Alt and an arrow key. The
// server keeps the order; the page shows it at once and asks the server for it again when that fails.

import { say } from "./toasts.js";

let dragged = null;

async function post(address, values) {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(values), redirect: "follow", headers: { "HX-Request": "true" } });
  if (answer.ok) return true;
  say("That did not work. The page is loaded again.", "bad");
  setTimeout(() => location.reload(), 800);
  return false;
}

const items = (list) => [...list.querySelectorAll(":scope > [data-title]")];

function place(list, item, before) {
  list.insertBefore(item, before ?? items(list).at(-1)?.nextSibling ?? null);
  const following = item.nextElementSibling?.dataset?.title ?? "";
  return post(list.dataset.order, following ? { title: item.dataset.title, before: following } : { title: item.dataset.title });
}

function step(item, by) {
  const list = item.parentElement;
  const all = items(list);
  const at = all.indexOf(item) + by;
  if (at < 0 || at >= all.length) return;
  place(list, item, by < 0 ? all[at] : all[at].nextElementSibling);
  item.querySelector("a")?.focus();
}

function clear() {
  for (const each of document.querySelectorAll(".is-target, .is-dragged")) each.classList.remove("is-target", "is-dragged");
}

const target = (event) => event.target.closest?.(dragged?.dataset.game ? "[data-status]" : "[data-order] > [data-title]");

export function startOrdering() {
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-order] > [data-title], [data-game]");
    if (!dragged) return;
    dragged.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  document.addEventListener("dragover", (event) => {
    const over = dragged && target(event);
    if (!over) return;
    event.preventDefault();
    for (const each of document.querySelectorAll(".is-target")) each.classList.remove("is-target");
    over.classList.add("is-target");
  });
  document.addEventListener("drop", (event) => {
    const over = dragged && target(event);
    if (!over || over === dragged) return;
    event.preventDefault();
    if (dragged.dataset.game) {
      over.querySelector("ul").prepend(dragged);
      post(dragged.dataset.game, { status: over.dataset.status });
    } else {
      const forward = items(over.parentElement).indexOf(over) > items(over.parentElement).indexOf(dragged);
      place(over.parentElement, dragged, forward ? over.nextElementSibling : over);
    }
  });
  document.addEventListener("dragend", () => { clear(); dragged = null; });
  document.addEventListener("keydown", (event) => {
    const item = event.altKey && event.target.closest?.("[data-order] > [data-title]");
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!item || !by) return;
    event.preventDefault();
    step(item, by);
  });
}
