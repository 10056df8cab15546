// Light or dark by hand, on top of what the reader's system asks for. Without this script the page follows the system.
const button = document.getElementById("theme");
const root = document.documentElement;
const dark = () => (root.style.colorScheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const named = () => { button.textContent = dark() ? "Light mode" : "Dark mode"; };
try { root.style.colorScheme = localStorage.getItem("theme") || ""; } catch { /* a page from a file may keep nothing */ }
button.hidden = false;
button.addEventListener("click", () => {
  root.style.colorScheme = dark() ? "light" : "dark";
  try { localStorage.setItem("theme", root.style.colorScheme); } catch { /* as above */ }
  named();
});
named();
