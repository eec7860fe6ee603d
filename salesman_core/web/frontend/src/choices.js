// What belongs to some choices only stands there while one of them is chosen:
// [data-shown-with="NAME:VALUE VALUE …"], by the field NAME of the same form.
export function tendChoices(root) {
  root.querySelectorAll("[data-shown-with]").forEach(show);
}

document.addEventListener("change", ({ target }) => {
  if (target.form) tendChoices(target.form);
});

function show(part) {
  const [name, values] = part.dataset.shownWith.split(":");
  const chosen = new FormData(part.closest("form")).get(name);
  part.hidden = !values.split(" ").includes(chosen);
}
