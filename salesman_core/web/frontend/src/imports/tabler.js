// Importing it once is enough to bring data-bs-toggle and the like to life; the classes are for use
// by name.
export { Alert, Collapse, Dropdown, Modal, Offcanvas, Popover, Tab, Toast, Tooltip } from "@tabler/core";
