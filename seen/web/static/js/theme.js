// The theme changes at once and is kept by the server; the next page arrives already in it.

function show(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const meta = document.querySelector('meta[name="color-scheme"]');
  if (meta) meta.content = theme === "system" ? "dark light" : theme;
}

function isLight() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "light" : matchMedia("(prefers-color-scheme: light)").matches;
}

async function change(form, theme) {
  show(theme);
  for (const radio of document.querySelectorAll('[data-theme-form] input[name="theme"]')) radio.checked = radio.value === theme;
  await fetch(form.action, { method: "POST", body: new URLSearchParams({ theme }), redirect: "manual", keepalive: true }).catch(() => {});
}

export function startTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form) return;
    event.preventDefault();
    const picked = form.querySelector("input:checked");
    change(form, picked ? picked.value : isLight() ? "dark" : "light");
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (form) change(form, event.target.value);
  });
}
