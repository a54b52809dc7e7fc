// Lists that people order and boards whose cards they move: by dragging with a mouse, by the grip with a finger, or
// with Alt and an arrow key. The server keeps the order; the page shows it at once and asks the server for it again
// when that fails.

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

/** Put an item where another one is. Below the last of a page of more, nobody knows yet what follows. */
function placeAt(item, over) {
  const list = over.parentElement;
  const all = items(list);
  const forward = all.indexOf(over) > all.indexOf(item);
  const next = over.nextElementSibling;
  return place(list, item, forward && (!next || next.dataset.title) ? next : over);
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

// What a finger holds by its grip: it follows the finger, and the list scrolls when that comes near an edge.
let held = null;
const edge = 96;

/** The item under a finger; the first or the last one where that is above or below the whole list. */
function under({ item, list, x, y }) {
  // Bars lie over the edges of the list.
  const over = document.elementFromPoint(x, Math.min(Math.max(y, edge), innerHeight - edge))?.closest("[data-order] > [data-title]");
  if (over?.parentElement === list) return over;
  const others = items(list).filter((each) => each !== item);
  if (y < others[0]?.getBoundingClientRect().top) return others[0];
  return y > others.at(-1)?.getBoundingClientRect().bottom ? others.at(-1) : null;
}

function follow() {
  if (!held) return;
  const { item, x, y } = held;
  const near = y < edge ? y - edge : Math.max(0, y - innerHeight + edge);
  if (near) scrollBy(0, near / 6);
  const at = item.getBoundingClientRect();
  held.left += x - held.gripX - at.left;
  held.top += y - held.gripY - at.top;
  item.style.translate = `${held.left}px ${held.top}px`;
  held.over?.classList.remove("is-target");
  held.over = under(held);
  held.over?.classList.add("is-target");
  requestAnimationFrame(follow);
}

function release(drop) {
  if (!held) return;
  const { item, over } = held;
  held = null;
  item.style.translate = "";
  item.classList.remove("is-held");
  clear();
  if (drop && over) placeAt(item, over);
}

function startTouch() {
  document.addEventListener("pointerdown", (event) => {
    const item = event.pointerType !== "mouse" && event.target.closest?.("[data-grip]")?.closest("[data-order] > [data-title]");
    if (!item || held) return;
    const at = item.getBoundingClientRect();
    held = {
      item, list: item.parentElement, pointer: event.pointerId, x: event.clientX, y: event.clientY,
      gripX: event.clientX - at.left, gripY: event.clientY - at.top, left: 0, top: 0, over: null,
    };
    item.classList.add("is-held");
    requestAnimationFrame(follow);
  });
  document.addEventListener("pointermove", (event) => {
    if (event.pointerId === held?.pointer) Object.assign(held, { x: event.clientX, y: event.clientY });
  });
  document.addEventListener("pointerup", (event) => { if (event.pointerId === held?.pointer) release(true); });
  document.addEventListener("pointercancel", (event) => { if (event.pointerId === held?.pointer) release(false); });
  document.addEventListener("contextmenu", (event) => { if (event.target.closest?.("[data-grip]")) event.preventDefault(); });
}

export function startOrdering() {
  startTouch();
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
      placeAt(dragged, over);
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
