// Keys for the review queue: Enter takes the first match, S searches by hand, I ignores, arrows move through the files.

const busy = (target) => target.closest("input, textarea, select, button, summary, dialog, [contenteditable]");

function move(by) {
  const files = [...document.querySelectorAll(".review-list a")];
  const now = files.findIndex((file) => file.hasAttribute("aria-current"));
  files[now + by]?.click();
}

function search() {
  const part = document.querySelector("[data-review-search]");
  if (!part) return;
  part.open = true;
  part.querySelector("input[name=q]")?.select();
}

const keys = {
  Enter: () => document.querySelector("[data-review-use]")?.click(),
  s: search,
  i: () => document.querySelector("[data-review-ignore]")?.click(),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
};

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-review]") || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const inList = event.target.closest(".review-list");
  if (busy(event.target) || (event.key === "Enter" && event.target.closest("a") && !event.target.closest("[aria-current]"))) return;
  if (event.key.startsWith("Arrow") && !inList && event.target !== document.body) return;
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("[data-review-search]") && event.target.open) event.target.querySelector("input[name=q]")?.focus();
}, true);
