// Lists ([data-list], mostly the form around a table): a click on a row opens it, j and k walk, space
// marks, shift marks a range, and the bar of bulk actions stands there while something is marked.
// A link [data-copy-link] is copied where the browser lets us, and followed elsewhere; a button
// [data-copy-from="ID"] copies what stands in a field, or marks it to be copied by hand.
import { isBeingFilledIn, letterOf } from "./keys.js";
import { showTemplate } from "./toasts.js";

const INTERACTIVE = "a, button, input, select, textarea, label, summary, dialog";
let lastMarked = null;

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches?.("[data-mark]")) return markTo(target, event.shiftKey);
  if (target.matches?.("[data-mark-all]")) return markAll(target.closest("[data-list]"), target.checked);
  if (target.closest?.("[data-bulk-clear]")) return markAll(target.closest("[data-list]"), false);
  if (!target.closest?.(INTERACTIVE)) openRow(event);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-copy-link]");
  if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  navigator.clipboard.writeText(link.href).then(
    () => showTemplate(link.dataset.copyLink),
    () => location.assign(link.href),
  );
});
document.addEventListener("click", ({ target }) => {
  const from = target.closest?.("[data-copy-from]")?.dataset.copyFrom;
  if (!from) return;
  const text = document.getElementById(from);
  text.select();
  navigator.clipboard?.writeText(text.value).then(() => showTemplate("toast-text-copied"));
});
document.addEventListener("auxclick", (event) => {
  if (event.button === 1 && !event.target.closest?.(INTERACTIVE)) openRow(event);
});
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isBeingFilledIn(event.target) || document.querySelector("dialog:modal")) return;
  const letter = letterOf(event);
  if (letter === "j" || letter === "k") walk(event, letter === "j" ? 1 : -1);
  if (letter === " " && event.target.matches?.("[data-row-link]")) markRow(event);
});

function openRow(event) {
  const link = event.target.closest?.("tr, [data-row]")?.querySelector("[data-row-link]");
  if (!link || window.getSelection().toString()) return;
  if (event.button === 1 || event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
}

function walk(event, step) {
  const links = [...document.querySelectorAll("[data-list] [data-row-link]")];
  if (!links.length) return;
  const here = links.indexOf(document.activeElement);
  const next = links[here < 0 ? 0 : here + step];
  event.preventDefault();
  next?.focus();
}

function markRow(event) {
  const mark = event.target.closest("tr, [data-row]").querySelector("[data-mark]");
  if (!mark) return;
  event.preventDefault();
  mark.checked = !mark.checked;
  markTo(mark, event.shiftKey);
}

function markTo(mark, isRange) {
  const list = mark.closest("[data-list]");
  const marks = [...list.querySelectorAll("[data-mark]")];
  if (isRange && marks.includes(lastMarked)) {
    const [first, last] = [marks.indexOf(lastMarked), marks.indexOf(mark)].sort((a, b) => a - b);
    for (const one of marks.slice(first, last + 1)) one.checked = mark.checked;
  }
  lastMarked = mark;
  showBar(list);
}

function markAll(list, checked) {
  for (const mark of list.querySelectorAll("[data-mark]")) mark.checked = checked;
  for (const all of list.querySelectorAll("[data-bulk-all]")) all.checked = false;
  showBar(list);
}

function showBar(list) {
  const marks = [...list.querySelectorAll("[data-mark]")];
  const count = marks.filter((mark) => mark.checked).length;
  for (const mark of marks) mark.closest("tr, [data-row]").classList.toggle("is-marked", mark.checked);
  const all = list.querySelector("[data-mark-all]");
  if (all) {
    all.checked = count > 0 && count === marks.length;
    all.indeterminate = count > 0 && count < marks.length;
  }
  const bar = list.querySelector("[data-bulk-bar]");
  if (!bar) return;
  bar.hidden = count === 0;
  bar.querySelector("[data-bulk-count]").textContent = count.toLocaleString(document.documentElement.lang);
}
