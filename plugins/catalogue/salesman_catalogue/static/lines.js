// The lines of a deal, all by the keyboard. Products are found while one types, sums are counted by
// the server after each change; nothing is reckoned here.
const form = document.getElementById("lines");
const body = form.querySelector("[data-lines]");
const found = document.querySelector("[data-found]");
const removedNote = form.querySelector("[data-removed]");
const PATIENCE_MS = 250;
const NAVIGABLE = "input:not([type=hidden])";

const rows = () => [...body.querySelectorAll("[data-line]")];
const rowOf = (element) => element.closest("[data-line]");
const cell = (row, name) => row.querySelector(`[name="${name}"]`);
const isBlank = (row) => ["product_id", "name", "quantity", "price"].every((name) => !cell(row, name).value.trim());

// Rows

const pattern = rows().at(-1).cloneNode(true);

function emptyRow() {
  const row = pattern.cloneNode(true);
  for (const field of row.querySelectorAll("input")) field.value = "";
  const last = rows().at(-1);
  if (last) cell(row, "vat").value = cell(last, "vat").value;
  clearWrong(row);
  for (const known of ["product", "named", "prices"]) delete row.dataset[known];
  sign(row);
  row.querySelector("[data-amount]").textContent = "";
  return row;
}

function addRow() {
  const row = emptyRow();
  body.append(row);
  number();
  return row;
}

// What names a row by its number follows its place.
function number() {
  rows().forEach((row, place) => {
    for (const element of row.querySelectorAll("[id]")) element.id = element.id.replace(/-\d+-/, `-${place}-`);
    for (const element of row.querySelectorAll("[aria-describedby]"))
      element.setAttribute("aria-describedby", element.getAttribute("aria-describedby").replace(/-\d+-/, `-${place}-`));
    for (const element of row.querySelectorAll("[aria-label]"))
      element.ariaLabel = element.ariaLabel.replace(/\d+/, String(place + 1));
    for (const button of row.querySelectorAll("[name=act]")) button.value = button.value.replace(/\d+$/, String(place));
  });
}

function move(row, step, focused) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  number();
  changed();
  focused?.focus();
}

let removed = null;

function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  removed = { row, before: row.nextElementSibling };
  row.remove();
  if (!rows().length) addRow();
  number();
  changed();
  if (isBlank(row)) return cell(next ?? rows()[0], "name").focus();
  removedNote.querySelector("[data-removed-text]").textContent =
    `${removedNote.querySelector("[data-removed-text]").textContent.replace(/:.*/s, ":")} ${cell(row, "name").value}`;
  removedNote.hidden = false;
  cell(next ?? rows()[0], "name").focus();
}

function putBack() {
  if (!removed) return;
  const before = removed.before?.isConnected ? removed.before : null;
  body.insertBefore(removed.row, before);
  cell(removed.row, "name").focus();
  removed = null;
  removedNote.hidden = true;
  number();
  changed();
}

form.addEventListener("click", (event) => {
  const { target } = event;
  const mover = target.closest("[data-move]");
  const remover = target.closest("[data-remove]");
  if (mover) move(rowOf(mover), Number(mover.dataset.move), mover);
  else if (remover) remove(rowOf(remover));
  else if (target.closest("[data-more]")) cell(addRow(), "name").focus();
  else if (target.closest("[data-put-back]")) putBack();
  else if (target.closest('[name=act][value="count"]')) count();
  else return;
  event.preventDefault();
});

// Keys

form.addEventListener("keydown", (event) => {
  const { target, key } = event;
  const row = rowOf(target);
  if (!row || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (event.altKey) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (step) move(row, step, target);
    else if (key === "Backspace" || key === "Delete") remove(row);
    else return;
    return event.preventDefault();
  }
  if (isOpen() && target.name === "name" && amongFound(event)) return event.preventDefault();
  if (!target.matches(NAVIGABLE)) return;
  if (key === "Enter") {
    event.preventDefault();
    onward(row, target);
  } else if (key === "ArrowUp" || key === "ArrowDown") {
    event.preventDefault();
    const other = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
    if (other) enter(cell(other, target.name));
  }
});

// Enter leads to the next line: to what it is, where nothing stands there yet.
function onward(row, from) {
  if (from.name === "name") return enter(cell(row, "quantity"));
  const next = row.nextElementSibling ?? addRow();
  enter(cell(next, isBlank(next) ? "name" : from.name));
}

function enter(field) {
  field.focus();
  field.select?.();
}

// Products

let asked = 0;
let askTimer;

form.addEventListener("input", ({ target }) => {
  if (target.name === "name" && form.dataset.products) {
    keepProduct(rowOf(target));
    clearTimeout(askTimer);
    askTimer = setTimeout(() => find(target), PATIENCE_MS);
  }
  changed();
});

// A line is a product's as long as the product's name stands in it: words beside it, or a slip that
// is mended again, lose nothing.
function keepProduct(row) {
  const { product = "", named = "" } = row.dataset;
  const stays = named && cell(row, "name").value.toLowerCase().includes(named.toLowerCase());
  cell(row, "product_id").value = stays ? product : "";
  sign(row);
}

function know(row) {
  const product = cell(row, "product_id").value;
  if (product) Object.assign(row.dataset, { product, named: cell(row, "name").value.trim() });
}

// Tell whether a line is a product's, and of which where only its article was typed.
function sign(row, name = "") {
  const note = row.querySelector("[data-product]");
  const text = note.querySelector("[data-known]");
  note.hidden = !name && !cell(row, "product_id").value;
  text.textContent = name || text.dataset.known;
}

async function ask(parameters) {
  const url = new URL(form.dataset.products, location.href);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  return answer.ok ? (await answer.json()).items : [];
}

async function find(field) {
  const typed = field.value.trim();
  const number = ++asked;
  if (typed.length < 2) return close();
  const items = await ask({ q: typed });
  if (number !== asked || document.activeElement !== field) return;
  show(field, items);
}

let owner = null;
let offered = [];

function show(field, items) {
  offered = items;
  owner = field;
  found.replaceChildren(...items.map(option));
  found.hidden = !items.length;
  field.setAttribute("aria-expanded", String(items.length > 0));
  if (!items.length) return;
  const place = field.getBoundingClientRect();
  found.style.left = `${place.left + scrollX}px`;
  found.style.top = `${place.bottom + scrollY}px`;
  select(0);
}

function option(item, place) {
  const element = document.createElement("div");
  element.className = "dropdown-item d-block";
  element.id = `found-product-${place}`;
  element.role = "option";
  const detail = Object.assign(document.createElement("div"), { className: "text-secondary small", textContent: item.detail });
  element.append(item.name, detail);
  return element;
}

const isOpen = () => !found.hidden;
const options = () => [...found.children];
const selected = () => options().findIndex((one) => one.ariaSelected === "true");

function select(place) {
  options().forEach((one, index) => (one.ariaSelected = String(index === place)));
  options()[place]?.scrollIntoView({ block: "nearest" });
  owner?.setAttribute("aria-activedescendant", `found-product-${place}`);
}

function close() {
  found.hidden = true;
  owner?.setAttribute("aria-expanded", "false");
  owner?.removeAttribute("aria-activedescendant");
}

function amongFound({ key }) {
  const place = selected();
  if (key === "ArrowDown") select(Math.min(place + 1, offered.length - 1));
  else if (key === "ArrowUp") select(Math.max(place - 1, 0));
  else if (key === "Escape") close();
  else if (key === "Enter") choose(offered[place]);
  else return false;
  return true;
}

found.addEventListener("mousedown", (event) => {
  event.preventDefault();
  const place = options().indexOf(event.target.closest("[role=option]"));
  if (place >= 0) choose(offered[place]);
});

form.addEventListener("focusout", ({ target }) => {
  if (target === owner) close();
});

function choose(item) {
  const row = rowOf(owner);
  close();
  asked += 1;
  const values = { product_id: item.id, name: item.name, unit: item.unit, level_id: item.level_id ?? "", price: item.price, vat: item.vat, cost: item.cost };
  for (const [name, value] of Object.entries(values)) put(row, name, value);
  know(row);
  sign(row);
  row.dataset.prices = JSON.stringify(item.prices);
  if (!cell(row, "quantity").value) cell(row, "quantity").value = "1";
  changed();
  enter(cell(row, "quantity"));
}

function put(row, name, value) {
  const field = cell(row, name);
  if (!field) return;
  const isThere = field.tagName !== "SELECT" || [...field.options].some((one) => one.value === String(value));
  if (isThere) field.value = value;
  else if (name === "vat") addVat(field, value);
}

// A product may have a rate that is offered no more.
function addVat(field, value) {
  const [percent, how] = String(value).split(":");
  const like = [...field.options].find((one) => one.value.endsWith(`:${how}`));
  field.append(new Option(like ? like.text.replace(/[\d.,]+/, percent.replace(/\.?0+$/, "")) : value, value, true, true));
}

// Another level brings the product's price there.
form.addEventListener("change", async ({ target }) => {
  if (target.name === "level_id") await takePrice(rowOf(target), target.value);
  changed();
});

async function takePrice(row, level) {
  const product = cell(row, "product_id").value;
  if (!product || !level || !form.dataset.products) return;
  if (!row.dataset.prices) row.dataset.prices = JSON.stringify((await ask({ id: product }))[0]?.prices ?? {});
  const price = JSON.parse(row.dataset.prices)[level];
  if (price !== undefined) cell(row, "price").value = price;
}

// Sums

let countTimer;
let counts = 0;

function changed() {
  clearTimeout(countTimer);
  countTimer = setTimeout(count, PATIENCE_MS);
}

async function count() {
  clearTimeout(countTimer);
  const number = ++counts;
  const counted = rows();
  const answer = await fetch(form.dataset.count, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
  if (!answer.ok || number !== counts) return;
  const { amounts, wrong, totals, products } = await answer.json();
  counted.forEach((row, place) => {
    row.querySelector("[data-amount]").textContent = amounts[place] ?? "";
    tell(row, wrong[place] ?? {});
    sign(row, products[place]);
  });
  for (const [name, text] of Object.entries(totals)) {
    const element = form.querySelector(`[data-total="${name}"]`);
    if (element) element.textContent = text;
  }
}

// What is not typed yet is no mistake: only what stands there is judged while one types.
function tell(row, wrong) {
  for (const note of row.querySelectorAll("[data-wrong]")) {
    const name = note.dataset.wrong;
    const field = cell(row, name);
    const text = field.value.trim() ? (wrong[name] ?? "") : "";
    note.textContent = text;
    note.classList.toggle("d-block", Boolean(text));
    field.classList.toggle("is-invalid", Boolean(text));
    field.setAttribute("aria-invalid", String(Boolean(text)));
  }
}

function clearWrong(row) {
  tell(row, {});
}

rows().forEach(know);

// On a phone each line is a card: one empty one is enough.
if (matchMedia("(max-width: 991.98px)").matches) {
  for (const row of rows().filter(isBlank).slice(1)) row.remove();
}
number();
