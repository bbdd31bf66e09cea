// A button that copies a text; without this script, or where the browser refuses, the text can be selected by hand.
(() => {
  for (const button of document.querySelectorAll("button[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copies);
      const said = document.getElementById(button.dataset.says);
      try {
        await navigator.clipboard.writeText(text.value);
        said.textContent = button.dataset.done;
      } catch {
        text.focus();
        text.select();
        said.textContent = button.dataset.otherwise;
      }
    });
  }
})();
