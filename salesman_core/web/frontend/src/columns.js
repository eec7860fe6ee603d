// The order of a list's columns ([data-columns]): by dragging the handle, or with Alt and the arrow
// keys on a row of the menu. The form sends the names in the order in which they stand.
const lists = document.querySelectorAll("[data-columns]");

if (lists.length) {
  import("./imports/sortablejs.js").then(({ default: Sortable }) => {
    for (const list of lists) Sortable.create(list, { handle: "[data-column-handle]", draggable: "[data-column]", animation: 120 });
  });
}

for (const list of lists) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest("[data-column]");
    if (!step || !event.altKey || !row) return;
    event.preventDefault();
    event.stopPropagation(); // the menu would walk
    move(row, step);
  });
  list.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-column-move]");
    if (button) move(button.closest("[data-column]"), Number(button.dataset.columnMove));
  });
}

function move(row, step) {
  const neighbour = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!neighbour?.matches("[data-column]")) return;
  const focused = document.activeElement;
  if (step < 0) neighbour.before(row);
  else neighbour.after(row);
  focused?.focus();
}
