// Custom properties from data attributes: a page under a strict policy may not send style attributes,
// so the server prints the value and script hands it to the style sheet.

const colour = /^#[0-9a-f]{6}$/i;

export function applyProperties(root = document) {
  for (const element of root.querySelectorAll("[data-art]")) {
    if (colour.test(element.dataset.art)) element.style.setProperty("--art", element.dataset.art);
  }
  for (const element of root.querySelectorAll("[data-fill]")) {
    element.style.setProperty("--fill", element.dataset.fill);
    element.classList.add("is-filled");
  }
  for (const slider of root.querySelectorAll("[data-slider]")) showSlider(slider);
}

/** Paint a slider up to its value and write the value beside it. */
export function showSlider(slider) {
  const share = (slider.value - slider.min) / (slider.max - slider.min);
  slider.style.setProperty("--fill", share);
  const output = document.getElementById(slider.dataset.slider);
  if (output) output.value = `${slider.value}%`;
}
