// Fields marked with data-suggest="ADDRESS": while somebody types, the browser offers what the
// address finds for `?q=`: [{"value", "text", "fills"}]. Anything else may be typed as well. What is
// chosen fills the empty fields of the same row by their names.
const PATIENCE_MS = 250;
const LEAST = 2;
let timer;
let asked = 0;
let list;
let offered = [];

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("input[data-suggest]")) return;
  clearTimeout(timer);
  const chosen = offered.find(({ value }) => target.getAttribute("list") && value === target.value);
  if (chosen) return fill(target, chosen.fills ?? {});
  timer = setTimeout(() => find(target), PATIENCE_MS);
});

document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("input[data-suggest]")) offer(target, []);
});

async function find(field) {
  const typed = field.value.trim();
  const number = ++asked;
  if (typed.length < LEAST) return offer(field, []);
  const address = new URL(field.dataset.suggest, location.href);
  address.searchParams.set("q", typed);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const items = answer.ok ? await answer.json() : [];
  if (number === asked && document.activeElement === field) offer(field, items);
}

function offer(field, items) {
  offered = items;
  list ??= Object.assign(document.createElement("datalist"), { id: "suggested" });
  list.replaceChildren(...items.map(({ value, text }) => new Option(text, value)));
  document.body.append(list);
  field.setAttribute("list", list.id);
}

function fill(field, values) {
  const row = field.closest("[data-repeated-row]");
  for (const [name, value] of Object.entries(values)) {
    const other = row?.querySelector(`[name="${CSS.escape(name)}"]`);
    if (other && !other.value.trim()) other.value = value;
  }
}
