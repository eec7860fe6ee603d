// Forms marked with data-form: leaving them changed is asked about, and what was typed survives an
// error, a lost session and a lost connection (data-draft="NAME" keeps a draft until it is saved).
import { contentOf, hasChanged, rememberSaved, rememberUnsaved } from "./changes.js";
import { showTemplate } from "./toasts.js";

const DRAFTS = "salesman-draft:";
const KEPT_OUT = "input[type=password], input[type=file], input[name=csrf_token]";
let isSubmitting = false;

export function tendForms(root) {
  for (const form of foundIn(root, "form[data-form]")) {
    (form.querySelector("[data-form-errors]") ? rememberUnsaved : rememberSaved)(form);
    restoreDraft(form);
  }
  foundIn(root, "select[data-select]").forEach(enhance);
  foundIn(root, "[data-form-errors]")[0]?.focus();
}

const foundIn = (root, selector) => [
  ...(root.matches?.(selector) ? [root] : []),
  ...root.querySelectorAll(selector),
];

window.addEventListener("beforeunload", (event) => {
  if (!isSubmitting && hasChanged()) event.preventDefault();
});
window.addEventListener("pageshow", () => (isSubmitting = false));

document.addEventListener("submit", (event) => {
  // Others may still refuse it, as a question that is asked first does.
  queueMicrotask(() => {
    if (event.defaultPrevented) return;
    isSubmitting = true;
    noteSubmitted(event.target);
  });
});

// What htmx sent with success is saved, and its draft has done its duty.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement;
  if (!form.matches?.("form[data-form]") || ctx.response.status >= 400) return;
  rememberSaved(form);
  if (form.dataset.draft) sessionStorage.removeItem(keyOf(form));
});

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form[data-draft]");
  if (form) sessionStorage.setItem(keyOf(form), contentOf(withoutSecrets(form)));
});

document.addEventListener("click", (event) => {
  const { target } = event;
  const add = target.closest?.("[data-repeated-add]");
  if (add) addRow(add);
  const remove = target.closest?.("[data-repeated-remove]");
  if (remove) removeRow(remove);
  const calendar = target.closest?.("[data-date-open]");
  if (calendar) calendar.parentElement.querySelector("[data-date-picker]").showPicker();
  const toField = target.closest?.('[data-form-errors] a[href^="#field-"]');
  if (toField) focusField(event, toField.hash.slice(1));
});

document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-date-picker]") || !target.value) return;
  const field = target.parentElement.querySelector("input:not([data-date-picker])");
  field.value = target.value.split("-").reverse().join(".");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// A file that no server would take is refused before it is sent.
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("input[type=file][data-largest]")) return;
  const isTooLarge = [...target.files].some((file) => file.size > Number(target.dataset.largest));
  target.setCustomValidity(isTooLarge ? target.dataset.tooLarge : "");
  target.reportValidity();
});

function addRow(button) {
  const rows = button.closest("[data-repeated]").querySelectorAll("[data-repeated-row]");
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  emptied(row).forEach((field) => field.classList.remove("is-invalid"));
  // A copy forgets what is chosen: the next line mostly has the same, as a rate of VAT.
  const chosen = [...last.querySelectorAll("select")];
  row.querySelectorAll("select").forEach((field, place) => (field.value = chosen[place].value));
  last.after(row);
  row.querySelector("input").focus();
}

function removeRow(button) {
  const row = button.closest("[data-repeated-row]");
  const isOnly = row.parentElement.querySelectorAll("[data-repeated-row]").length === 1;
  if (isOnly) emptied(row);
  else row.remove();
}

function emptied(row) {
  const fields = [...row.querySelectorAll("input")];
  for (const field of fields) field.value = "";
  return fields;
}

function focusField(event, id) {
  const field = document.getElementById(id);
  if (!field) return;
  event.preventDefault();
  const control = field.tomselect ?? field.querySelector("input") ?? field;
  control.focus();
}

async function enhance(select) {
  if (select.tomselect) return;
  const { default: TomSelect } = await import("./imports/tom-select.js");
  const { searchAddress, nothing, remove } = select.dataset;
  new TomSelect(select, {
    plugins: select.multiple ? { remove_button: { title: remove } } : {},
    render: { no_results: () => noResults(nothing) },
    maxOptions: 500,
    hidePlaceholder: true,
    refreshThrottle: 0, // Enter right after the last letter chooses what the letters found
    ...(searchAddress && { load: searched(searchAddress), shouldLoad: (words) => words.length > 1 }),
  });
  select.ariaHidden = "true"; // the field that stands for it has its label
}

const noResults = (text) =>
  Object.assign(document.createElement("div"), { className: "no-results", textContent: text });

const searched = (address) => async (words, give) => {
  const url = new URL(address, location.href);
  url.searchParams.set("q", words);
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  give(answer.ok ? await answer.json() : []);
};

// Drafts

const keyOf = (form) => `${DRAFTS}${location.pathname}#${form.dataset.draft}`;

function withoutSecrets(form) {
  const copy = form.cloneNode(true);
  // A clone forgets what was chosen since the page came.
  form.querySelectorAll("select").forEach((select, index) => {
    const twin = copy.querySelectorAll("select")[index];
    [...select.options].forEach((option, place) => (twin.options[place].selected = option.selected));
  });
  copy.querySelectorAll(KEPT_OUT).forEach((field) => field.remove());
  return copy;
}

function restoreDraft(form) {
  if (!form.dataset.draft || form.querySelector("[data-form-errors]")) return;
  const kept = sessionStorage.getItem(keyOf(form));
  if (!kept || kept === contentOf(withoutSecrets(form))) return;
  fill(form, JSON.parse(kept));
  showTemplate("toast-draft");
}

function fill(form, pairs) {
  const values = Map.groupBy?.(pairs, ([name]) => name) ?? grouped(pairs);
  for (const [name, found] of values) addMissingRows(form, name, found.length);
  for (const field of form.elements) {
    if (!field.name || field.matches(KEPT_OUT)) continue;
    const kept = (values.get(field.name) ?? []).map(([, value]) => value);
    put(field, kept, form);
  }
}

function put(field, kept, form) {
  if (field.matches("[type=checkbox], [type=radio]")) field.checked = kept.includes(field.value);
  else if (field.matches("select")) {
    for (const option of field.options) option.selected = kept.includes(option.value);
  } else if (kept.length > 1) {
    const place = [...form.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)].indexOf(field);
    field.value = kept[place] ?? "";
  } else if (kept.length) field.value = kept[0];
}

function addMissingRows(form, name, count) {
  const rows = form.querySelectorAll(`[data-repeated-row] [name="${CSS.escape(name)}"]`);
  const add = rows[0]?.closest("[data-repeated]").querySelector("[data-repeated-add]");
  for (let missing = count - rows.length; add && missing > 0; missing -= 1) addRow(add);
}

function grouped(pairs) {
  const groups = new Map();
  for (const pair of pairs) groups.set(pair[0], [...(groups.get(pair[0]) ?? []), pair]);
  return groups;
}

const SUBMITTED = "salesman-submitted";

function noteSubmitted(form) {
  if (form.dataset.draft) sessionStorage.setItem(SUBMITTED, keyOf(form));
}

/** Drops the draft of the form that was sent last, once another page of ours has come instead. */
export function dropSavedDraft() {
  const key = sessionStorage.getItem(SUBMITTED);
  if (!key || !document.body.classList.contains("shell")) return;
  const failed = document.querySelector("[data-problem], [data-form-errors]");
  sessionStorage.removeItem(SUBMITTED);
  if (!failed && !isShown(key)) sessionStorage.removeItem(key);
}

const isShown = (key) => [...document.querySelectorAll("form[data-draft]")].some((form) => keyOf(form) === key);
