// Which forms hold something that is not saved yet: those marked with data-form.
const saved = new WeakMap();

/** What a form holds, as one string; files count by name. */
export function contentOf(form) {
  const pairs = [...new FormData(form)].filter(([name]) => name !== "csrf_token");
  return JSON.stringify(pairs.map(([name, value]) => [name, value.name ?? value]));
}

export function rememberSaved(form) {
  saved.set(form, contentOf(form));
}

/** A form that came back refused: what it holds is saved nowhere. */
export function rememberUnsaved(form) {
  saved.set(form, null);
}

/** Whether a form, or any below `element`, was changed since it was last saved. */
export function hasChanged(element = document) {
  const forms = element.matches?.("form") ? [element] : [...element.querySelectorAll("form[data-form]")];
  return forms.some((form) => saved.has(form) && saved.get(form) !== contentOf(form));
}
