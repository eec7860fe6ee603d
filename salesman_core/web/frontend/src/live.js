// What changes while one looks: one stream of events per browser, shared by its tabs. It begins at
// the event up to which the page shows everything. Each event becomes a DOM event "salesman:change"
// on <body> with the change as its detail, which htmx can wait for:
// hx-trigger="salesman:change from:body". The answer to a change that this tab makes brings such an
// event itself; the stream's later word of the same change is passed over.
import htmx from "./imports/htmx.js";

const content = (name) => document.querySelector(`meta[name="live-${name}"]`)?.content;
const address = content("address");
const worker = content("worker");
let after = Number(content("after"));

const changing = new Set(); // requests on their way that change something
const told = new Map(); // by record: the event up to which this tab was told by an answer
let waiting = [];

// Nobody waits for changes before htmx has seen the page, and what is told then is lost.
if (address) document.addEventListener("htmx:after:process", listen, { once: true });

function listen() {
  if (!window.SharedWorker || !worker) {
    const stream = new EventSource(`${address}?after=${after}`);
    stream.addEventListener("change", ({ data, lastEventId }) => hear({ event: Number(lastEventId), data }));
    return;
  }
  const { port } = new SharedWorker(worker, { name: `live:${address}` });
  port.addEventListener("message", ({ data }) => hear(data));
  port.start();
  port.postMessage({ address, after });
  window.addEventListener("pagehide", () => port.postMessage({ closed: true }));
  window.addEventListener("pageshow", ({ persisted }) => persisted && port.postMessage({ address, after }));
}

function hear({ event, data }) {
  after = Math.max(after, event);
  const { id, ...change } = JSON.parse(data);
  waiting.push({ ...change, record_id: id, event });
  if (!changing.size) announceWaiting();
}

function announceWaiting() {
  const changes = waiting;
  waiting = [];
  for (const detail of changes) {
    if (detail.event <= told.get(nameOf(detail))) continue;
    document.body.dispatchEvent(new CustomEvent("salesman:change", { bubbles: true, detail }));
  }
}

const nameOf = ({ kind, record_id: id }) => `${kind}:${id}`;

// The stream may be faster than the answer to one's own change: it waits for that.
htmx.registerExtension("salesman-live", {
  htmx_before_request(_element, { ctx }) {
    if (ctx.request.method !== "GET") changing.add(ctx);
  },
  htmx_finally_request(_element, { ctx }) {
    if (changing.delete(ctx) && !changing.size) announceWaiting();
  },
});
document.addEventListener("salesman:change", ({ detail }) => {
  if (changing.size && detail.event) told.set(nameOf(detail), detail.event);
});
