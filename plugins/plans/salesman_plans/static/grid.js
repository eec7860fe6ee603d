// The grid of plans as a spreadsheet has it: arrows and Enter walk, a copied block can be pasted.
const grid = document.querySelector("[data-plans-grid]");

const rows = () => [...grid.querySelectorAll("[data-row]")].map((row) => [...row.querySelectorAll("[data-cell]")]);

function placeOf(cell) {
  const all = rows();
  const row = all.findIndex((cells) => cells.includes(cell));
  return { all, row, column: all[row].indexOf(cell) };
}

function walk(event) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };
  const step = steps[event.key];
  const cell = event.target;
  if (!step || !cell.matches("[data-cell]") || event.ctrlKey || event.metaKey || event.altKey) return;
  // Left and right walk within what is typed until its end is reached.
  const isAll = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  if (step[1] < 0 && cell.selectionStart > 0 && !isAll) return;
  if (step[1] > 0 && cell.selectionEnd < cell.value.length && !isAll) return;
  const { all, row, column } = placeOf(cell);
  let next = all[row + step[0]];
  for (let far = row + step[0]; next && !next.length; far += step[0]) next = all[far + step[0]];
  const target = next?.[column + step[1]];
  if (!target && event.key !== "Enter") return;
  event.preventDefault();
  if (!target) return grid.requestSubmit();
  target.focus();
  target.select();
}

// A block of lines and tabs goes into the cells from here on to the right and down; what does not
// fit is left out.
function paste(event) {
  const cell = event.target;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!cell.matches("[data-cell]") || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  const { all, row, column } = placeOf(cell);
  const editable = all.slice(row).filter((cells) => cells.length);
  text.replace(/\r?\n$/, "").split(/\r?\n/).forEach((line, down) => {
    line.split("\t").forEach((value, right) => {
      const target = editable[down]?.[column + right];
      if (!target) return;
      target.value = value.trim();
      target.dispatchEvent(new Event("input", { bubbles: true }));
      target.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
}

grid?.addEventListener("keydown", walk);
grid?.addEventListener("paste", paste);
grid?.addEventListener("focusin", (event) => event.target.matches("[data-cell]") && event.target.select());
