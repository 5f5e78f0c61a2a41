// A recording of any kind that this browser can play becomes what a telephone can carry, before it is sent: WAV, 8,000
// samples a second, mono, 16 bits. <form data-record> with one file field. What it cannot read is sent as it is, and refused
// there in words.

const RATE = 8000;
const form = document.querySelector("form[data-record]");
const file = form?.querySelector("input[type=file]");
const output = form?.querySelector("output");

async function toWav(recording) {
  const heard = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await recording.arrayBuffer());
  const context = new OfflineAudioContext(1, Math.max(1, Math.ceil(heard.duration * RATE)), RATE);
  const source = new AudioBufferSourceNode(context, { buffer: heard });
  source.connect(context.destination);
  source.start();
  const samples = (await context.startRendering()).getChannelData(0);
  const bytes = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, words) => [...words].forEach((letter, n) => bytes.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF");
  bytes.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, RATE, true);
  bytes.setUint32(28, RATE * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, "data");
  bytes.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, n) => bytes.setInt16(44 + n * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new File([bytes.buffer], "recording.wav", { type: "audio/wav" });
}

file?.addEventListener("change", async () => {
  const [recording] = file.files;
  if (!recording) return;
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  output.textContent = output.dataset.working;
  try {
    const ready = new DataTransfer();
    ready.items.add(await toWav(recording));
    file.files = ready.files;
    output.textContent = "";
  } catch {
    output.textContent = output.dataset.unreadable;
  }
  button.disabled = false;
});
