// Loaded in <head> as a classic script, which holds back the first paint: the page never flashes in
// the wrong theme, and knows what is pressed before its modules have come.
import { rememberKeys } from "../early.js";
import { showTheme } from "../theme.js";

showTheme();
rememberKeys();
