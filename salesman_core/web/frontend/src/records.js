// What shows a record hears of its changes alone, one's own and those of others: an element
// [data-record="client:5"] gets the event "record-changed", for which htmx waits, unless it was drawn
// behind the change: data-position="EVENT" says how far it has come. What somebody is typing in it is
// not swapped away. In [data-edit], Esc leaves without saving; a text there is continued at its end.
import { hasChanged } from "./changes.js";

document.addEventListener("salesman:change", ({ detail }) => {
  const record = CSS.escape(`${detail.kind}:${detail.record_id}`);
  for (const element of document.querySelectorAll(`[data-record="${record}"]`)) {
    if (detail.event <= element.dataset.position || hasChanged(element)) continue;
    element.dispatchEvent(new CustomEvent("record-changed"));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
  const leave = event.target.closest?.("[data-edit]")?.querySelector("[data-edit-leave]");
  if (!leave) return;
  event.preventDefault();
  leave.click();
});

document.addEventListener("focusin", ({ target }) => {
  if (!target.matches?.("[data-edit] textarea") || target.selectionEnd > 0) return;
  target.setSelectionRange(target.value.length, target.value.length);
});
