// Groups of conditions in the dialog that narrows a list: [data-group-add] draws one more by the
// pattern in template[data-group-blank], [data-group-remove] takes one out.
import { tendForms } from "./forms.js";

const BLANK = "any0.";
const MOST = 9;
const NAMING = ["id", "name", "for", "aria-labelledby"];

document.addEventListener("click", ({ target }) => {
  const add = target.closest?.("[data-group-add]");
  if (add) addGroup(add.closest("form"), add.dataset.groupAdd);
  const remove = target.closest?.("[data-group-remove]");
  if (remove) removeGroup(remove.closest("[data-group]"));
});

function addGroup(form, kind) {
  const taken = new Set([...form.querySelectorAll("[data-group]")].map(({ dataset }) => dataset.group));
  const names = Array.from({ length: MOST }, (_, place) => `${kind}${place + 1}`);
  const name = names.find((one) => !taken.has(one));
  if (!name) return;
  const blank = form.querySelector("[data-group-blank]").content;
  const group = blank.querySelector("[data-group]").cloneNode(true);
  group.dataset.group = name;
  group.querySelector(`[data-group-meaning=${kind}]`).hidden = false;
  for (const element of group.querySelectorAll("*")) rename(element, `${name}.`);
  form.querySelector("[data-groups]").append(group);
  tendForms(group);
  group.querySelector("input, select")?.focus();
  group.scrollIntoView({ block: "nearest" });
}

function rename(element, name) {
  for (const attribute of NAMING) {
    const kept = element.getAttribute(attribute);
    if (kept?.includes(BLANK)) element.setAttribute(attribute, kept.replace(BLANK, name));
  }
}

function removeGroup(group) {
  const form = group.closest("form");
  group.remove();
  form.querySelector("[data-group-add]").focus();
}
