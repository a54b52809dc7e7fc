// Arrow buttons for rails. A rail scrolls by touch, wheel and keyboard without them.

function update(section) {
  const list = section.querySelector(".rail");
  const steps = section.querySelector("[data-rail-steps]");
  if (!list || !steps) return;
  const room = list.scrollWidth - list.clientWidth;
  steps.classList.toggle("is-ready", room > 8);
  for (const button of steps.querySelectorAll("[data-rail-step]")) {
    button.disabled = button.dataset.railStep === "-1" ? list.scrollLeft < 8 : list.scrollLeft > room - 8;
  }
}

export function startRails(root = document) {
  for (const section of root.querySelectorAll("[data-rail]")) {
    if (section.dataset.railReady) continue;
    section.dataset.railReady = "true";
    const list = section.querySelector(".rail");
    list.addEventListener("scroll", () => requestAnimationFrame(() => update(section)), { passive: true });
    new ResizeObserver(() => update(section)).observe(list);
  }
}

export function stepRail(button) {
  const list = button.closest("[data-rail]").querySelector(".rail");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  list.scrollBy({ left: Number(button.dataset.railStep) * list.clientWidth * 0.8, behavior: calm ? "auto" : "smooth" });
}
