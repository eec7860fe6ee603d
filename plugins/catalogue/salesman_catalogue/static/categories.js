// The tree of categories: one that is dropped on another goes into it, as its form would put it.
const tree = document.querySelector("[data-tree]");
const rowOf = (element) => element.closest?.("[data-category]");
let dragged = null;

tree?.addEventListener("dragstart", (event) => {
  dragged = rowOf(event.target);
  event.dataTransfer.effectAllowed = "move";
});

tree?.addEventListener("dragover", (event) => {
  const target = rowOf(event.target);
  if (!dragged || !target || target === dragged) return;
  event.preventDefault();
  mark(target);
});

tree?.addEventListener("dragend", () => {
  mark(null);
  dragged = null;
});

tree?.addEventListener("drop", (event) => {
  const target = rowOf(event.target);
  if (!dragged || !target || target === dragged) return;
  event.preventDefault();
  const form = dragged.querySelector("[data-put]");
  form.querySelector("[name=parent_id]").value = target.dataset.category;
  form.requestSubmit();
});

function mark(target) {
  for (const row of tree.querySelectorAll(".is-target")) row.classList.remove("is-target");
  target?.classList.add("is-target");
}
