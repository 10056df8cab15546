// Sorting, searching and filtering the table of students. Without this script it is a plain table, the urgent ones first.
const table = document.getElementById("students");
const rows = [...table.tBodies[0].rows];
const search = document.getElementById("search");
const kind = document.getElementById("kind");
const mistake = document.getElementById("mistake");

function show() {
  const wanted = search.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const fits = row.textContent.toLowerCase().includes(wanted)
      && (!kind.value || row.dataset.kinds.split(" ").includes(kind.value))
      && (!mistake.value || row.dataset.mistakes.split(" ").includes(mistake.value));
    row.hidden = !fits;
    shown += fits;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length} shown`;
}

function sort(column, heading) {
  const up = heading.getAttribute("aria-sort") !== "ascending";
  const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const numeric = rows.every((row) => row.cells[column].dataset.value !== undefined);
  const order = (a, b) => (numeric ? value(a) - value(b) : value(a).localeCompare(value(b), undefined, { numeric: true }));
  rows.sort((a, b) => (up ? order(a, b) : order(b, a)));
  table.tBodies[0].append(...rows);
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
}

[...table.tHead.rows[0].cells].forEach((heading, column) => {
  const press = document.createElement("button");
  press.type = "button";
  press.textContent = heading.textContent;
  press.addEventListener("click", () => sort(column, heading));
  heading.replaceChildren(press);
});
for (const link of document.querySelectorAll("[data-kind], [data-mistake]")) {
  link.addEventListener("click", () => {
    search.value = "";
    kind.value = link.dataset.kind ?? "";
    mistake.value = link.dataset.mistake ?? "";
    show();
  });
}
for (const input of [search, kind, mistake]) input.addEventListener("input", show);
document.getElementById("tools").hidden = false;
show();
