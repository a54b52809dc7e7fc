// The suggestions below the search field: arrows walk through them, Escape leaves.

const links = () => [...document.querySelectorAll("#suggestions a")];

export function startSearch() {
  const field = document.getElementById("search-field");
  const list = document.getElementById("suggestions");
  if (!field || !list) return;

  document.addEventListener("keydown", (event) => {
    const at = links().indexOf(document.activeElement);
    if (document.activeElement !== field && at < 0) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      const target = next < 0 ? field : links()[next];
      if (!target) return;
      event.preventDefault();
      target.focus();
    } else if (event.key === "Escape") {
      list.replaceChildren();
      field.blur();
    }
  });
}
