// Loaded in <head> as a classic script, which holds back the first paint: the page never flashes in
// the wrong theme.
import { showTheme } from "../theme.js";

showTheme();
