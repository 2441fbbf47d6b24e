// What is live on the server's pages; all of them work without.
"use strict";
for (const slider of document.querySelectorAll("input[data-fades]")) {
  const picture = document.getElementById(slider.dataset.fades);
  const fade = () => { picture.style.opacity = slider.value / 100; };
  slider.addEventListener("input", fade);
  fade();
}
const board = document.querySelector("[data-board]");
if (board) {
  const status = document.querySelector("[data-live]");
  const events = new EventSource(board.dataset.events);
  let asked = false;
  const refresh = async () => {
    // Of many parts at once the list is asked for once.
    if (asked) return;
    asked = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
    asked = false;
    const answer = await fetch(board.dataset.board);
    if (answer.ok) board.innerHTML = await answer.text();
  };
  events.addEventListener("recorded", refresh);
  events.addEventListener("open", () => { status.textContent = status.dataset.live; refresh(); });
  events.addEventListener("error", () => { status.textContent = status.dataset.lost; });
}
