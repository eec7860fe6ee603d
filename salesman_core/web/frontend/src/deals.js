// What pages of deals and reports need: filters that are sent as soon as one is chosen
// (form[data-submits-itself]), fields whose content is selected once they have the focus
// ([data-edit-select]), the bar of stages, and the board and charts, which are fetched where a page
// has them.
document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("form[data-submits-itself]");
  if (form && target.matches("select")) form.requestSubmit();
});

document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("[data-edit-select]")) target.select();
});

// A long row of stages shows the one that counts, on a phone too.
const showStep = () => {
  const step = document.querySelector(".stages [aria-current=step]");
  const row = step?.parentElement;
  if (row) row.scrollLeft = step.offsetLeft - row.offsetLeft - (row.clientWidth - step.clientWidth) / 2;
};
showStep();
document.addEventListener("htmx:after:swap", showStep);

if (document.querySelector("[data-board]")) import("./board.js");

// All of the page: what htmx has processed may be the chart itself, or stand beside it.
const drawCharts = async () => {
  if (!document.querySelector("[data-chart]")) return;
  const { drawAll } = await import("./chart.js");
  drawAll(document);
};
drawCharts();
document.addEventListener("htmx:after:process", drawCharts);
