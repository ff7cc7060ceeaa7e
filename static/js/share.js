// A button that hands a text field's words to another app of the phone; hidden where none can take them.

for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = !navigator.share;
  button.addEventListener("click", async () => {
    const field = document.querySelector(button.dataset.share);
    try {
      await navigator.share({ title: button.dataset.title, text: field.value });
    } catch {
      // Put away again, or refused by the phone: the page stays as it is.
    }
  });
}
