// The two small menus of the player: speed, and subtitles with their timing.

import { icon } from "../icons.js";
import { make } from "./controls.js";

export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

function item(label, checked, end = "") {
  const button = make("button", "menu-item", { type: "button", role: "menuitemradio", "aria-checked": String(checked) });
  const mark = icon("check");
  mark.classList.add("icon-check");
  button.append(mark, label);
  if (end) {
    const note = make("span", "menu-end");
    note.textContent = end;
    button.append(note);
  }
  return button;
}

function heading(text) {
  const title = make("p", "menu-title", { role: "presentation" });
  title.textContent = text;
  return title;
}

function moveFocus(menu, event) {
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  const all = [...menu.querySelectorAll("button")];
  const now = all.indexOf(document.activeElement);
  const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[event.key];
  all[(to + all.length) % all.length].focus();
}

function frame(label) {
  const menu = make("div", "menu player-menu", { role: "menu", "aria-label": label });
  menu.addEventListener("keydown", (event) => moveFocus(menu, event));
  return menu;
}

export function speedMenu(current, choose) {
  const menu = frame("Speed");
  menu.append(heading("Speed"));
  for (const speed of speeds) {
    const button = item(`${speed}×`, speed === current);
    button.addEventListener("click", () => choose(speed));
    menu.append(button);
  }
  return menu;
}

export function captionMenu(cues, choose) {
  const menu = frame("Subtitles");
  menu.append(heading("Subtitles"));
  for (const option of [{ index: -1, label: "Off", format: "" }, ...cues.options]) {
    const button = item(option.label, option.index === cues.chosen, option.format);
    button.addEventListener("click", () => choose(option.index));
    menu.append(button);
  }
  if (cues.chosen < 0) return menu;
  const row = make("div", "player-timing", { role: "presentation" });
  const shown = make("span", "", { role: "status" });
  const show = () => { shown.textContent = `${cues.shift.toFixed(1)} s`; };
  for (const [by, label] of [[-0.1, "Subtitles 0.1 seconds earlier"], [0.1, "Subtitles 0.1 seconds later"]]) {
    const button = make("button", "button button-small", { type: "button", role: "menuitem", "aria-label": label });
    button.textContent = by < 0 ? "−0.1 s" : "+0.1 s";
    button.addEventListener("click", () => { cues.move(by); show(); });
    row.append(button);
  }
  row.insertBefore(shown, row.lastChild);
  show();
  menu.append(heading("Timing"), row);
  return menu;
}
