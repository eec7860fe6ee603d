// Whatever takes longer than 300 ms shows that it works: <html data-waiting>, drawn by salesman.css.
const PATIENCE_MS = 300;
const answers = new Set();
let timer;

/** Gives `answer` (a promise) back, and shows the page as waiting if it takes its time. */
export async function whileWaiting(answer) {
  answers.add(answer);
  timer ??= setTimeout(() => showWaiting(true), PATIENCE_MS);
  try {
    return await answer;
  } finally {
    answers.delete(answer);
    if (answers.size === 0) stopWaiting();
  }
}

function stopWaiting() {
  clearTimeout(timer);
  timer = undefined;
  showWaiting(false);
}

function showWaiting(waiting) {
  document.documentElement.toggleAttribute("data-waiting", waiting);
}
