// What is typed into a form is kept at the address it names (data-keep): a second after the last key, and when the page is
// left. Where htmx sends while somebody types (data-keep-when="left"), only the last second is left to send. A refusal is
// said above the form. The page works without this script; then a button keeps what was typed.
(() => {
  const place = document.querySelector("[data-keep]");
  if (!place) return;
  const form = place.closest("form");
  let typed = false, waiting = 0, sending = false;
  const forget = () => { typed = false; clearTimeout(waiting); };
  const show = async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("aside")?.replaceChildren(...page.querySelectorAll(".notice"));
  };
  const send = async () => {
    forget();
    sending = true;
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(place.dataset.keep, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } });
      if (!answer.ok) await show(answer);
    } catch { typed = true; }
    sending = false;
  };
  // One after the other: what was typed first never arrives last.
  const pause = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (sending ? pause() : send()), 1000);
  };
  const leave = () => { if (typed) send(); };
  addEventListener("input", (event) => {
    if (event.target.form !== form) return;
    typed = true;
    if (place.dataset.keepWhen !== "left") pause();
  });
  // The form's own buttons send what was typed themselves; signing out does not.
  addEventListener("submit", (event) => (event.target === form ? forget() : leave()));
  addEventListener("pagehide", leave);
})();
