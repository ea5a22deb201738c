// The live connection: a snapshot, then deltas in sequence. A gap asks for a resync, silence or an end connects again.
// The first word is ours: the token of the address, which a wall that lets in everybody passes over.

const SILENCE = 7000; // the server speaks every two seconds
const FIRST_RETRY = 500;
const LAST_RETRY = 10000;
const REFUSALS = [4401, 4403, 4429]; // no token, not its scope, too many with it: only people can mend that

export class Link {
  // on.snapshot(message), on.delta(message), on.heartbeat(message), on.state("connecting" | "live" | "lost" | "refused", failures, code)
  constructor(url, token, on) {
    this._url = url;
    this._token = token;
    this._on = on;
    this._failures = 0;
    this._seq = null;
    this._connect();
    // The browser says when the network is back; do not sit out the pause then.
    addEventListener("online", () => { if (!this._socket) this._retryNow(); });
  }

  _connect() {
    this._retry = null;
    this._seq = null;
    const socket = new WebSocket(this._url);
    this._socket = socket;
    socket.onmessage = (event) => { if (socket === this._socket) this._take(JSON.parse(event.data)); };
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token: this._token() }));
    socket.onclose = (event) => this._lose(socket, event.code);
    this._watch();
  }

  _watch() {
    clearTimeout(this._silence);
    const socket = this._socket;
    this._silence = setTimeout(() => { socket.close(); this._lose(socket); }, SILENCE);
  }

  _lose(socket, code) {
    if (socket !== this._socket) return; // an older connection that took its time to end
    this._socket = null;
    clearTimeout(this._silence);
    this._failures += 1;
    const refused = REFUSALS.includes(code);
    this._on.state(refused ? "refused" : "lost", this._failures, code);
    const pause = refused ? LAST_RETRY : Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (this._failures - 1));
    // Spread over half the pause: a hall full of screens must not return in one instant.
    this._retry = setTimeout(() => this._connect(), pause * (0.5 + Math.random() / 2));
  }

  _retryNow() {
    clearTimeout(this._retry);
    this._connect();
  }

  _take(message) {
    this._watch();
    if (message.type === "snapshot") {
      this._seq = message.seq;
      this._failures = 0;
      this._on.snapshot(message);
      this._on.state("live", 0);
    } else if (message.type === "delta") {
      if (this._seq === null || message.seq !== this._seq + 1) return this._resync();
      this._seq = message.seq;
      this._on.delta(message);
    } else if (message.type === "heartbeat") {
      if (message.seq !== this._seq) return this._resync();
      this._on.heartbeat(message);
    }
  }

  _resync() {
    if (this._seq === null) return; // asked already
    this._seq = null;
    this._socket.send(JSON.stringify({ type: "resync" }));
  }
}
