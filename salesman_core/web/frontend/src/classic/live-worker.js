// Holds the one stream of a browser open for all its tabs. EventSource connects again by itself and
// tells the server the last event that it has seen, unless the server refused it; then we do. What
// came is kept for tabs that open later: each gets all that happened since its page was drawn.
const PATIENCE_MS = 1500; // whoever only passes through a page takes no stream from the server
const AGAIN_MS = 10_000;
const MOST_KEPT = 1000;
const ports = new Set();
let address;
let begin; // the event behind which `kept` lacks nothing
let kept = [];
let stream;
let timer;

self.addEventListener("connect", ({ ports: [port] }) => {
  port.addEventListener("message", ({ data }) => {
    if (data.closed) ports.delete(port);
    else join(port, data);
  });
  port.start();
});

function join(port, page) {
  ports.add(port);
  address = page.address;
  if (begin === undefined || page.after < begin) beginAt(page.after);
  for (const change of kept) if (change.event > page.after) port.postMessage(change);
  follow(PATIENCE_MS);
}

// The other tabs hear of some changes twice then, which does no harm.
function beginAt(event) {
  begin = event;
  kept = [];
  stream?.close();
}

function follow(delay) {
  if (timer || (stream && stream.readyState !== EventSource.CLOSED)) return;
  timer = setTimeout(open, delay);
}

function open() {
  timer = undefined;
  stream = new EventSource(`${address}?after=${kept.at(-1)?.event ?? begin}`);
  stream.addEventListener("change", hear);
  stream.addEventListener("error", () => follow(AGAIN_MS));
}

function hear({ data, lastEventId }) {
  const change = { event: Number(lastEventId), data };
  kept.push(change);
  if (kept.length > MOST_KEPT) begin = kept.shift().event;
  for (const port of ports) port.postMessage(change);
}
