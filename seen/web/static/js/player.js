// <seen-player>: our controls around a native <video>. Without script the video keeps the browser's own.

import { buildControls, make } from "./player/controls.js";
import { captionMenu, speedMenu, speeds } from "./player/menus.js";
import { clock, spoken } from "./player/time.js";
import { Cues } from "./player/cues.js";
import { Progress } from "./player/progress.js";
import { setIcon } from "./icons.js";
import { showNext } from "./player/upnext.js";

const idleAfter = 2500;
const step = 10;
const nextBefore = 25;

const troubles = {
  2: ["The film stopped loading", "The connection to your server broke off. Your place is kept."],
  3: ["The film could not be decoded", "The file may be damaged here. Try again, or skip a little further."],
  4: ["This file does not play in this browser", "Its format is not one this browser knows, or the file is not there any more."],
};

class SeenPlayer extends HTMLElement {
  #video;
  #parts;
  #cues;
  #idleTimer = 0;
  #flashTimer = 0;
  #menu = null;
  #menuOwner = null;
  #nextCard = null;
  #nextDeclined = false;
  #dragging = false;
  hasStarted = false;

  connectedCallback() {
    this.#video = this.querySelector("video");
    if (!this.#video || this.#parts) return;
    this.#video.removeAttribute("controls");
    this.#build();
    this.#cues = new Cues(this.#video, this.#parts.cue);
    this.#showCaptions();
    new Progress(this, this.#video);
    this.#listenVideo();
    this.#listenControls();
    this.#listenKeys();
    this.#restore();
    this.#wake();
  }

  #build() {
    this.#parts = buildControls({ hasNext: Boolean(this.dataset.nextHref), hasCaptions: this.querySelector("track") !== null, hasTheater: this.closest("[data-watch]") !== null });
    const top = this.querySelector("[data-osd-top]");
    if (top) this.#parts.osd.prepend(top);
    this.append(this.#parts.cue, this.#parts.spinner, this.#parts.flash, this.#parts.osd);
  }

  #restore() {
    const video = this.#video;
    const start = Number(this.dataset.start);
    const volume = Number(localStorage.getItem("seen-volume") ?? 1);
    video.volume = volume >= 0 && volume <= 1 ? volume : 1;
    const speed = Number(localStorage.getItem("seen-speed") ?? 1);
    video.playbackRate = speeds.includes(speed) ? speed : 1;
    if (start > 0) {
      const seek = () => { video.currentTime = start; };
      if (video.readyState >= 1) seek();
      else video.addEventListener("loadedmetadata", seek, { once: true });
    }
    if (localStorage.getItem("seen-theater") === "true") this.#setTheater(true);
    this.#showVolume();
    this.#showSpeed();
    this.#showTime();
    this.#describe();
    // The browser may refuse to begin with sound; then the play button simply waits.
    video.play().catch(() => {});
  }

  #listenVideo() {
    const video = this.#video;
    const on = (names, act) => { for (const name of names.split(" ")) video.addEventListener(name, act); };
    on("play pause ended", () => this.#showPlaying());
    on("playing", () => { this.hasStarted = true; this.#clearNotice(); });
    on("waiting stalled", () => { if (!video.paused) this.classList.add("is-waiting"); });
    on("playing canplay pause seeked error", () => this.classList.remove("is-waiting"));
    on("timeupdate durationchange seeking", () => { this.#showTime(); this.#offerNext(); });
    on("progress timeupdate", () => this.#showBuffer());
    on("volumechange", () => this.#showVolume());
    on("ratechange", () => this.#showSpeed());
    on("ended", () => this.#ended());
    on("error", () => this.#fail());
    on("click", () => this.toggle());
    on("dblclick", () => this.#fullScreen());
  }

  #listenControls() {
    const { play, back, forward, mute, volume, speed, captions, next, pip, theater, full, scrub } = this.#parts;
    play.addEventListener("click", () => this.toggle());
    back.addEventListener("click", () => this.skip(-step));
    forward.addEventListener("click", () => this.skip(step));
    mute.addEventListener("click", () => this.#mute());
    volume.addEventListener("input", () => { this.#video.muted = false; this.#setVolume(Number(volume.value)); });
    speed.addEventListener("click", () => this.#openMenu(speed, () => speedMenu(this.#video.playbackRate, (value) => { this.#setSpeed(value); this.#closeMenu(); })));
    captions.addEventListener("click", () => this.#openMenu(captions, () => captionMenu(this.#cues, (index) => { this.#cues.choose(index); this.#showCaptions(); this.#closeMenu(); })));
    next.addEventListener("click", () => this.#goNext());
    pip.addEventListener("click", () => this.#pictureInPicture());
    theater.addEventListener("click", () => this.#setTheater(theater.getAttribute("aria-pressed") !== "true"));
    full.addEventListener("click", () => this.#fullScreen());
    scrub.addEventListener("pointerdown", (event) => this.#grab(event));
    scrub.addEventListener("pointermove", (event) => this.#hover(event));
    scrub.addEventListener("pointerleave", () => this.#leaveScrub());
    scrub.addEventListener("pointerup", () => { this.#dragging = false; });
    scrub.addEventListener("pointercancel", () => { this.#dragging = false; this.#leaveScrub(); });
    for (const name of ["pointermove", "pointerdown", "focusin", "keydown"]) this.addEventListener(name, () => this.#wake());
    this.addEventListener("pointerleave", () => this.#sleep());
    document.addEventListener("fullscreenchange", () => {
      const filled = document.fullscreenElement === this;
      setIcon(full.firstElementChild, filled ? "minimize" : "maximize");
      full.setAttribute("aria-label", filled ? "Leave full screen" : "Full screen");
    });
    document.addEventListener("click", (event) => {
      if (this.#menu && !this.#menu.contains(event.target) && !this.#menuOwner.contains(event.target)) this.#closeMenu();
    });
  }

  #listenKeys() {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape" && this.#menu) return this.#closeMenu(true);
      const target = event.target;
      if (target.closest("input:not([type=range]), textarea, select, [role=menu]")) return;
      // Space and Enter belong to the control that has the focus.
      if (event.key === " " && target.closest("button, a, summary, input")) return;
      if (target.closest("input[type=range]") && event.key.startsWith("Arrow")) return;
      const act = this.#keys[event.key] ?? this.#keys[event.key.toLowerCase()];
      if (act) {
        event.preventDefault();
        act();
        this.#wake();
      } else if (/^[0-9]$/.test(event.key) && Number.isFinite(this.#video.duration)) {
        this.#seek((this.#video.duration * Number(event.key)) / 10);
        this.#wake();
      }
    });
  }

  #keys = {
    " ": () => this.toggle(),
    k: () => this.toggle(),
    j: () => this.skip(-step),
    l: () => this.skip(step),
    ArrowLeft: () => this.skip(-5),
    ArrowRight: () => this.skip(5),
    ArrowUp: () => this.#setVolume(this.#video.volume + 0.05, true),
    ArrowDown: () => this.#setVolume(this.#video.volume - 0.05, true),
    Home: () => this.#seek(0),
    End: () => this.#seek(this.#video.duration - 1),
    f: () => this.#fullScreen(),
    m: () => this.#mute(),
    t: () => { if (!this.#parts.theater.hidden) this.#setTheater(this.#parts.theater.getAttribute("aria-pressed") !== "true"); },
    c: () => this.#toggleCaptions(),
    p: () => this.#pictureInPicture(),
    n: () => this.#goNext(),
    "<": () => this.#shiftSpeed(-1),
    ">": () => this.#shiftSpeed(1),
  };

  toggle() {
    if (this.#video.paused) this.#video.play().catch(() => {});
    else this.#video.pause();
  }

  skip(seconds) {
    this.#seek(this.#video.currentTime + seconds);
    this.#say(seconds < 0 ? `Back ${-seconds} s` : `Forward ${seconds} s`);
  }

  #seek(to) {
    const { duration } = this.#video;
    if (!Number.isFinite(duration)) return;
    this.#video.currentTime = Math.min(Math.max(0, to), duration);
  }

  #setVolume(value, tell = false) {
    const volume = Math.min(1, Math.max(0, value));
    this.#video.volume = volume;
    localStorage.setItem("seen-volume", String(volume));
    if (tell) this.#say(`Volume ${Math.round(volume * 100)}%`);
  }

  #mute() {
    this.#video.muted = !this.#video.muted;
    this.#say(this.#video.muted ? "Muted" : "Sound on");
  }

  #setSpeed(speed) {
    this.#video.playbackRate = speed;
    localStorage.setItem("seen-speed", String(speed));
    this.#say(`${speed}×`);
  }

  #shiftSpeed(by) {
    const now = speeds.indexOf(this.#video.playbackRate);
    this.#setSpeed(speeds[Math.min(speeds.length - 1, Math.max(0, (now < 0 ? 2 : now) + by))]);
  }

  #toggleCaptions() {
    if (this.#parts.captions.hidden) return this.#say("No subtitles");
    this.#cues.toggle();
    this.#showCaptions();
    this.#say(this.#cues.chosen < 0 ? "Subtitles off" : this.#cues.options[this.#cues.chosen].label);
  }

  #setTheater(on) {
    this.closest("[data-watch]").classList.toggle("watch-theater", on);
    this.#parts.theater.setAttribute("aria-pressed", String(on));
    localStorage.setItem("seen-theater", String(on));
  }

  async #pictureInPicture() {
    if (!document.pictureInPictureEnabled) return;
    try {
      if (document.pictureInPictureElement) await document.exitPictureInPicture();
      else await this.#video.requestPictureInPicture();
    } catch {
      this.#say("Picture in picture is not possible right now");
    }
  }

  async #fullScreen() {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else if (this.requestFullscreen) await this.requestFullscreen();
      // A phone may know full screen for the video alone.
      else this.#video.webkitEnterFullscreen?.();
    } catch {
      this.#say("Full screen is not possible right now");
    }
  }

  #goNext() {
    if (this.dataset.nextHref) location.assign(this.dataset.nextHref);
  }

  #share(event) {
    const box = this.#parts.scrub.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  }

  #grab(event) {
    if (event.button) return;
    event.preventDefault();
    this.#dragging = true;
    this.#parts.scrub.setPointerCapture(event.pointerId);
    this.#parts.scrub.focus({ focusVisible: false });
    this.#hover(event);
  }

  #hover(event) {
    const { duration } = this.#video;
    if (!Number.isFinite(duration)) return;
    const share = this.#share(event);
    this.#parts.scrub.style.setProperty("--hover", share);
    this.#parts.scrub.lastElementChild.textContent = clock(share * duration);
    this.#parts.scrub.classList.add("is-hovering");
    this.classList.add("is-scrubbing");
    if (this.#dragging) this.#seek(share * duration);
  }

  #leaveScrub() {
    if (this.#dragging) return;
    this.#parts.scrub.classList.remove("is-hovering");
    this.classList.remove("is-scrubbing");
  }

  #showPlaying() {
    const { paused } = this.#video;
    const { play } = this.#parts;
    setIcon(play.firstElementChild, paused ? "play" : "pause", true);
    play.setAttribute("aria-label", paused ? "Play" : "Pause");
    play.title = paused ? "Play" : "Pause";
    if ("mediaSession" in navigator) navigator.mediaSession.playbackState = paused ? "paused" : "playing";
    this.#wake();
  }

  #showTime() {
    const { currentTime } = this.#video;
    const duration = Number.isFinite(this.#video.duration) ? this.#video.duration : Number(this.dataset.duration);
    const { scrub, time } = this.#parts;
    scrub.style.setProperty("--done", duration ? currentTime / duration : 0);
    scrub.setAttribute("aria-valuemax", String(Math.round(duration)));
    scrub.setAttribute("aria-valuenow", String(Math.round(currentTime)));
    scrub.setAttribute("aria-valuetext", `${spoken(currentTime)} of ${spoken(duration)}`);
    const total = make("span");
    total.textContent = ` / ${clock(duration)}`;
    time.replaceChildren(clock(currentTime), total);
  }

  #showBuffer() {
    const { buffered, currentTime, duration } = this.#video;
    let end = 0;
    for (let index = 0; index < buffered.length; index += 1) {
      if (buffered.start(index) <= currentTime + 1) end = Math.max(end, buffered.end(index));
    }
    this.#parts.scrub.style.setProperty("--buffer", duration ? Math.min(1, end / duration) : 0);
  }

  #showVolume() {
    const { muted, volume } = this.#video;
    const heard = muted ? 0 : volume;
    this.#parts.volume.value = heard;
    this.#parts.volume.style.setProperty("--fill", heard);
    setIcon(this.#parts.mute.firstElementChild, heard === 0 ? "volume-x" : heard < 0.5 ? "volume-1" : "volume-2");
    this.#parts.mute.setAttribute("aria-label", heard === 0 ? "Sound on" : "Mute");
  }

  #showSpeed() {
    this.#parts.speed.textContent = `${this.#video.playbackRate}×`;
    this.#parts.speed.setAttribute("aria-label", `Speed ${this.#video.playbackRate}`);
  }

  #showCaptions() {
    this.#parts.captions.setAttribute("aria-pressed", String(this.#cues.chosen >= 0));
  }

  #openMenu(owner, build) {
    const same = this.#menuOwner === owner;
    this.#closeMenu();
    if (same) return;
    this.#menu = build();
    this.#menuOwner = owner;
    owner.setAttribute("aria-expanded", "true");
    this.append(this.#menu);
    (this.#menu.querySelector('[aria-checked="true"]') ?? this.#menu.querySelector("button"))?.focus();
  }

  #closeMenu(back = false) {
    this.#menuOwner?.setAttribute("aria-expanded", "false");
    if (back) this.#menuOwner?.focus();
    this.#menu?.remove();
    this.#menu = null;
    this.#menuOwner = null;
  }

  #wake() {
    this.classList.remove("is-idle");
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#sleep(), idleAfter);
  }

  #sleep() {
    const held = this.#video.paused || this.#menu || this.#dragging || this.querySelector(".player-notice");
    if (!held) this.classList.add("is-idle");
  }

  #say(text) {
    this.#parts.flash.textContent = text;
    this.#parts.flash.classList.add("is-shown");
    clearTimeout(this.#flashTimer);
    this.#flashTimer = setTimeout(() => this.#parts.flash.classList.remove("is-shown"), 900);
  }

  #offerNext() {
    const { duration, currentTime, ended } = this.#video;
    const near = Number.isFinite(duration) && duration > nextBefore * 4 && duration - currentTime < nextBefore;
    if (!near && this.#nextCard && !ended) { this.#nextCard(); this.#nextCard = null; }
    if (near && !ended) this.#showNext();
  }

  #showNext() {
    if (!this.dataset.nextHref || this.#nextCard || this.#nextDeclined) return;
    this.#nextCard = showNext(this, {
      automatic: "autoplayNext" in this.dataset,
      go: () => this.#goNext(),
      stay: () => { this.#nextCard = null; this.#nextDeclined = true; },
    });
  }

  #ended() {
    this.#wake();
    this.#showNext();
  }

  #fail() {
    const [heading, text] = troubles[this.#video.error?.code] ?? troubles[2];
    const at = this.#video.currentTime || Number(this.dataset.start);
    const notice = make("div", "player-notice", { role: "alert" });
    const title = make("h2");
    title.textContent = heading;
    const words = make("p");
    words.textContent = text;
    const actions = make("div", "actions");
    const retry = make("button", "button button-main", { type: "button" });
    retry.textContent = "Try again";
    retry.addEventListener("click", () => {
      this.#clearNotice();
      this.#video.load();
      this.#video.addEventListener("loadedmetadata", () => { this.#video.currentTime = at; }, { once: true });
      this.#video.play().catch(() => {});
    });
    actions.append(retry);
    const back = this.querySelector(".osd-top a");
    if (back) {
      const link = make("a", "button", { href: back.href });
      link.textContent = "Back to the title";
      actions.append(link);
    }
    notice.append(title, words, actions);
    this.#clearNotice();
    this.append(notice);
    this.#wake();
  }

  #clearNotice() {
    this.querySelector(".player-notice")?.remove();
  }

  #describe() {
    if (!("mediaSession" in navigator)) return;
    const { title, line, artwork } = this.dataset;
    navigator.mediaSession.metadata = new MediaMetadata({ title: line || title, artist: line ? title : "", artwork: artwork ? [{ src: new URL(artwork, location.href).href }] : [] });
    const actions = { play: () => this.toggle(), pause: () => this.toggle(), seekbackward: () => this.skip(-step), seekforward: () => this.skip(step), seekto: (detail) => this.#seek(detail.seekTime) };
    if (this.dataset.nextHref) actions.nexttrack = () => this.#goNext();
    for (const [name, act] of Object.entries(actions)) navigator.mediaSession.setActionHandler(name, act);
  }
}

customElements.define("seen-player", SeenPlayer);
