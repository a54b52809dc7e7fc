// Subtitles drawn by us, so that they can stand above the controls. The browser still parses the files: each
// track is "hidden", which loads and times its cues without drawing them.

export class Cues {
  #video;
  #box;
  #tracks;
  #chosen = -1;
  #last = 0;
  #shift = 0;

  constructor(video, box) {
    this.#video = video;
    this.#box = box;
    this.#tracks = [...video.querySelectorAll("track")];
    this.#tracks.forEach((element, index) => {
      element.track.mode = "disabled";
      element.addEventListener("load", () => this.draw());
      if (element.default) this.#last = index;
    });
    const remembered = localStorage.getItem("seen-captions");
    const wanted = this.#tracks.findIndex((element) => element.srclang && element.srclang === remembered);
    if (wanted >= 0) this.#last = wanted;
    if (remembered !== "off" && (wanted >= 0 || this.#tracks.some((element) => element.default))) this.choose(this.#last, false);
    video.addEventListener("timeupdate", () => this.draw());
    video.addEventListener("seeked", () => this.draw());
  }

  get options() {
    return this.#tracks.map((element, index) => ({ index, label: element.label, format: element.dataset.format ?? "" }));
  }

  get chosen() {
    return this.#chosen;
  }

  get shift() {
    return this.#shift;
  }

  /** Move all cues by seconds; positive shows them later. */
  move(seconds) {
    this.#shift = Math.round((this.#shift + seconds) * 10) / 10;
    this.draw();
  }

  choose(index, remember = true) {
    this.#chosen = index;
    this.#tracks.forEach((element, position) => { element.track.mode = position === index ? "hidden" : "disabled"; });
    if (index >= 0) this.#last = index;
    if (remember) localStorage.setItem("seen-captions", index < 0 ? "off" : this.#tracks[index].srclang);
    this.draw();
  }

  toggle() {
    this.choose(this.#chosen < 0 && this.#tracks.length ? this.#last : -1);
  }

  draw() {
    const cues = this.#chosen < 0 ? null : this.#tracks[this.#chosen]?.track.cues;
    const now = this.#video.currentTime - this.#shift;
    const shown = [];
    for (const cue of cues ?? []) if (cue.startTime <= now && now < cue.endTime) shown.push(cue.getCueAsHTML().textContent);
    const text = shown.join("\n");
    if (text !== this.#box.textContent) this.#box.textContent = text;
    this.#box.hidden = !text;
  }
}
