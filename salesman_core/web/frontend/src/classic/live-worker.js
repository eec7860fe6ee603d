// Holds the one stream of a browser open for all its tabs. EventSource connects again by itself and
// tells the server the last event that it has seen, unless the server refused it; then we do.
const PATIENCE_MS = 1500; // whoever only passes through a page takes no stream from the server
const AGAIN_MS = 10_000;
const ports = new Set();
let stream;
let timer;

self.addEventListener("connect", ({ ports: [port] }) => {
  ports.add(port);
  port.addEventListener("message", ({ data }) => {
    if (data.closed) ports.delete(port);
    else follow(data.address, PATIENCE_MS);
  });
  port.start();
});

function follow(address, delay) {
  if (timer || (stream && stream.readyState !== EventSource.CLOSED)) return;
  timer = setTimeout(() => open(address), delay);
}

function open(address) {
  timer = undefined;
  stream = new EventSource(address);
  stream.addEventListener("change", ({ data }) => {
    for (const port of ports) port.postMessage(data);
  });
  stream.addEventListener("error", () => follow(address, AGAIN_MS));
}
