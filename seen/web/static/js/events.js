// One event stream per page. A message is JSON with a topic; parts of the page that care about a topic ask the
// server again (hx-trigger="live-<topic> from:body"). A hidden page listens to nothing.

import { say } from "./toasts.js";

let stream = null;
const last = new Map();

function tell(message) {
  if (message.topic === "toast") {
    say(message.text, message.tone ?? "ok", message.href ? { label: message.label ?? "Open", href: message.href } : null);
    return;
  }
  // What carries figures is for the page as it is; nobody asks again because of it.
  if (message.jobs) {
    document.body.dispatchEvent(new CustomEvent(`live-${message.topic}`, { detail: message, bubbles: true }));
    return;
  }
  // A scan may report hundreds of times a second; a picture a person can follow needs two.
  const wait = Math.max(0, 500 - (Date.now() - (last.get(message.topic)?.at ?? 0)));
  clearTimeout(last.get(message.topic)?.timer);
  const send = () => {
    last.set(message.topic, { at: Date.now() });
    document.body.dispatchEvent(new CustomEvent(`live-${message.topic}`, { detail: message, bubbles: true }));
  };
  last.set(message.topic, { at: last.get(message.topic)?.at ?? 0, timer: setTimeout(send, wait) });
}

function open(address) {
  stream = new EventSource(address);
  stream.onmessage = (event) => {
    try {
      tell(JSON.parse(event.data));
    } catch {
      // A message this page does not understand is for a newer one.
    }
  };
}

export function startEvents() {
  const address = document.body.dataset.events;
  if (!address) return;
  const follow = () => {
    if (document.hidden) {
      stream?.close();
      stream = null;
    } else if (!stream) open(address);
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => { stream?.close(); stream = null; });
  addEventListener("pageshow", follow);
  follow();
}
