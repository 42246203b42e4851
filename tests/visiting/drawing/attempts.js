// All ways by which a page may try to reach 127.0.0.1:PORT.
const there = "127.0.0.1:PORT";
const attempt = async (act) => { try { await act(); } catch {} };
const add = (tag, values) => document.body.append(Object.assign(document.createElement(tag), values));
const link = (rel, href, more) => add("link", { rel, href, ...more });
const wait = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

(async () => {
  fetch("/until-done");
  await attempt(() => { new WebSocket(`ws://${there}/`); });
  await attempt(() => { new WebTransport(`https://${there}/`); });
  await attempt(() => { new EventSource(`http://${there}/events`); });
  await attempt(() => { navigator.sendBeacon(`http://${there}/beacon`, "x"); });
  await attempt(async () => {
    const peer = new RTCPeerConnection({ iceServers: [
      { urls: `stun:${there}` },
      { urls: `turn:${there}?transport=tcp`, username: "a", credential: "b" },
      { urls: `turn:${there}?transport=udp`, username: "a", credential: "b" },
    ] });
    peer.createDataChannel("a");
    await peer.setLocalDescription(await peer.createOffer());
    await peer.addIceCandidate({
      candidate: `candidate:1 1 udp 2122260223 127.0.0.1 PORT typ host`, sdpMid: "0",
    });
  });
  for (const rel of ["prefetch", "prerender", "preconnect", "dns-prefetch", "manifest", "icon"]) {
    link(rel, `http://${there}/prefetched-${rel}`);
  }
  link("dns-prefetch", "//looked-up.example/");
  link("preconnect", "//looked-up.example/");
  link("preload", `http://${there}/preloaded`, { as: "font" });
  link("modulepreload", `http://${there}/module.js`);
  const rules = { urls: [`http://${there}/prefetched-by-rule`], eagerness: "immediate" };
  add("script", { type: "speculationrules", textContent: JSON.stringify({ prefetch: [rules], prerender: [rules] }) });
  add("img", { src: `http://${there}/image` });
  add("video", { src: `http://${there}/video`, poster: `http://${there}/poster` });
  add("iframe", { src: `http://${there}/frame` });
  add("iframe", { srcdoc: `<img src="http://${there}/image-in-frame"><script>new WebSocket("ws://${there}/frame")</script>` });
  add("object", { data: `http://${there}/object` });
  add("embed", { src: `http://${there}/embed` });
  add("style", { textContent: `@import "http://${there}/style"; @font-face { font-family: a; src: url("http://${there}/font") } p { font-family: a; background: url("http://${there}/background") }` });
  add("script", { src: `http://${there}/script.js` });
  await attempt(() => navigator.serviceWorker.register("/service-worker.js"));
  await attempt(() => {
    const code = `new WebSocket("ws://${there}/worker"); fetch("http://${there}/worker").catch(() => {}); importScripts("http://${there}/imported")`;
    new Worker(URL.createObjectURL(new Blob([code])));
  });
  await attempt(() => { window.open(`http://${there}/window`); });
  await attempt(() => {
    const form = Object.assign(document.createElement("form"), { action: `http://${there}/form`, method: "post", target: "_blank" });
    document.body.append(form);
    form.submit();
  });
  await attempt(() => fetch("/away"));
  await attempt(() => fetch(`http://${there}/fetched`, { mode: "no-cors" }));
  await attempt(() => fetch(`http://${there}/posted`, { method: "POST", body: "x" }));
  await attempt(() => fetch(`http://localhost:PORT/`, { mode: "no-cors", keepalive: true }));
  await attempt(() => fetch(`http://[::ffff:7f00:1]:PORT/`, { mode: "no-cors" }));
  await wait(0.5);
  document.getElementById("done").textContent = "all attempts made";
  await fetch("/done");
})();
