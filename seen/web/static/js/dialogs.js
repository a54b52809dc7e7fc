// A question before something that cannot be taken back. Without script the form is simply sent.

export function ask({ heading, text, label }) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    dialog.setAttribute("aria-labelledby", "dialog-heading");
    const title = document.createElement("h2");
    title.id = "dialog-heading";
    title.textContent = heading;
    const words = document.createElement("p");
    words.className = "dialog-text";
    words.textContent = text;
    const actions = document.createElement("form");
    actions.method = "dialog";
    actions.className = "actions";
    for (const [value, caption, look] of [["yes", label, "button button-main"], ["no", "Keep it", "button button-quiet"]]) {
      const button = document.createElement("button");
      button.value = value;
      button.className = look;
      button.textContent = caption;
      actions.append(button);
    }
    dialog.append(title, words, actions);
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function startDialogs() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    const sure = await ask({ heading: form.dataset.confirm, text: form.dataset.confirmText ?? "", label: form.dataset.confirmLabel ?? "Go on" });
    if (!sure) return;
    form.dataset.confirmed = "true";
    form.requestSubmit();
  });
}
