// The card that offers the next episode, with a countdown when the viewer wants it.

import { make } from "./controls.js";

const count = 10;

/** Show the card; `go` is called by the button or when the count is over. Returns a function that takes it away. */
export function showNext(player, { automatic, go, stay }) {
  const { nextTitle, nextLine, nextStill } = player.dataset;
  const card = make("section", "up-next", { "aria-label": "Next episode" });
  const art = make("span", "art art-wide on-art");
  if (nextStill) art.append(make("img", "", { src: nextStill, alt: "" }));
  const words = make("div");
  const note = make("small", "", { role: "status" });
  const title = make("b");
  title.textContent = nextTitle ?? "Next episode";
  const line = make("small");
  line.textContent = nextLine ?? "";
  const actions = make("div", "actions");
  const play = make("button", "button button-small button-main", { type: "button" });
  play.textContent = "Play now";
  const wait = make("button", "button button-small", { type: "button" });
  wait.textContent = automatic ? "Not now" : "Close";
  actions.append(play, wait);
  words.append(note, title, line, actions);
  card.append(art, words);
  let left = count;
  let timer = 0;
  const remove = () => { clearInterval(timer); card.remove(); };
  const say = () => { note.textContent = automatic ? `Next in ${left} s` : "Next"; };
  play.addEventListener("click", () => { remove(); go(); });
  wait.addEventListener("click", () => { remove(); stay(); });
  if (automatic) timer = setInterval(() => {
    left -= 1;
    if (left <= 0) { remove(); go(); } else say();
  }, 1000);
  say();
  player.append(card);
  return remove;
}
