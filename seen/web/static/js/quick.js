// What can be done with a title without opening it: on a card, the right button, a long touch or the menu key open
// a menu; with a card in focus, L puts it on the list, S marks it seen, F makes it a favourite.

import { icon } from "./icons.js";
import { say } from "./toasts.js";

const acts = [
  { key: "l", act: "watch-later", field: "on", icon: "bookmark", label: "Watch later", done: "Put on your list" },
  { key: "s", act: "seen", field: "seen", icon: "check", label: "Seen", done: "Marked seen" },
  { key: "f", act: "favourite", field: "on", icon: "heart", label: "Favourite", done: "Made a favourite" },
];
const titleOf = (card) => /^\/app\/title\/([0-9a-f-]{36})/.exec(new URL(card.href).pathname)?.[1];
let open = null;

async function post(address, values) {
  return fetch(address, { method: "POST", body: new URLSearchParams(values), redirect: "manual", headers: { "HX-Request": "true" } });
}

async function run(card, choice) {
  close();
  const answer = await post(`/app/title/${titleOf(card)}/${choice.act}`, { [choice.field]: "true" });
  if (answer.type === "opaqueredirect" || answer.ok) say(choice.done, "ok", { label: "History", href: "/app/history?show=changes" });
  else say("That did not work.", "bad");
}

function close() {
  open?.remove();
  open = null;
}

function item(name, label, act) {
  const button = document.createElement("button");
  button.className = "menu-item";
  button.type = "button";
  button.role = "menuitem";
  button.append(icon(name), label);
  button.addEventListener("click", act);
  return button;
}

function show(card) {
  close();
  open = document.createElement("div");
  open.className = "menu quick";
  open.role = "menu";
  open.append(
    ...acts.map((each) => item(each.icon, each.label, () => run(card, each))),
    item("external-link", "Open in a new tab", () => { close(); window.open(card.href, "_blank", "noopener"); }),
  );
  card.parentElement.append(open);
  open.firstElementChild.focus();
}

function step(by) {
  const items = [...open.children];
  items[(items.indexOf(document.activeElement) + by + items.length) % items.length].focus();
}

export function startQuickActs() {
  document.addEventListener("contextmenu", (event) => {
    const card = event.target.closest?.(".card[data-card]");
    if (!card || !titleOf(card)) return;
    event.preventDefault();
    show(card);
  });
  document.addEventListener("click", (event) => { if (open && !open.contains(event.target)) close(); });
  document.addEventListener("keydown", (event) => {
    if (open) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by) { event.preventDefault(); return step(by); }
      if (event.key === "Escape") { const card = open.parentElement.querySelector(".card"); close(); card?.focus(); }
      return;
    }
    const card = document.activeElement?.matches?.(".card[data-card]") ? document.activeElement : null;
    if (!card || !titleOf(card) || event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = acts.find((each) => each.key === event.key.toLowerCase());
    if (choice) { event.preventDefault(); run(card, choice); }
  });
}
