// Read a card aloud where nobody has recorded it: by the browser, and only by a voice that lives on this machine, because
// other voices send the words away. <button data-aloud="<id of the words>" hidden>; without such a voice it stays hidden.

const speech = window.speechSynthesis;

function voiceFor(language) {
  return speech.getVoices().find((voice) => voice.localService && voice.lang.toLowerCase().startsWith(language.toLowerCase()));
}

function offer() {
  for (const button of document.querySelectorAll("[data-aloud]")) {
    const language = button.closest("[lang]")?.lang || document.documentElement.lang;
    button.hidden = !voiceFor(language);
  }
}

function say(button, words) {
  const label = button.querySelector("span");
  const was = label.textContent;
  const spoken = new SpeechSynthesisUtterance(words.textContent);
  spoken.voice = voiceFor(words.closest("[lang]").lang);
  spoken.lang = spoken.voice.lang;
  spoken.onend = spoken.onerror = () => { label.textContent = was; };
  label.textContent = button.dataset.stop;
  speech.speak(spoken);
}

if (speech) {
  offer();
  speech.addEventListener?.("voiceschanged", offer);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-aloud]");
    if (!button) return;
    const wasSpeaking = speech.speaking;
    speech.cancel();
    if (!wasSpeaking) say(button, document.getElementById(button.dataset.aloud));
  });
  addEventListener("pagehide", () => speech.cancel());
}
