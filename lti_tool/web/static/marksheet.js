// The marksheet with the keyboard: Enter and the arrows move down and up a column, and a pasted column fills it.
for (const sheet of document.querySelectorAll("table[data-sheet]")) {
  const cells = (column) => [...sheet.querySelectorAll(`input[data-column="${column}"]:not([disabled])`)];

  sheet.addEventListener("keydown", (event) => {
    const column = event.target.dataset.column;
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!column || !step || event.target.type !== "text") return;
    event.preventDefault();
    const list = cells(column);
    const next = list[list.indexOf(event.target) + step];
    if (next) { next.focus(); next.select(); }
  });

  sheet.addEventListener("paste", (event) => {
    const column = event.target.dataset.column;
    const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "").split("\n");
    if (!column || lines.length < 2) return;
    event.preventDefault();
    const list = cells(column);
    const start = list.indexOf(event.target);
    lines.forEach((line, index) => {
      if (list[start + index]) list[start + index].value = line.split("\t")[0].trim();
    });
  });
}
