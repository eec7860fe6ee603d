// Holds the one stream of a browser open for all its tabs. EventSource connects again by itself and
// tells the server the last event that it has seen.
const ports = new Set();
let stream;

self.addEventListener("connect", ({ ports: [port] }) => {
  ports.add(port);
  port.addEventListener("message", ({ data }) => {
    if (data.closed) ports.delete(port);
    else follow(data.address);
  });
  port.start();
});

function follow(address) {
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource(address);
  stream.addEventListener("change", ({ data }) => {
    for (const port of ports) port.postMessage(data);
  });
}
