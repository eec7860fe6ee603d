// In a frame: tells the page around how high the form is, and where to go on from the thanks. Only the
// site that the server knows to be one of the form's hears of it.
const { key, site } = document.body.dataset;
const thanks = document.querySelector("[data-thanks]")?.dataset.thanks;

document.getElementById("leads-errors")?.focus();

if (site && window.parent !== window) {
  const tell = (what) => window.parent.postMessage({ form: key, ...what }, site);
  const form = document.querySelector("main");
  new ResizeObserver(() => tell({ height: Math.ceil(form.getBoundingClientRect().height) })).observe(form);
  if (thanks) tell({ thanks });
}

// Pressed twice is sent once.
document.querySelector("form")?.addEventListener("submit", ({ target }) => {
  setTimeout(() => (target.querySelector("button").disabled = true));
});
window.addEventListener("pageshow", () => {
  const button = document.querySelector("form button");
  if (button) button.disabled = false;
});
