// The desk: widgets are moved by their handle, with the mouse or with Alt and the arrow keys.
import { post } from "./requests.js";

const desk = document.querySelector("[data-desk]");

if (desk) {
  import("./imports/sortablejs.js").then(({ default: Sortable }) => {
    Sortable.create(desk, { handle: "[data-desk-handle]", animation: 120, onEnd: keep });
  });
  desk.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    const handle = event.target.closest("[data-desk-handle]");
    if (!step || !event.altKey || !handle) return;
    event.preventDefault();
    move(handle.closest("[data-widget]"), step);
    handle.focus();
  });
}

function move(widget, step) {
  const neighbour = step < 0 ? widget.previousElementSibling : widget.nextElementSibling;
  if (!neighbour) return;
  if (step < 0) neighbour.before(widget);
  else neighbour.after(widget);
  keep();
}

function keep() {
  const order = [...desk.querySelectorAll("[data-widget]")].map(({ dataset }) => ["widget", dataset.widget]);
  post(desk.dataset.desk, order);
}
