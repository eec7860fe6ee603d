// What pages of deals and reports need: filters that are sent as soon as one is chosen
// (form[data-submits-itself]), fields whose content is selected once they have the focus
// ([data-edit-select]), and the board and charts, which are fetched where a page has them.
document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("form[data-submits-itself]");
  if (form && target.matches("select")) form.requestSubmit();
});

document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("[data-edit-select]")) target.select();
});

if (document.querySelector("[data-board]")) import("./board.js");

const drawCharts = async (root) => {
  if (!root.querySelector?.("[data-chart]")) return;
  const { drawAll } = await import("./chart.js");
  drawAll(root);
};
drawCharts(document);
document.addEventListener("htmx:after:process", ({ target }) => drawCharts(target));
