// What every page does. Each part works on plain HTML and leaves it usable when a part is missing.

import { applyProperties, showSlider } from "./properties.js";
import { startDialogs } from "./dialogs.js";
import { startDownloads } from "./downloads.js";
import { startEvents } from "./events.js";
import { startOrdering } from "./ordering.js";
import { startSearch } from "./search.js";
import { startQuickActs } from "./quick.js";
import { startRails, stepRail } from "./rails.js";
import { startTheme } from "./theme.js";
import { say, startToasts } from "./toasts.js";

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (menu !== except) menu.open = false;
}

/** The clicked poster keeps its name over the navigation, so that it grows into the next page's poster. */
function markPoster(card) {
  for (const art of document.querySelectorAll(".card .art")) art.style.viewTransitionName = "";
  const own = document.querySelector(".detail > .art");
  if (own) own.style.viewTransitionName = "none";
  const art = card.querySelector(".art");
  if (art) art.style.viewTransitionName = "poster";
}

async function copyFrom(button) {
  const text = document.querySelector(button.dataset.copy)?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text.trim());
    say("Copied");
  } catch {
    say("Your browser does not allow copying. Select the text instead.", "bad");
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("[data-menu]"));
  const step = event.target.closest("[data-rail-step]");
  if (step) return stepRail(step);
  const card = event.target.closest("[data-card]");
  if (card) return markPoster(card);
  const focus = event.target.closest("[data-focus]");
  if (focus) return document.querySelector(focus.dataset.focus)?.focus();
  const copy = event.target.closest("[data-copy]");
  if (copy) return copyFrom(copy);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("[data-menu][open]");
    closeMenus();
    open?.querySelector("summary")?.focus();
  }
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
    const field = document.getElementById("search-field");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }
});

/** A menu that opens below the screen is brought into sight, also when what it holds comes later. */
const showMenu = (menu) => menu?.querySelector(".menu")?.scrollIntoView({ block: "nearest" });
document.addEventListener("toggle", (event) => { if (event.target.matches("[data-menu][open]")) showMenu(event.target); }, true);

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-slider]")) showSlider(event.target);
});

// A button that turned something over shows it at once; its form carries the opposite for the next press.
document.addEventListener("htmx:after:request", (event) => {
  const form = event.target.closest?.("[data-toggle-form]");
  const response = event.detail?.ctx?.response?.raw ?? event.detail?.ctx?.response;
  if (!form || response?.ok === false) return;
  const button = form.querySelector("[aria-pressed]");
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  button.value = String(!on);
});

document.addEventListener("htmx:error", () => say("The server did not answer. Try again.", "bad"));

/** The section a reader is in, marked in the list beside it. */
function startSpies(root = document) {
  for (const list of root.querySelectorAll("[data-spy]")) {
    const links = [...list.querySelectorAll('a[href^="#"]')];
    const seen = new IntersectionObserver((entries) => {
      const entry = entries.find((it) => it.isIntersecting);
      if (!entry) return;
      for (const link of links) {
        if (link.hash === `#${entry.target.id}`) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }, { rootMargin: "-20% 0px -70% 0px" });
    for (const link of links) {
      const section = document.getElementById(link.hash.slice(1));
      if (section) seen.observe(section);
    }
  }
}

/** Where a navigation is wider than the screen, the open section is in sight. */
function showSection(root = document) {
  for (const open of root.querySelectorAll(".subnav [aria-current=page]")) {
    const list = open.parentElement;
    list.scrollLeft = open.offsetLeft - list.offsetLeft - (list.clientWidth - open.offsetWidth) / 2;
  }
}

function prepare(root = document) {
  showSection(root);
  applyProperties(root);
  startRails(root);
  startSpies(root);
  startToasts();
}

for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;
document.addEventListener("htmx:after:settle", () => { prepare(); showMenu(document.querySelector("[data-menu][open]")); });
document.addEventListener("htmx:after:swap", () => prepare());
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  const own = document.querySelector(".detail > .art");
  if (own) own.style.viewTransitionName = "";
});

prepare();
startTheme();
startDialogs();
startDownloads();
startEvents();
startOrdering();
startQuickActs();
startSearch();
