// Whoever works by keys is quicker than a page on a slow line: what is pressed before the modules have
// come is kept for them. It hangs on the document, because what keeps it is a bundle of its own.
const NAME = "salesmanEarlyKeys";

export function rememberKeys() {
  const pressed = [];
  const remember = (event) => pressed.push(event);
  document.addEventListener("keydown", remember);
  document[NAME] = () => {
    document.removeEventListener("keydown", remember);
    return pressed;
  };
}

/** What was pressed so far; from now on whoever asks must listen. */
export function takeEarlyKeys() {
  return document[NAME]?.() ?? [];
}
