// Recording a voice message with the browser's own recorder.

const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && globalThis.MediaRecorder);

/** Ask for the microphone and start; the answer has `stop()` (resolves with a File) and `cancel()`. */
export async function startRecording() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { mimeType });
  const chunks = [];
  recorder.addEventListener("dataavailable", (event) => chunks.push(event.data));
  const finished = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  recorder.start();
  const end = async () => {
    recorder.stop();
    await finished;
    stream.getTracks().forEach((track) => track.stop());
  };
  return {
    cancel: end,
    async stop() {
      await end();
      const type = recorder.mimeType.split(";")[0];
      return new File(chunks, `voice.${type.split("/")[1]}`, { type });
    },
  };
}
