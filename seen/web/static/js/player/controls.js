// The bar below the film. Builds the elements; what they do is decided by the player.

import { icon } from "../icons.js";

export function make(name, className = "", attributes = {}) {
  const element = document.createElement(name);
  if (className) element.className = className;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export function iconButton(symbol, label, { solid = false, wide = false, pressed = null, keys = "" } = {}) {
  const button = make("button", `button button-icon${wide ? " controls-wide" : ""}`, { type: "button", "aria-label": label, title: label });
  if (pressed !== null) button.setAttribute("aria-pressed", String(pressed));
  if (keys) button.setAttribute("aria-keyshortcuts", keys);
  button.append(icon(symbol, solid));
  return button;
}

function buildScrub() {
  const scrub = make("div", "scrub", { role: "slider", tabindex: "0", "aria-label": "Position", "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0" });
  const track = make("span", "scrub-track");
  track.append(make("span", "scrub-buffer"), make("span", "scrub-done"));
  scrub.append(track, make("span", "scrub-knob"), make("span", "scrub-hover", { "aria-hidden": "true" }));
  return scrub;
}

/** The whole layer over the video, with its named parts. */
export function buildControls({ hasNext, hasCaptions, hasTheater }) {
  const parts = {
    scrub: buildScrub(),
    play: iconButton("play", "Play", { solid: true, keys: "k" }),
    back: iconButton("rotate-ccw", "Back 10 seconds", { keys: "j" }),
    forward: iconButton("rotate-cw", "Forward 10 seconds", { keys: "l" }),
    mute: iconButton("volume-2", "Mute", { wide: true, keys: "m" }),
    volume: make("input", "slider volume", { type: "range", min: "0", max: "1", step: "0.02", "aria-label": "Volume" }),
    time: make("span", "controls-time"),
    speed: make("button", "button controls-wide controls-speed", { type: "button", "aria-label": "Speed", "aria-haspopup": "true", "aria-expanded": "false" }),
    captions: iconButton("captions", "Subtitles", { pressed: false, keys: "c" }),
    next: iconButton("skip-forward", "Next episode", { wide: true, keys: "n" }),
    pip: iconButton("picture-in-picture-2", "Picture in picture", { wide: true, keys: "p" }),
    theater: iconButton("rectangle-horizontal", "Theater mode", { wide: true, pressed: false, keys: "t" }),
    full: iconButton("maximize", "Full screen", { keys: "f" }),
    osd: make("div", "osd"),
    cue: make("p", "cue", { hidden: "" }),
    spinner: make("div", "player-spinner", { "aria-hidden": "true" }),
    flash: make("p", "player-flash", { role: "status" }),
  };
  parts.captions.hidden = !hasCaptions;
  parts.captions.setAttribute("aria-haspopup", "true");
  parts.next.hidden = !hasNext;
  parts.pip.hidden = !document.pictureInPictureEnabled;
  parts.theater.hidden = !hasTheater;
  const row = make("div", "controls", { role: "group", "aria-label": "Player" });
  row.append(parts.play, parts.back, parts.forward, parts.mute, parts.volume, parts.time, make("span", "controls-space"), parts.speed, parts.captions, parts.next, parts.pip, parts.theater, parts.full);
  const bottom = make("div", "osd-bottom");
  bottom.append(parts.scrub, row);
  parts.osd.append(bottom);
  return parts;
}
