// One symbol of the sprite as an element, for parts of the page that script builds.

const space = "http://www.w3.org/2000/svg";

export function icon(name, solid = false) {
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", solid ? "icon icon-solid" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** Change the symbol of an element made by `icon`. */
export function setIcon(svg, name, solid = false) {
  svg.setAttribute("class", solid ? "icon icon-solid" : "icon");
  svg.firstElementChild.setAttribute("href", `${document.body.dataset.icons}#${name}`);
}
