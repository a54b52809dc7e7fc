// Tells the server where the viewer is: every ten seconds, on pause, after a seek, at the end and when the page goes away.

const every = 10_000;

export class Progress {
  #player;
  #video;
  #timer = 0;
  #known = -1;

  constructor(player, video) {
    this.#player = player;
    this.#video = video;
    video.addEventListener("play", () => this.#start());
    video.addEventListener("pause", () => { this.#stop(); if (!video.ended) this.send("paused"); });
    video.addEventListener("seeked", () => this.send(video.paused ? "paused" : "playing"));
    video.addEventListener("ended", () => { this.#stop(); this.send("ended"); });
    // keepalive lets the last word out although the page is already gone.
    addEventListener("pagehide", () => this.send(video.ended ? "ended" : "paused", true));
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.send(video.paused ? "paused" : "playing", true); });
  }

  #start() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.send("playing"), every);
  }

  #stop() {
    clearInterval(this.#timer);
  }

  async send(state, leaving = false) {
    const position = this.#video.currentTime;
    const duration = Number.isFinite(this.#video.duration) ? this.#video.duration : Number(this.#player.dataset.duration);
    // Nothing was watched yet: a report would move the resume point of an earlier evening to the start.
    if (!duration || !this.#player.hasStarted) return;
    if (leaving && Math.abs(position - this.#known) < 0.5) return;
    this.#known = position;
    const { mediaId, episodeId, libraryItemId, progress } = this.#player.dataset;
    const body = { mediaId, libraryItemId, positionSeconds: Math.round(position * 10) / 10, durationSeconds: Math.round(duration * 10) / 10, state };
    if (episodeId) body.episodeId = episodeId;
    try {
      await fetch(progress, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), keepalive: leaving || state === "ended" });
    } catch {
      // Playback goes on; the next report carries the newer position.
    }
  }
}
