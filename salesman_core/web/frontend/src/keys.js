// Single letters that lead somewhere while no field is being filled in: "/" searches, "?" shows the
// list of keys, "g" and a letter goes to a place of the menu ([data-go]), any other letter, and a
// number, presses the button or the choice that says so ([data-key]), one of the page before one of
// the frame around it; where it is a choice that asks for more, what is typed next goes there
// ([data-key-then]). What was pressed while the page was still loading counts, too.
import { openDialog } from "./dialogs.js";
import { takeEarlyKeys } from "./early.js";

const PATIENCE_MS = 1500;
let leaderPressedAt = -Infinity;

// By then the scripts of the page itself have run as well.
document.addEventListener("DOMContentLoaded", () => {
  const early = takeEarlyKeys();
  document.addEventListener("keydown", obey);
  early.forEach(obeyLate);
});

function obey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return submitForm(event);
  if (event.ctrlKey || event.metaKey || event.altKey || isBeingFilledIn(event.target)) return;
  if (document.querySelector("dialog:modal")) return;
  if (act(letterOf(event))) event.preventDefault();
}

// What the browser makes of a key is over by now: text for a field that has only just been entered is
// not typed, and Enter in a choice is pressed for it.
function obeyLate(event) {
  const focused = document.activeElement;
  if (isBeingFilledIn(focused)) return;
  const isForChoice = event.key === "Enter" && event.target === document.body && focused.matches("input");
  if (isForChoice) focused.form?.requestSubmit();
  else obey(event);
}

export function isBeingFilledIn(element) {
  return Boolean(
    element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"),
  );
}

// Whoever has the Russian layout on presses the same keys.
export function letterOf({ key, code }) {
  if (code === "Slash" && key === ".") return "/";
  if (code === "Slash" && key === ",") return "?";
  const isForeignLetter = code.startsWith("Key") && !/^[a-z]$/i.test(key);
  return isForeignLetter ? code.slice(3).toLowerCase() : key;
}

function act(letter) {
  const follows = performance.now() - leaderPressedAt < PATIENCE_MS;
  leaderPressedAt = -Infinity;
  if (follows) return press(`[data-go="${CSS.escape(letter)}"]`);
  if (letter === "g") {
    leaderPressedAt = performance.now();
    return true;
  }
  if (letter === "/") return focusSearch();
  if (letter === "?") return openDialog("keys");
  return /^[a-z1-9]$/.test(letter) && (press(`main [data-key="${letter}"]`) || press(`[data-key="${letter}"]`));
}

function press(selector) {
  const element = document.querySelector(selector);
  element?.click();
  (document.getElementById(element?.dataset.keyThen) ?? element)?.focus();
  return element !== null;
}

function focusSearch() {
  const field = document.getElementById("search");
  field?.focus();
  field?.select();
  return field !== null;
}

function submitForm(event) {
  const form = event.target.closest?.("form");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
}
