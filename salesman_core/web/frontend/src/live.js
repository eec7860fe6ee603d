// What others change: one stream of events per browser, shared by its tabs. Each event becomes a DOM
// event "salesman:change" on <body> with the change as its detail, which htmx can wait for:
// hx-trigger="salesman:change from:body".
const address = document.querySelector('meta[name="live-address"]')?.content;
const worker = document.querySelector('meta[name="live-worker"]')?.content;

if (address) listen();

function listen() {
  if (window.SharedWorker && worker) {
    const { port } = new SharedWorker(worker, { name: `live:${address}` });
    port.addEventListener("message", ({ data }) => announce(data));
    port.start();
    port.postMessage({ address });
    window.addEventListener("pagehide", () => port.postMessage({ closed: true }));
    return;
  }
  new EventSource(address).addEventListener("change", ({ data }) => announce(data));
}

function announce(data) {
  const { id, ...change } = JSON.parse(data);
  const detail = { ...change, record_id: id };
  document.body.dispatchEvent(new CustomEvent("salesman:change", { bubbles: true, detail }));
}
