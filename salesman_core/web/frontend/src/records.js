// What shows a record hears of its changes alone, one's own and those of others: an element
// [data-record="client:5"] gets the event "record-changed", for which htmx waits, unless it was drawn
// behind the change: data-position="EVENT" says how far it has come. One that shows any of a kind says
// data-records="calendar.activity". What somebody is typing in it is not swapped away, nor are rows that
// somebody has marked: that waits until none is. In [data-edit], Esc leaves without saving; a text
// there is continued at its end.
import { hasChanged } from "./changes.js";

document.addEventListener("salesman:change", ({ detail }) => {
  const record = CSS.escape(`${detail.kind}:${detail.record_id}`);
  const kind = CSS.escape(detail.kind);
  const shown = `[data-record="${record}"], [data-records~="${kind}"]`;
  for (const element of document.querySelectorAll(shown)) {
    if (detail.event <= element.dataset.position || hasChanged(element)) continue;
    if (hasMarks(element)) late.add(element);
    else tell(element);
  }
});

const late = new Set(); // what would have heard of a change, had nobody marked rows in it
const hasMarks = (element) => element.querySelector("[data-mark]:checked") !== null;
const tell = (element) => element.dispatchEvent(new CustomEvent("record-changed"));

for (const type of ["change", "click"]) {
  document.addEventListener(type, () => {
    for (const element of late) {
      if (element.isConnected && hasMarks(element)) continue;
      late.delete(element);
      tell(element);
    }
  });
}

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
