// The list under the search box: arrows walk through it, Esc and a click elsewhere close it.
const box = document.querySelector("[data-search]");
const hits = document.getElementById("search-hits");

if (box) {
  // htmx begins a moment after the keys do: what was typed before is looked for all the same.
  document.addEventListener("htmx:after:process", lookForWhatWasTyped);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close(event);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) walk(event, step);
  });
  document.addEventListener("click", ({ target }) => box.contains(target) || hits.replaceChildren());
}

function lookForWhatWasTyped({ target }) {
  if (target !== document.body) return;
  document.removeEventListener("htmx:after:process", lookForWhatWasTyped);
  const field = box.querySelector("input");
  if (field.value !== field.defaultValue) field.dispatchEvent(new Event("input", { bubbles: true }));
}

function walk(event, step) {
  const places = [box.querySelector("input"), ...hits.querySelectorAll("a")];
  const next = places[places.indexOf(document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function close(event) {
  event.preventDefault();
  hits.replaceChildren();
  const field = box.querySelector("input");
  if (document.activeElement === field) field.blur();
  else field.focus();
}
