export { default } from "tom-select/popular";
