// Day or night: as the device says until somebody chooses. The choice is a session cookie (`theme`), which the server
// reads for the next page, so nothing flashes and nothing outlives the browser window.

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

document.addEventListener("desk:do", (event) => {
  if (event.detail !== "theme") return;
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
});
