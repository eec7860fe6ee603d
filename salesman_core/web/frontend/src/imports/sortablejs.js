export { default } from "sortablejs";
export * from "sortablejs";
