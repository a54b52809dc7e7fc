// Short messages in the corner. They leave by themselves, but not while the pointer or the focus is on them.

import { icon } from "./icons.js";

const stay = 6000;

function leaveLater(toast) {
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) return setTimeout(leave, 1500);
    toast.classList.add("is-leaving");
    setTimeout(() => toast.remove(), 400);
  };
  setTimeout(leave, stay);
}

/** Say something. action: {label, href} or {label, run}. */
export function say(text, tone = "ok", action = null) {
  const toast = document.createElement("div");
  toast.className = `toast toast-${tone}`;
  const words = document.createElement("span");
  words.className = "toast-text";
  words.textContent = text;
  toast.append(icon(tone === "ok" ? "check" : "circle-alert"), words);
  if (action) {
    const control = document.createElement(action.href ? "a" : "button");
    control.className = "button button-small";
    control.textContent = action.label;
    if (action.href) control.href = action.href;
    else control.addEventListener("click", () => { toast.remove(); action.run(); });
    toast.append(control);
  }
  document.getElementById("toasts")?.append(toast);
  leaveLater(toast);
}

export function startToasts() {
  for (const toast of document.querySelectorAll("[data-toast]")) {
    delete toast.dataset.toast;
    leaveLater(toast);
  }
}
