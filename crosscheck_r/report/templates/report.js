"use strict";
(function () {
  const panel = document.getElementById("filters");
  const table = document.getElementById("rows");
  if (!panel || !table) return;
  const rows = Array.from(table.tBodies[0].rows);
  const selects = Array.from(panel.querySelectorAll("select"));
  const search = panel.querySelector("input");
  const output = panel.querySelector("output");
  for (const select of selects) {
    const key = select.dataset.filter;
    const counts = new Map();
    for (const row of rows) counts.set(row.dataset[key], (counts.get(row.dataset[key]) || 0) + 1);
    for (const [value, n] of counts) {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = value + " (" + n + ")";
      select.append(option);
    }
  }
  function apply() {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = selects.every((s) => !s.value || row.dataset[s.dataset.filter] === s.value) &&
        (!wanted || row.textContent.toLowerCase().includes(wanted));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    output.textContent = shown + " of " + rows.length + " lines";
  }
  panel.addEventListener("input", apply);
  for (const link of document.querySelectorAll("a[href='#lines'][data-statistic]")) {
    link.addEventListener("click", () => {
      for (const select of selects) select.value = link.dataset[select.dataset.filter] || "";
      search.value = "";
      apply();
    });
  }
  panel.hidden = false;
  apply();
})();
